"""All that a report says of some result files, computed once: verdicts, crossovers, break-even."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from scripts.figures.style import labelled
from scripts.judge.break_even import break_even
from scripts.judge.crossover import crossovers
from scripts.judge.fits import fits
from scripts.judge.noise import repeats
from scripts.judge.pairs import Scope, paired, slim
from scripts.judge.verdicts import verdicts
from scripts.read.table import Results, Skip, load_results
from scripts.tables.derived import with_mark
from scripts.why.causes import causes
from scripts.why.faults import page_faults
from scripts.why.ladder import ladder
from scripts.why.remedies import remedies
from scripts.words.names import against_cpu, cpu_words
from scripts.words.why import Studies

_WORK = [
    "file", "machine", "device", "device_label", "workload", "definition", "learning_rate",
    "samples", "precision", "optimizer", "optimizer_implementation", "loop",
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A workload on a machine, and the accelerator that meets the CPU there (None: there is none).

    `threads` is the CPU's setting that it meets, 0 for torch's own.
    """

    file: str
    machine: str
    workload: str
    device: str | None
    threads: int
    label: str

    @property
    def cpu(self) -> str:
        """`the CPU with 2 threads`."""
        return cpu_words(self.threads)

    @property
    def title(self) -> str:
        """`mlp on devbox: vulkan (llvmpipe, a software rasteriser) against the CPU`."""
        place = f"{self.workload} on {self.machine}"
        return f"{place}: {self.label} against {self.cpu}" if self.device else place

    @property
    def place(self) -> str:
        """`devbox, cuda (NVIDIA H200)`: what a sentence about a pair is about."""
        against = f" against {self.cpu}" if self.threads else ""
        return f"{self.machine}, {self.label}{against}" if self.device else self.machine

    @property
    def name(self) -> str:
        """`cuda (NVIDIA H200), CPU with 2 threads`, for switches and cells of tables."""
        return against_cpu(self.label, self.threads)


class Analysis:
    """The frames of a report, from the paths of its files or what was loaded of them.

    `whole` are the files whose rounds it has: all of them, unless they are many (`many.analysed`).
    `strict` bounds the chance of any wrong verdict, not the share of wrong ones.
    """

    def __init__(
        self,
        files: Iterable[str | Path] | Results,
        *,
        skip: Skip | None = None,
        strict: bool = False,
    ) -> None:
        self.results = files if isinstance(files, Results) else load_results(files, skip=skip)
        self.whole = list(self.results.files["file"])
        self.strict = strict
        self._places: dict[int, tuple[pd.DataFrame, dict[Any, Any]]] = {}

    @property
    def many(self) -> bool:
        """Whether there are more files than can be shown one by one."""
        return len(self.whole) < len(self.results.files)

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """The rows of `table.load`, each with the name of its device in figures."""
        return labelled(self.results.rounds)

    @cached_property
    def work(self) -> pd.DataFrame:
        """What was done on which device of which file (_WORK), each once."""
        places = self.results.rounds.drop_duplicates(["file", "workload", "device"])
        return places[_WORK].drop_duplicates(ignore_index=True)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Every cell's verdict, warm and total."""
        tables = []
        for looks, (rounds, pairs) in self._by_looks.items():
            judged = partial(verdicts, rounds, looks=looks, strict=self.strict)
            tables += [judged(scope="warm", pairs=pairs), judged(scope="total")]
        return with_mark(pd.concat(tables, ignore_index=True), self.results.rounds)

    @cached_property
    def crossovers(self) -> pd.DataFrame:
        """Every curve's crossover batch size."""
        return crossovers(self.verdicts)

    @cached_property
    def fits(self) -> pd.DataFrame:
        """Step times against batch size as curves, device by device."""
        return fits(self.rounds)

    @cached_property
    def repeats(self) -> pd.DataFrame:
        """Every A/A cell, warm and total."""
        scopes: tuple[Scope, ...] = ("warm", "total")
        tables = [repeats(self.rounds, scope=scope).assign(scope=scope) for scope in scopes]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def break_even(self) -> pd.DataFrame:
        """Every batch size's break-even epochs."""
        tables = []
        for looks, (rounds, pairs) in self._by_looks.items():
            known = self.verdicts[self.verdicts["looks"] == looks]
            tables.append(
                break_even(rounds, looks=looks, strict=self.strict, known=known, pairs=pairs)
            )
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Why each diagnosed cell takes as long as it does."""
        found = labelled(causes(self.results.diagnosis, self.results.rounds))
        return with_mark(found, self.results.rounds)

    @cached_property
    def page_faults(self) -> pd.DataFrame:
        """How much of a step page faults take up, of the CPU cells of files that count them."""
        return page_faults(self.results.rounds)

    @cached_property
    def remedies(self) -> pd.DataFrame:
        """What would make the cells of files with a study faster."""
        cell = ["file", "workload", "batch_size", "device", "threads"]
        studies = (self.results.diagnosis[cell], self.results.variants[cell])
        studied = pd.concat(studies).drop_duplicates()
        rounds = self.results.rounds.merge(studied, on=cell)
        return remedies(self.results.variants, rounds)

    @cached_property
    def ladder(self) -> pd.DataFrame:
        """From the loop that is taught to the lean one, rung by rung."""
        return ladder(self.results.variants, self.remedies)

    @cached_property
    def _by_looks(self) -> dict[int, tuple[pd.DataFrame, pd.DataFrame]]:
        """By the number of looks that a file planned, each of which spends its share: their
        rounds, and those paired for warm epochs.
        """
        rounds = self.results.rounds
        answer = {}
        for looks in rounds["looks"].unique():
            own = slim(rounds[rounds["looks"] == looks])
            answer[int(looks)] = (own, paired(own, scope="warm"))
        return answer

    def measured_epochs(self, file: str) -> float:
        """The epochs beyond which a file's totals are derived; infinity: none is."""
        files = self.results.files
        return float(files.loc[files["file"] == file, "measured_epochs"].iloc[0])

    def in_file(self, file: str, table: pd.DataFrame) -> pd.DataFrame:
        """A file's rows of one of these tables; all files are looked for once."""
        known, places = self._places.get(id(table), (None, {}))
        if known is not table:
            places = table.groupby("file", sort=False).indices
            self._places[id(table)] = (table, places)
        rows: pd.DataFrame = table.iloc[places.get(file, [])]
        return rows

    def pairs(self, file: str) -> Iterator[Pair]:
        """The device pairs of a file, workload by workload; without a pair, the workload alone."""
        own = self.in_file(file, self.rounds)
        labels = own.drop_duplicates("device").set_index("device")["device_label"]
        threads = sorted(own.loc[own["device"] == "cpu", "threads"].unique())
        contests = [(device, count) for device in labels.index for count in threads]
        contests = [(device, count) for device, count in contests if device != "cpu"]
        for workload in own["workload"].unique():
            common = {"file": file, "machine": own["machine"].iloc[0], "workload": workload}
            for device, count in contests:
                yield Pair(**common, device=device, threads=int(count), label=labels[device])
            if not contests:
                yield Pair(**common, device=None, threads=0, label="")

    def of(self, pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
        """A pair's rows of verdicts, crossovers or break_even."""
        own = self._of_work(pair, table)
        return own[(own["device"] == pair.device) & (own["threads"] == pair.threads)]

    def rounds_of(self, pair: Pair) -> pd.DataFrame:
        """The first-arm rows of the pair's workload, of every device of its file."""
        own = self._of_work(pair, self.rounds)
        return own[own["arm"] == "first"]

    def fits_of(self, pair: Pair) -> pd.DataFrame:
        """The fits of the pair's workload, of every device of its file."""
        return self._of_work(pair, self.fits)

    def studies(self, pair: Pair, device: str) -> dict[int, Studies]:
        """What the studies say of one device of the pair, by the CPU's number of threads.

        Without an accelerator every number of CPU threads has an entry of its own.
        """
        known = self._of_work(pair, self.rounds)
        settings = [pair.threads]
        if pair.device is None:
            settings = sorted(known.loc[known["device"] == device, "threads"].unique())
        return {
            int(threads): Studies(
                *(
                    self._of_device(pair, device, table, threads)
                    for table in (self.causes, self.page_faults, self.ladder, self.remedies)
                )
            )
            for threads in settings
        }

    def _of_device(
        self, pair: Pair, device: str, table: pd.DataFrame, threads: int
    ) -> pd.DataFrame:
        """The rows of one device of the pair; `threads` are the CPU's."""
        own = self._of_work(pair, table)
        own = own[own["device"] == device]
        return own[own["threads"] == threads] if device == "cpu" else own

    def _of_work(self, pair: Pair, table: pd.DataFrame) -> pd.DataFrame:
        own = self.in_file(pair.file, table)
        return own[own["workload"] == pair.workload]
