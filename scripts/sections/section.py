"""What the page shows, as plain data: parts made of sentences, heat maps, pictures and tables.

Nothing here is HTML: the templates turn it into that, and escape every text on the way.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from scripts.sections.heatmap import HeatMap

Value = str | int | float | None
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


@dataclass(frozen=True)
class Column:
    """A column: `values` are sorted by, and in the CSV as `key`; `words` are shown under `title`.

    Without a `title` it is in the CSV alone; without `words` the values are shown as they are.
    """

    key: str
    values: Sequence[Value]
    title: str = ""
    words: Sequence[str] | None = None

    @property
    def shown(self) -> Sequence[str]:
        """What stands in the cells, a text a row."""
        if self.words is not None:
            return self.words
        return ["" if value is None else str(value) for value in self.values]

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers alone."""
        return not any(isinstance(value, str) for value in self.values)

    @property
    def to_the_right(self) -> bool:
        """Whether it is set to the right, on one line: numbers, unless told in sentences."""
        return self.numeric and max(map(len, self.shown), default=0) <= _LONGEST_NUMBER

    def packed(self) -> dict[str, Any]:
        """For the page's script: numbers to five digits; what is repeated stands once."""
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
        """The columns that are shown."""
        return [column for column in self.columns if column.title]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The shown texts, a tuple a row."""
        return list(zip(*[column.shown for column in self.titled], strict=True))

    def packed(self) -> list[dict[str, Any]]:
        """All columns for the page's script."""
        return [column.packed() for column in self.columns]


@dataclass(frozen=True)
class Picture:
    """A static figure: a `data:` address of an SVG file, and the words for who cannot see it."""

    name: str
    caption: str
    alt: str
    source: Markup
    machine: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the page under a heading: sentences, then maps, pictures, sentences and tables."""

    key: str
    title: str
    lines: Sequence[Line] = ()
    maps: Sequence[HeatMap] = ()
    pictures: Sequence[Picture] = ()
    notes: Sequence[Line] = ()
    tables: Sequence[Table] = ()


def plain_values(series: pd.Series) -> list[Value]:
    """A column of a frame as Python's own values; None where something is missing."""
    return [None if pd.isna(value) else _plain(value) for value in series]


def column(
    frame: pd.DataFrame, key: str, title: str = "", *, words: Sequence[str] | None = None
) -> Column:
    """A Column of a frame's column of that name."""
    return Column(key, plain_values(frame[key]), title, words)


def _plain(value: Any) -> Value:
    plain: Value = value.item() if hasattr(value, "item") else value
    return plain


def _short(value: Value) -> Value:
    if not isinstance(value, float):
        return value
    return float(f"{value:.5g}") if math.isfinite(value) else None
