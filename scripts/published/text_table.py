"""The bytes of a table to its header and rows of texts: CSV of any delimiter, or Markdown."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from scripts.read.breach import Breach
from scripts.read.foreign import require_ours

DELIMITERS = ",;\t|"
_RULE = re.compile(r"^[\s|:=+-]+$")


class TextRow(NamedTuple):
    """A row as it stands in the table: its line, counted from 1, and a text per column."""

    line: int
    texts: list[str]


class TextTable(NamedTuple):
    """The names of the columns as they are written, and the rows."""

    header: list[str]
    rows: list[TextRow]
    delimiter: str


def text_table(content: bytes) -> TextTable:
    """Return the table; raises Breach for bytes that are none, and for rows of another length."""
    if content.startswith(b"PK"):
        raise Breach([], "is a spreadsheet, or packed", "save it as CSV")
    require_ours(content)
    lines = _decoded(content).splitlines()
    delimiter = _delimiter(lines)
    header, *rows = [*_rows(lines, delimiter)] or [TextRow(1, [])]
    if len(header.texts) < 2 or not rows:
        raise Breach([], "is no table with a header and rows", "save it as CSV")
    twice = [name for name, count in Counter(header.texts).items() if count > 1 and name]
    if twice:
        raise Breach([f"line {header.line}"], f"has two columns {twice[0]!r}", "rename one")
    rows = [row for row in rows if row.texts != header.texts]  # of tables one below the other
    for line, texts in rows:
        if len(texts) != len(header.texts):
            words = f"has {len(texts)} values, the header {len(header.texts)}"
            raise Breach([f"line {line}"], words, "quote texts that hold the delimiter")
    return TextTable(header.texts, rows, delimiter)


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise Breach([], "is not UTF-8 text", "save it as CSV (UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # as spreadsheets of Windows write it


def _delimiter(lines: list[str]) -> str:
    """Whichever splits the first lines into most columns, and into equally many."""
    first = [line for line in lines if line.strip() and not line.startswith("#")][:20]

    def columns(delimiter: str) -> tuple[bool, bool, int]:
        counts = {len(row.texts) for row in _rows(first, delimiter)}
        fewest = min(counts, default=0)
        return fewest > 1, len(counts) == 1, fewest

    return max(DELIMITERS, key=columns)


def _rows(lines: list[str], delimiter: str) -> Iterator[TextRow]:
    """Yield the rows that are not empty, a comment, a spreadsheet's `sep=;`, a header's rule."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True)
    try:
        for texts in reader:
            own = [text.strip() for text in texts]
            whole = delimiter.join(own)
            if delimiter == "|" and len(own) > 2 and own[0] == own[-1] == "":
                own = own[1:-1]  # a row of Markdown begins and ends with it
            if any(own) and not whole.startswith(("#", "sep=")) and not _RULE.match(whole):
                yield TextRow(reader.line_num, own)
    except csv.Error as error:
        raise Breach([f"line {reader.line_num}"], f"is no row of a table ({error})") from None
