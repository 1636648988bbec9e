"""A report on the terminal: the brief part of every section, no word broken at any width."""

import shlex
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from scripts.read.text import counted, wrapped
from scripts.sections.section import Column, Line, Section, Strip, Table
from scripts.words.answer.told import mark_of
from scripts.write.folder import Folder

MOST_ROWS = 100
"""Of one table; the CSV files have all."""
COLUMNS_PER_ROW = 8
"""A table that has no room has a row in sentences for so many columns of the terminal: 5, or 10."""
MOST_LETTERS = 200
"""Of one cell: a machine may be tied with hundreds of others."""
_BESIDE = 30
"""Columns that a strip's words need beside it; with fewer they stand below."""
_FIXED = "\N{NO-BREAK SPACE}"
_TONES = {"": "", "typed": "", "strong": "bold", "faint": "dim", "warning": "bold red"}
_VERDICTS = {"slower": "yellow", "faster": "blue", "too close": "", "suspect": "bold red"}


def show_written(folder: Folder, console: Console, *, opened: str = "") -> None:
    """Print how many files there are and where, and which of them to open."""
    words = f"{counted(len(folder.written), 'file')} written to {folder.path}"
    console.print(Text(f"\n{words}"), soft_wrap=True)
    if opened:
        where = shlex.quote(str(folder.path / opened))
        console.print(Text(f"open {where}", style="bold"), soft_wrap=True)


def show(sections: Iterable[Section], console: Console) -> None:
    """Print what is said in short, section by section."""
    for section in sections:
        sizes: list[int] = []
        names = [item.name for item in section.brief if isinstance(item, Strip)]
        for item in section.brief:
            if isinstance(item, Strip):
                _show_strip(item, console, wide=max(map(len, names)), above=sizes)
                sizes = list(item.verdicts)
            else:
                _show(item, console)


def _show_strip(strip: Strip, console: Console, *, wide: int, above: list[int]) -> None:
    """Print a mark per batch size below the sizes, which stand once for the strips below them."""
    sizes = list(strip.verdicts)
    cell = max([len(str(size)) for size in sizes], default=0) + 1
    left = wide + 1 + cell * len(sizes) + 3
    if console.width - left < _BESIDE:
        marks = " ".join(f"{size}{mark_of(word)}" for size, word in strip.verdicts.items())
        console.print(Text(_wrapped(f"{strip.name}: {marks}", console, 2), style="bold"))
        console.print(Text("  " + _wrapped(strip.text, console, 2)))
        return
    if sizes != above:
        heads = "".join(str(size).rjust(cell) for size in sizes)
        console.print(Text(" " * (wide + 1) + heads, style="dim"))
    line = Text(strip.name.ljust(wide + 1), style="bold")
    for word in strip.verdicts.values():
        line.append(mark_of(word).rjust(cell), style=_VERDICTS.get(word, ""))
    line.append("   " + _wrapped(strip.text, console, left), style="not bold")
    console.print(line)


def _wrapped(text: str, console: Console, indent: int) -> str:
    """The text in lines that begin at a column, but for the first."""
    room = max(console.width - indent, 10)
    lines = wrapped(text, room, whole=True)
    return ("\n" + " " * indent).join(lines)


def _show(item: Line | Table, console: Console) -> None:
    if isinstance(item, Line):
        warning = "Warning: " * (item.tone == "warning")
        text = Text(f"{warning}{item.lead}{item.text}", style=_TONES[item.tone])
        console.print(text, soft_wrap=item.tone == "typed")
        return
    if item.caption:
        console.print(Text(f"\n{_wrapped(item.caption, console, 0)}", style="bold"))
    fits = _width(item) <= console.width
    most = MOST_ROWS if fits else console.width // COLUMNS_PER_ROW
    if fits:
        console.print(_rich(item, console.width - _width(item)))
    else:
        _show_rows(item, console, most)
    if (more := len(item.rows) - most) > 0:
        what = "--out FOLDER writes" if fits else "a wider terminal shows"
        console.print(Text(f"and {counted(more, 'more row')}: {what} them all", style="dim"))


def _width(table: Table) -> int:
    """Return the columns that a table needs so that no word is broken."""
    gap = 2
    return sum(gap + _narrowest(column) for column in table.titled) - gap


def _narrowest(column: Column) -> int:
    """Return the columns of its longest word, or text where it is not wrapped."""
    texts = [column.title, *(text[:MOST_LETTERS] for text in column.shown[:MOST_ROWS])]
    words = [word for text in texts for word in text.split()] if _is_wrapped(column) else texts
    return max(map(cell_len, words))


def _is_wrapped(column: Column) -> bool:
    return not column.to_the_right and any(" " in text for text in column.shown)


def _show_rows(table: Table, console: Console, most: int) -> None:
    """Print a table that has no room as a sentence per row, each figure behind its title."""
    first, *others = table.titled
    titles = [column.title.strip() for column in others]
    name = f"{first.title.strip()} " * first.numeric
    for row in table.rows[:most]:
        told = zip(titles, row[1:], strict=True)
        parts = (_told(title, text, console.width - 2) for title, text in told if text)
        text = _wrapped(f"{name}{row[0]}: {'; '.join(parts)}", console, 2)
        console.print(Text(text.replace(_FIXED, " ")))


def _told(title: str, text: str, room: int) -> str:
    """Return both so that the figure is in one line with its title's end, where there is room."""
    last = title.rsplit(maxsplit=1)[-1]
    figure = f"{last} = {text}"
    fixed = figure.replace(" ", _FIXED) if cell_len(figure) < room else figure
    return title.removesuffix(last) + fixed


def _rich(table: Table, spare: int) -> RichTable:
    """Return it as rich draws it: words to the left, numbers to the right.

    Wrapped columns share the `spare` room, or rich would cut the last column. A name in the first
    column stands once for the rows below it.
    """
    drawn = RichTable(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="italic",
    )  # fmt: skip
    wrapped = sum(map(_is_wrapped, table.titled))
    for column in table.titled:
        drawn.add_column(
            column.title.strip(),
            justify="right" if column.to_the_right else "left",
            overflow="fold",
            no_wrap=not _is_wrapped(column),
            min_width=_narrowest(column),
            max_width=_narrowest(column) + spare // wrapped if _is_wrapped(column) else None,
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
