"""Cards by name: what they can do at most, and what any of them costs the host, as ranges.

Every number of `cards.csv` stands with its source. FLOP/s are those of true fp32.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

_BESIDE = re.compile(r"nvidia|geforce|tesla|gpu|pcie|sxm\d?|\d+gb")
"""What may stand beside the name of a card."""
TABLE = Path(__file__).with_suffix(".csv")


class Range(NamedTuple):
    """From the least to the most that was published, or what its source calls assumed."""

    low: float
    high: float


class Card(NamedTuple):
    """A GPU; `flops_per_second` and `bytes_per_second` are None of any one."""

    key: str
    name: str
    flops_per_second: Range | None = None
    bytes_per_second: Range | None = None


ANY_CARD = Card("any", "any GPU")


class Host(NamedTuple):
    """What any GPU costs the host: to start a kernel, a process, a captured graph."""

    launch_seconds: Range
    context_seconds: Range
    graph_seconds: Range


@cache
def published() -> pd.DataFrame:
    """The table: card, name, quantity, low, high, source."""
    return pd.read_csv(TABLE)


def host() -> Host:
    """What any GPU costs the host."""
    return Host(**_ranges(ANY_CARD.key))


@cache
def cards() -> dict[str, Card]:
    """Every card by its key."""
    names = published().drop_duplicates("card")[["card", "name"]].itertuples(index=False)
    return {key: Card(key, name, **_ranges(key)) for key, name in names if key != ANY_CARD.key}


def card_named(text: str) -> Card | None:
    """Return a card as people write it: `RTX 4090`, `rtx-4090`, `NVIDIA A100-SXM4 80GB`."""
    words = re.findall("[a-z0-9]+", text.lower())
    return cards().get("".join(word for word in words if not _BESIDE.fullmatch(word)))


def _ranges(card: str) -> dict[str, Range]:
    own = published()
    rows = own.loc[own["card"] == card, ["quantity", "low", "high"]].itertuples(index=False)
    return {quantity: Range(low, high) for quantity, low, high in rows}
