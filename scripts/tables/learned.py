"""Learning in figures and tables: epochs and time to the target, learning rates, descent.

python scripts/tables/learned.py results/*.json --out report/
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

import pandas as pd
from matplotlib.figure import Figure

from scripts.figures.style import DPI, labelled
from scripts.figures.target.curves import curves_figure
from scripts.figures.target.descent import descent_figure, descents
from scripts.figures.target.epochs import epochs_figure
from scripts.figures.target.rates import rates_figure
from scripts.figures.target.time import time_figure
from scripts.read import learning, table
from scripts.read.document import ResultError
from scripts.read.learning_file import by_kind
from scripts.read.text import counted, file_stem
from scripts.read.workers import Workers
from scripts.target.contest import contests
from scripts.target.critical import critical
from scripts.target.time import by_hardware, one_source, times_to_target
from scripts.words.advice import device_lines, reached_line
from scripts.words.learning import score_text
from scripts.write.drawing import write_drawn
from scripts.write.folder import Folder


@dataclass(frozen=True)
class Learned:
    """What learning files say, joined with the rounds of timing files (empty: none were given).

    `runs`, `absent` and `files` are those of `learning.load_files`.
    """

    runs: pd.DataFrame
    rounds: pd.DataFrame
    absent: pd.DataFrame = field(default_factory=pd.DataFrame)
    files: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def read(cls, paths: Sequence[Path], rounds: pd.DataFrame) -> "Learned":
        """From the paths of learning files and rows of `table.load`."""
        known = learning.load_files(paths)
        return cls(known.runs, rounds, known.absent, known.files)

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """Epochs to the target, a row per cell."""
        return learning.epochs_to_target(self.runs)

    @cached_property
    def critical(self) -> pd.DataFrame:
        """Critical batch sizes, a row per workload and optimiser."""
        return critical(self.epochs)

    @cached_property
    def times(self) -> pd.DataFrame:
        """Times to the target, a row per device and cell."""
        if self.rounds.empty:
            return pd.DataFrame()
        times = times_to_target(one_source(self.epochs), self.rounds)
        return labelled(times) if len(times) else times

    @cached_property
    def contests(self) -> pd.DataFrame:
        """GPU against CPU in time to the target; empty where nothing was timed."""
        return contests(self.times, self.rounds) if len(self.times) else pd.DataFrame()

    @cached_property
    def workloads(self) -> list[str]:
        """The workloads of the runs, and those that were to be trained."""
        tables = [table for table in (self.runs, self.absent) if len(table)]
        return list(dict.fromkeys(name for table in tables for name in table["workload"]))

    def of(self, workload: str, table: pd.DataFrame) -> pd.DataFrame:
        """The workload's rows of one of these tables, which may be empty."""
        return table[table["workload"] == workload] if len(table) else table

    def lines(self) -> Iterator[str]:
        """The answer for every workload, as `advise.py` gives it."""
        epochs = one_source(self.epochs)
        for workload, own in epochs.groupby("workload", sort=False):
            yield reached_line(own)
            if len(times := self.of(str(workload), self.times)):
                yield from device_lines(own, times, self.of(str(workload), self.contests))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number behind the figures."""
        tables = {
            "epochs_to_target.csv": self.epochs.drop(columns="steps"),
            "critical_batch_sizes.csv": self.critical,
        }
        if len(self.times):
            tables["time_to_target.csv"] = self.times.drop(columns=["draws", "label"])
            tables["best_devices.csv"] = self.contests.drop(columns="device_label", errors="ignore")
        return tables

    def figures(self) -> Iterator[tuple[str, Figure]]:
        """Each figure with the name of its file."""
        for (file, workload), own in self.runs.groupby(["file", "workload"], sort=False):
            machine = own["machine"].iloc[0]
            place = (str(machine), str(workload))
            title = f"{workload}, learned on {machine}"
            epochs, fitted = (
                frame[(frame["file"] == file) & (frame["workload"] == workload)]
                for frame in (self.epochs, self.critical)
            )
            target = f"to {score_text(own['metric'].iloc[0], own['target'].iloc[0])}"
            if epochs["epochs"].notna().any():
                figure = epochs_figure(epochs, fitted, title=f"{title}: {target}")
                yield figure_name("epochs", *place), figure
            yield figure_name("rates", *place), rates_figure(own, title=f"{title}: {target}")
            yield from self._timed_figures(own, place, title, target)

    def _timed_figures(
        self, runs: pd.DataFrame, place: tuple[str, str], title: str, target: str
    ) -> Iterator[tuple[str, Figure]]:
        """The figures in seconds: one a timed computer; in epochs alone where there is none."""
        workload = runs["workload"].iloc[0]
        times = self.times
        own = times
        if len(times):  # of two learning files that have a workload, one serves it
            learner = runs["machine"].iloc[0]
            own = times[(times["workload"] == workload) & (times["learned_on"] == learner)]
        groups = by_hardware(own) if len(own) else {"": own}
        for machine, timed in groups.items():
            where = f"; timed on {timed_words(timed)}" if machine else ""
            name = figure_name("curves", *place, timed_on=machine)
            yield name, curves_figure(runs, timed, title=f"{title}: {target}{where}")
            if machine and timed["seconds"].notna().any():
                name = figure_name("time", *place, timed_on=machine)
                yield name, time_figure(timed, title=f"{title}: time {target}{where}")
            sgd = runs[runs["optimizer"] == "sgd"]
            if len(sgd):
                own_times = timed[timed["optimizer"] == "sgd"] if machine else timed
                words = f"{workload}: gradient descent by {', '.join(descents(sgd))}"
                figure = descent_figure(sgd, own_times, title=f"{words}{where}")
                if figure is not None:
                    yield figure_name("descent", *place, timed_on=machine), figure


def timed_words(times: pd.DataFrame) -> str:
    """`xeon, xeon-adam`: the files that the seconds of a figure are from."""
    known = times[times["seconds"].notna()]
    return ", ".join(dict.fromkeys((known if len(known) else times)["machine"]))


def figure_name(kind: str, machine: str, workload: str, *, timed_on: str = "") -> str:
    """The file of a figure, without its ending; `machine` is the one that learned."""
    return file_stem(kind, *filter(None, (machine, workload, timed_on)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and writes the folder; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        timing, files = by_kind(options.files)
        rounds = table.load(timing) if timing else pd.DataFrame()
        learned = Learned.read(files, rounds)
        folder = Folder(options.out)
        for name, frame in learned.tables().items():
            folder.write_table(name, frame)
        with Workers() as workers:
            write_drawn(folder, learned.figures(), workers, dpi=options.dpi)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(learned.lines()))
    print(f"{counted(len(folder.written), 'file')} written to {folder.path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="timing and learning files")
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder (default: report)")
    parser.add_argument("--dpi", type=int, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
