"""pytest's side of `--learning`: the hooks of any run, with the cells and words of learning."""

from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.console.say import say, say_next
from bench.console.shell import command
from bench.learning.content import learning_key
from bench.learning.grid import LearnCell, learn_cell_id
from bench.learning.options import read_learn_settings
from bench.learning.run import LearnRun, NotReached
from bench.measure.journal import Line
from bench.plugin import Cases, RunPlugin, placed

_HEADS = ("batch size", "optimiser", "learning rate", "epochs", "seeds")
_UNBOUNDED = 1000


class LearnPlugin(RunPlugin[LearnRun]):
    """The hooks of a learning run."""

    def __init__(self, config: pytest.Config) -> None:
        """Checks everything that was typed, before anything runs."""
        super().__init__(config, LearnRun(read_learn_settings(config), *placed(config)))

    def cases(self) -> Cases:
        """Returns every cell of the grid."""
        cells = self.run.all_cells()
        axes, ids = list(LearnCell._fields), list(map(learn_cell_id, cells))
        return Cases(axes, list(map(tuple, cells)), ids)

    def work(self, cases: list[Any], console: Console) -> None:
        """Trains the selected cells."""
        self.run.learn([LearnCell(**one.params) for one in cases], console)

    def content(self) -> Line:
        """Every run with its curve, and the cells without a figure."""
        assert self.run.facts is not None  # noqa: S101 - only then is anything written
        return learning_key(self.run, self.run.facts)

    def summarise(self, console: Console) -> None:
        """Says what was learned and what was not."""
        run = self.run
        assert run.facts is not None  # noqa: S101 - likewise
        for workload, target in run.facts.targets.items():
            metric = run.facts.workloads[workload]["goal_metric"].replace("_", " ")
            title = f"{workload}: epochs to {metric} {target:g}, median [lowest to highest]"
            _print_rows([*_rows(run, workload)], title, console)
        own = next(iter(run.facts.targets), "NAME")
        read = command("scripts/advise.py", run.path, "--workload", own)
        say_next(run, console, figure="run", done="trained", command=read)


def _rows(run: LearnRun, workload: str) -> Iterator[tuple[str, ...]]:
    """Yields epochs to the target by batch size and optimiser (_HEADS), or why there are none."""
    for cell in run.cells:
        if cell.workload != workload:
            continue
        outcome = run.outcome(cell)
        if isinstance(outcome, NotReached):
            words = ("", outcome.reason, "")
        else:
            low, high = min(outcome.epochs), max(outcome.epochs)
            spread = f"{median(outcome.epochs):.3g} [{low:.3g} to {high:.3g}]"
            words = (f"{outcome.learning_rate:g}", spread, str(len(outcome.epochs)))
        yield str(cell.batch_size), cell.optimizer, *words


def _print_rows(rows: list[tuple[str, ...]], title: str, console: Console) -> None:
    """Prints a table, or where it has no room a sentence per row."""
    table = Table(title=Text(title), title_justify="left")
    for name in _HEADS:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*map(Text, row))  # brackets are no marks of rich's
    free = console.options.update_width(_UNBOUNDED)
    if console.measure(table, options=free).maximum <= console.width:
        console.print(table)
        return
    say(console, title)
    for row in rows:
        told = zip(_HEADS, row, strict=True)
        say(console, "; ".join(f"{name} {text}" for name, text in told if text))
