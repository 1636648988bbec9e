"""A report on the terminal: the brief part of every section, machine by machine."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from scripts.read.text import counted
from scripts.sections.section import Line, Place, Section, Table
from scripts.write.folder import Folder

MOST_ROWS = 100
"""Of one table; the CSV files have all."""
MOST_LETTERS = 200
"""Of one cell: a machine may be tied with hundreds of others."""
_TONES = {"": "", "strong": "bold", "faint": "dim", "warning": "bold red"}
_VERDICTS = {"slower": "yellow", "faster": "blue", "too close": "", "suspect": "bold red"}


def new_console() -> Console:
    """Return a console that takes every text as it is."""
    return Console(highlight=False, markup=False, emoji=False)


def show_written(folder: Folder, console: Console) -> None:
    """Print how many files there are, and where."""
    words = f"{counted(len(folder.written), 'file')} written to {folder.path}"
    console.print(Text(f"\n{words}"), soft_wrap=True)


def show(sections: Iterable[Section], console: Console) -> None:
    """Print what is said of everything, then of each machine and its pairs, then the rest."""
    said: dict[Place, list[Line | Table]] = {}
    for section in sections:
        for place, items in section.brief.items():
            said.setdefault(place, []).extend(items)
    machines = list(dict.fromkeys(machine for machine, _title in said if machine))
    order = {"": -1} | {machine: number for number, machine in enumerate(machines)}
    rest = [place for place in said if place[1] and not place[0]]
    first = [place for place in said if place not in rest]
    first.sort(key=lambda place: (order[place[0]], place[1] != ""))
    for machine, title in [*first, *rest]:
        if title or machine:
            console.print()
            console.print(Text(title or machine, style="bold" if title else "bold underline"))
        for item in said[machine, title]:
            _show(item, console)


def _show(item: Line | Table, console: Console) -> None:
    if isinstance(item, Line):
        warning = "Warning: " * (item.tone == "warning")
        console.print(Text(f"{warning}{item.lead}{item.text}", style=_TONES[item.tone]))
        return
    if item.caption:
        console.print()
    console.print(_rich(item))
    if (more := len(item.rows) - MOST_ROWS) > 0:
        words = f"and {counted(more, 'more row')}: --out FOLDER writes them all"
        console.print(Text(words, style="dim"))


def _rich(table: Table) -> RichTable:
    """Return it as rich draws it: words to the left, numbers to the right.

    A name in the first column stands once for the rows below it.
    """
    drawn = RichTable(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="italic",
        title=Text(table.caption, style="bold") if table.caption else None, title_justify="left",
    )  # fmt: skip
    for column in table.titled:
        right = column.to_the_right
        drawn.add_column(
            column.title.strip(),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=right,
        )
    keys = [column.key for column in table.titled]
    above = ""
    for first, *others in table.rows[:MOST_ROWS]:
        repeated = first == above and not table.titled[0].numeric
        texts = ["" if repeated else first, *others]
        drawn.add_row(*(_cell(key, text) for key, text in zip(keys, texts, strict=True)))
        above = first
    return drawn


def _cell(key: str, text: str) -> Text:
    short = text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
    return Text(short, style=_VERDICTS.get(text, "dim") if key == "verdict" else "")
