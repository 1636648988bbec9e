"""What a report is made of, as plain data: sections of sentences, maps, pictures and tables.

Nothing here is HTML or knows a terminal: the renderers in write/ turn it into that.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from scripts.figures.style import Drawing
from scripts.read.metric import Metric

Value = str | int | float | None
Tone = Literal["", "strong", "faint", "warning", "typed"]
"""`typed`: a command, which no renderer breaks."""
_LONGEST_NUMBER = 28
"""With its unit and interval; longer words are sentences, which have to wrap."""


@dataclass(frozen=True)
class Line:
    """A sentence or more. The page's switches hide it when they choose another machine or pair.

    `lead` stands before it in bold; `machine` and `pair` say what it is about ("": everything).
    """

    text: str
    lead: str = ""
    machine: str = ""
    pair: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Column:
    """A column: `values` are sorted by, and in the CSV as `key`; `words` are shown under `title`.

    Without a `title` it is in the CSV only; without `words` the values are shown as they are.
    """

    key: str
    values: Sequence[Value]
    title: str = ""
    words: Sequence[str] | None = None

    @property
    def shown(self) -> Sequence[str]:
        """Return what stands in the cells, a text per row."""
        if self.words is not None:
            return self.words
        return ["" if value is None else str(value) for value in self.values]

    @property
    def numeric(self) -> bool:
        """Return whether it holds numbers only."""
        return not any(isinstance(value, str) for value in self.values)

    @property
    def to_the_right(self) -> bool:
        """Return whether it is set to the right: numbers, unless told in sentences."""
        return self.numeric and max(map(len, self.shown), default=0) <= _LONGEST_NUMBER

    def packed(self) -> dict[str, Any]:
        """Return it for the page's script: numbers to five digits; what is repeated stands once."""
        values = [_short(value) for value in self.values]
        texts = list(dict.fromkeys(values))
        if self.numeric and len(texts) > len(values) / 4:
            return {"key": self.key, "values": values}
        places = {text: place for place, text in enumerate(texts)}
        return {"key": self.key, "texts": texts, "at": [places[value] for value in values]}


@dataclass(frozen=True)
class Table:
    """A table: `name` is its CSV file without the ending and its name in links.

    `choices` are keys of columns that the reader can filter by from a list of their values.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    choices: Sequence[str] = ()

    @property
    def titled(self) -> list[Column]:
        """Return the columns that are shown."""
        return [column for column in self.columns if column.title]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Return the shown texts, a tuple per row."""
        return list(zip(*[column.shown for column in self.titled], strict=True))

    def packed(self) -> list[dict[str, Any]]:
        """Return all columns for the page's script."""
        return [column.packed() for column in self.columns]


@dataclass(frozen=True)
class Strip:
    """A network's answer in a line: the verdict at each batch size, and words."""

    name: str
    verdicts: Mapping[int, str]
    text: str


Brief = Sequence[Line | Table | Strip]


@dataclass(frozen=True, eq=False)
class Picture:
    """A static figure: the name of its files, who draws it, and words for who cannot see it.

    `draw` returns None where there is nothing to see. A picture without a `caption` is in the
    folder of files only.
    """

    name: str
    draw: Drawing
    caption: str = ""
    alt: str = ""
    machine: str = ""


@dataclass(frozen=True)
class Map:
    """A heat map of verdicts, drawn by the page: each cell knows its row in the table `table`.

    The index of `cells` are these rows; `limit` is the end of the colours in powers of two.
    """

    name: str
    table: str
    cells: pd.DataFrame
    title: str
    caption: str
    limit: float
    machine: str = ""
    pair: str = ""


@dataclass(frozen=True)
class Section:
    """The answer to one question: sentences, then maps, pictures, notes and tables.

    It stands in the chapter of its `workload`, or in a `part` of the report about all of them:
    `first` are warnings, `answer` is seen at once, `after` is folded; so are its maps, machine by
    machine, where it is `folded`. `brief` is what a terminal
    and a summary show of it, and `frames` are its CSV files by their names.
    """

    key: str
    title: str = ""
    workload: str = ""
    part: Literal["first", "answer", "after"] = "after"
    lines: Sequence[Line] = ()
    maps: Sequence[Map] = ()
    folded: bool = False
    pictures: Sequence[Picture] = ()
    notes: Sequence[Line] = ()
    tables: Sequence[Table] = ()
    brief: Brief = ()
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def plain_values(series: pd.Series) -> list[Value]:
    """Return a column of a frame as Python's own values; None where something is missing."""
    return [None if pd.isna(value) else _plain(value) for value in series]


def _plain(value: Any) -> Value:
    plain: Value = value.item() if hasattr(value, "item") else value
    return str(plain) if isinstance(value, Metric) else plain


def _short(value: Value) -> Value:
    if not isinstance(value, float):
        return value
    return float(f"{value:.5g}") if math.isfinite(value) else None
