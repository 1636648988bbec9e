"""The last words of a run: the answer, what was not measured and why, and what to type next."""

import math
import re
from collections.abc import Iterator
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.console.say import say, say_next
from bench.console.shell import command
from bench.grid import Cell
from bench.measure.environment import left_out_lines
from bench.measure.journal import Line
from bench.record.outcome import Timed
from bench.record.reader import brief_answer
from bench.record.rows import absent_rows
from bench.record.state import TimingRun

FEWEST_ROUNDS = 3
"""Of fewer sound ones a figure is suspect; a test holds this and scripts/judge/doubt.py alike."""
_BLOCK = re.compile(r"block ([0-9]+): ")
_UNBOUNDED = 1000
SIDE_BY_SIDE = 3
"""More of them have a table for each number of epochs."""


def print_summary(run: TimingRun, console: Console, *, seconds: bool = False) -> None:
    """Prints the answer, what was not measured and why, and what to type next.

    The `seconds` come first where they are asked for, or where there is no answer.
    """
    wide, colours = console.width, console.is_terminal
    answer = brief_answer(run.path, columns=wide, colours=colours) if run.path.is_file() else ""
    if seconds or not answer:
        _print_seconds(run, console)
    _print_counts(run, console)
    if answer:
        console.print()
        console.print(Text.from_ansi(answer))
        console.print()
    _print_environment(run, console)
    read = command("scripts/report.py", run.path)
    say_next(run, console, figure="figure", done="measured", command=read)


def _print_seconds(run: TimingRun, console: Console) -> None:
    """Prints a table of total seconds for every workload that has any."""
    known = [cell.workload for cell in run.cells if isinstance(run.outcome(cell), Timed)]
    if not known:
        return
    console.print("total seconds, cold start included (median of the processes)", highlight=False)
    if any(cell.epochs > run.settings.measured_epochs for cell in run.cells):
        most = run.settings.measured_epochs
        words = f"derived: each epoch after the first {most} counts as the process's warm epoch"
        console.print(words, highlight=False)
    for workload in dict.fromkeys(known):
        for table in _tables(run, workload, console):
            console.print(table)


def _tables(run: TimingRun, workload: str, console: Console) -> Iterator[Table]:
    """Yields the fewest and the most epochs, beside one another where they fit."""
    sides = run.settings.sides  # those of remedies and ladder would be too many columns
    cells = [cell for cell in run.cells if cell.workload == workload and cell.side in sides]
    epochs = sorted({cell.epochs for cell in cells})
    ends = dict.fromkeys((*epochs[:1], *epochs[-1:]))
    columns = dict.fromkeys(cell.side for cell in cells)
    shown = [[(number, side) for side in columns] for number in ends]
    for own in shown if len(columns) > SIDE_BY_SIDE else [[one for end in shown for one in end]]:
        yield from _fitting(run, cells, own, console)


def _fitting(
    run: TimingRun, cells: list[Cell], shown: list[tuple[int, str]], console: Console
) -> Iterator[Table]:
    """Yields one table, or its halves where it has no room."""
    table, half = _table(run, cells, shown), len(shown) // 2
    free = console.options.update_width(_UNBOUNDED)
    if half == 0 or console.measure(table, options=free).maximum <= console.width:
        yield table
        return
    for own in (shown[:half], shown[half:]):
        yield from _fitting(run, cells, own, console)


def _table(run: TimingRun, cells: list[Cell], shown: list[tuple[int, str]]) -> Table:
    asked, workload = set(cells), cells[0].workload
    table = Table(title=workload, title_justify="left")
    table.add_column("batch\nsize", justify="right", no_wrap=True)
    for number, side in shown:
        mark = "\nderived" * (number > run.settings.measured_epochs)
        head = f"{side}\n{number} epoch{'s' * (number > 1)}{mark}"
        table.add_column(head, justify="right", no_wrap=True)
    for batch_size in sorted({cell.batch_size for cell in cells}):
        row = [Cell(workload, batch_size, number, side) for number, side in shown]
        table.add_row(
            str(batch_size), *[_seconds(run, cell) if cell in asked else "" for cell in row]
        )
    return table


def _seconds(run: TimingRun, cell: Cell) -> str:
    outcome = run.outcome(cell)
    if isinstance(outcome, Timed):
        mark = " (suspect)" * is_suspect(outcome)
        return significant(median(outcome.seconds)) + mark
    return outcome.reason


def is_suspect(outcome: Timed) -> bool:
    """Whether something speaks against a cell's figure, and not enough of its rounds are sound."""
    blocks = [_BLOCK.match(mark) for mark in outcome.suspect]
    sound = len(outcome.seconds) - len({one[1] for one in blocks if one})
    return bool(blocks) and (None in blocks or sound < FEWEST_ROUNDS)


def significant(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value <= 0:
        return f"{value:.3g}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def _print_counts(run: TimingRun, console: Console) -> None:
    absent = absent_rows(run, set(run.stats))
    words = f"{len(run.stats)} of {len(run.cells)} cells measured{_processes(run)}"
    if run.budget:
        words += f"; {run.budget.spent():.0f} s of --budget {run.budget.seconds:g}"
        words += "" if run.stats else ", too little for a first answer: name a larger one"
    console.print(words, highlight=False)
    groups: dict[tuple[str, str], list[Line]] = {}
    for row in absent:
        # What was cut short is one piece of news, not one for every side.
        where = "" if row["reason"] == "interrupted" else f" on {row['side']}: "
        groups.setdefault((where, row["reason"]), []).append(row)
    for (where, reason), rows in groups.items():
        names = ", ".join(dict.fromkeys(row["workload"] for row in rows)) if where else ""
        what = f"{names}{where}{reason}: {rows[0]['detail']}"
        say(console, f"  {len(rows)} not measured: {what}")


def _processes(run: TimingRun) -> str:
    """`, 5 processes each`; where the run ended before, `, 3 to 5 processes each`."""
    outcomes = [run.outcome(cell) for cell in run.stats]
    counts = sorted({len(one.seconds) for one in outcomes if isinstance(one, Timed)})
    if not counts:
        return ""
    ends = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    return f", {ends} process{'es' * (counts[-1] > 1)} each"


def _print_environment(run: TimingRun, console: Console) -> None:
    """Says which variables the figures were measured without."""
    environment = run.facts.machine["environment"] if run.facts else {}
    for line in left_out_lines(environment):
        say(console, line)
