"""What becomes of tries: their number, how they ended, and the faults among them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """A try that ended as none may, and how."""

    what: str
    how: str


class Row(NamedTuple):
    """A row of the table."""

    kind: str
    tries: int
    ends: str
    faults: list[Fault]


def row(kind: str, tries: int, ends: Mapping[str, int], faults: Sequence[Fault]) -> Row:
    """The row of so many tries; `ends` counts those that ended in some way."""
    told = ", ".join(f"{count} {end}" for end, count in ends.items())
    return Row(kind, tries, told, list(faults))
