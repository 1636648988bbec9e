"""A report for a pull request or a job summary: the brief part of every section in Markdown."""

import re
from collections.abc import Iterable, Iterator

from scripts.sections.section import Line, Section, Strip, Table
from scripts.words.answer.told import mark_of

MOST_ROWS = 20
"""Of one table; the folder of files has all."""
_MEANT = re.compile(r"[\\`*_{}\[\]<>#|~@!&$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What Markdown takes for a mark, a mention, an entity, a formula or a link."""
_BEGINS = re.compile(r"^(\d*)(?=[-+=]|[.)](?:\s|$))")
"""What it takes for an entry of a list, or a line under a heading, at the start of a line."""


def markdown(sections: Iterable[Section]) -> str:
    """Return what is said in short; no text out of a file is Markdown, HTML or a mention."""
    return "\n".join(line for section in sections for item in section.brief for line in _of(item))


def _of(item: Line | Table | Strip) -> Iterator[str]:
    if isinstance(item, Strip):
        marks = " ".join(f"{size}{mark_of(word)}" for size, word in item.verdicts.items())
        yield f"- **{plain(item.name)}** `{marks}` {plain(item.text)}"
    elif isinstance(item, Table):
        yield from _table(item)
    elif item.text:
        text = _BEGINS.sub(r"\1\\", plain(f"{item.lead}{item.text}"))
        yield {
            "strong": f"\n**{text}**\n",
            "warning": f"> :warning: {text}\n",
            "typed": f"\n    {item.text}\n",
        }.get(item.tone, f"\n{text}\n")


def _table(table: Table) -> Iterator[str]:
    yield f"\n{plain(table.caption)}\n" if table.caption else ""
    yield _row(column.title for column in table.titled)
    yield _row("---:" if column.to_the_right else "---" for column in table.titled)
    yield from (_row(map(plain, cells)) for cells in table.rows[:MOST_ROWS])
    if (more := len(table.rows) - MOST_ROWS) > 0:
        yield f"\nand {more} more rows"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is, wherever it stands."""
    return _MEANT.sub(r"\\\g<0>", text)
