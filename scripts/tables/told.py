"""Contests as a report begins with them: a machine's files are one machine, GPUs come first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from scripts.judge.crossover import crossovers
from scripts.judge.rule import FASTER, NOT_MEASURED, SLOWER
from scripts.read.sides import is_cpu
from scripts.tables.analysis import Analysis
from scripts.tables.pair import Pair
from scripts.words.answer.told import network_words
from scripts.words.names import is_software, spoken, threads_of, threads_words

_TURNED = {SLOWER: FASTER, FASTER: SLOWER}


@dataclass(frozen=True)
class Told:
    """A side and its base on one machine, over all networks.

    `subject` and `other` are the two in a sentence; `cells` are verdicts, `curves` their warm
    crossovers and `even` break-even epochs. Of CPU threads the many are told about, not the one.
    """

    pair: Pair
    subject: str
    other: str
    cells: pd.DataFrame
    curves: pd.DataFrame
    even: pd.DataFrame

    @property
    def title(self) -> str:
        """`xeon: 2 threads against one thread`."""
        return f"{self.pair.machine}: {self.subject} against {self.other}"

    @property
    def names(self) -> tuple[str, str]:
        """The two without their hardware: `the GPU`, `the CPU`."""
        return self.subject.partition(" (")[0], self.other.partition(" (")[0]

    def answers(self) -> Iterator[tuple[str, dict[int, str], str]]:
        """Each network, its verdicts by batch size, and its answer in words."""
        for curve in self.curves.to_dict("records"):
            name = curve["workload"]
            own, even = self.warm[self.warm["workload"] == name], self.even
            verdicts = dict(zip(own["batch_size"].astype(int), own["verdict"], strict=True))
            even, absent = even[even["workload"] == name], own[own["verdict"] == NOT_MEASURED]
            reason = absent["reason"].iloc[0] if len(absent) else ""
            words = network_words(self.subject, self.other, curve, even, reason=reason)
            yield str(name), verdicts, words

    @property
    def warm(self) -> pd.DataFrame:
        """The verdicts on warm epochs, in order of batch size."""
        return self.cells[self.cells["scope"] == "warm"].sort_values("batch_size", kind="stable")

    @property
    def rank(self) -> int:
        """GPUs first, then the CPU's own sides, then what only computes on the CPU as well."""
        return 2 if is_software(self.pair.label) else int(is_cpu(str(self.pair.side)))


def told(analysis: Analysis, files: Iterable[str]) -> list[Told]:
    """The contests of these files, those that matter most first.

    A contest of the same sides and network in a later file of the same machine is left out.
    """
    found: dict[tuple[str, str, str], Told] = {}
    for file in files:
        for one in _of_file(analysis, file):
            key = (_identity(analysis, file), str(one.pair.side), one.pair.base)
            known = found.get(key)
            found[key] = one if known is None else _joined(known, one)
    return sorted(found.values(), key=lambda one: one.rank)


def leading(contests: list[Told]) -> list[Told]:
    """Those of the first kind that there is."""
    return [one for one in contests if one.rank == contests[0].rank]


def machine_names(files: pd.DataFrame) -> dict[str, str]:
    """What the machine of each file is called: by the first of its files."""
    ids = files["machine_id"].where(files["machine_id"] != "", files["file"])
    return dict(zip(files["file"], files.groupby(ids)["machine"].transform("first"), strict=True))


def machine_files(analysis: Analysis, file: str) -> list[str]:
    """Return the files of the same machine."""
    own = _identity(analysis, file)
    return [one for one in analysis.results.files["file"] if _identity(analysis, one) == own]


def _of_file(analysis: Analysis, file: str) -> Iterator[Told]:
    about = analysis.in_file(file, analysis.results.files).iloc[0]
    pairs = {(pair.side, pair.base): pair for pair in analysis.pairs(file) if pair.side}
    for (side, base), pair in pairs.items():
        cells, curves, even = (
            own[(own["side"] == side) & (own["base"] == base)]
            for own in (
                analysis.in_file(file, table)
                for table in (analysis.verdicts, analysis.crossovers, analysis.break_even)
            )
        )
        warm = curves[curves["scope"] == "warm"]
        one = Told(pair, *_names(pair, about), cells, warm, even)
        yield _turned(one) if (side, base) == ("cpu+threads=1", "cpu") else one


def _names(pair: Pair, about: Any) -> tuple[str, str]:
    """What a contest's two are called; threads where both are a CPU that differs in these only."""
    side = str(pair.side)
    counts = [threads_of(name) for name in (side, pair.base)]
    if None not in counts:
        all_of_them = 0 if pd.isna(about["torch_threads"]) else int(about["torch_threads"])
        one, other = (threads_words(count or all_of_them) for count in counts if count is not None)
        return one, other
    if pair.base != "cpu":
        return pair.label, pair.base
    return spoken(side, pair.device_label), spoken("cpu", "")


def _turned(one: Told) -> Told:
    """The same contest from its base's side; break-even epochs are those of the other."""
    cells = one.cells.assign(
        side=one.cells["base"],
        base=one.cells["side"],
        ratio=1 / one.cells["ratio"],
        lo=1 / one.cells["hi"],
        hi=1 / one.cells["lo"],
        verdict=one.cells["verdict"].replace(_TURNED),
    )
    curves = crossovers(cells[cells["scope"] == "warm"])
    return Told(one.pair, one.other, one.subject, cells, curves, one.even.head(0))


def _joined(known: Told, later: Told) -> Told:
    """The first with the networks that only the later one has."""
    new = ~later.curves["workload"].isin(known.curves["workload"])
    names = later.curves.loc[new, "workload"]
    tables = {
        name: pd.concat([getattr(known, name), own[own["workload"].isin(names)]], ignore_index=True)
        for name, own in (("cells", later.cells), ("curves", later.curves), ("even", later.even))
    }
    return replace(known, **tables)


def _identity(analysis: Analysis, file: str) -> str:
    about = analysis.in_file(file, analysis.results.files).iloc[0]
    return str(about["machine_id"] or file)
