"""A report for a pull request or a job summary: the brief part of every section in Markdown."""

import re
from collections.abc import Iterable, Iterator

from scripts.sections.section import Line, Section, Strip, Table
from scripts.words.told import mark_of

MOST_ROWS = 20
"""Of one table; the folder of files has all."""
_MEANT = re.compile(r"([\\`*_{}\[\]<>#|~@!])")


def markdown(sections: Iterable[Section]) -> str:
    """Return what is said in short; no text out of a file is Markdown, HTML or a mention."""
    return "\n".join(line for section in sections for item in section.brief for line in _of(item))


def _of(item: Line | Table | Strip) -> Iterator[str]:
    if isinstance(item, Strip):
        marks = " ".join(f"{size}{mark_of(word)}" for size, word in item.verdicts.items())
        yield f"- **{_plain(item.name)}** `{marks}` {_plain(item.text)}"
    elif isinstance(item, Table):
        yield from _table(item)
    elif item.text:
        text = f"{_plain(item.lead)}{_plain(item.text)}"
        yield {"strong": f"\n**{text}**\n", "warning": f"> :warning: {text}\n"}.get(
            item.tone, f"\n{text}\n"
        )


def _table(table: Table) -> Iterator[str]:
    yield f"\n{_plain(table.caption)}\n" if table.caption else ""
    yield _row(column.title for column in table.titled)
    yield _row("---:" if column.to_the_right else "---" for column in table.titled)
    yield from (_row(map(_plain, cells)) for cells in table.rows[:MOST_ROWS])
    if (more := len(table.rows) - MOST_ROWS) > 0:
        yield f"\nand {more} more rows"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return _MEANT.sub(r"\\\1", text)
