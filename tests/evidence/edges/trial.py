"""What becomes of tries: their number, how they ended, and the faults among them."""

import math
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from tests.run.typed import Said, answers_to

T = TypeVar("T")
BATCH, BATCH_SECONDS = 20, 600.0
"""Command lines that one process takes: if one of them hangs or ends it, the others are tried."""


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


def added(old: Row, new: Row) -> Row:
    """The row of two stretches of tries."""
    ends: Counter[str] = Counter()
    for part in filter(None, ", ".join((old.ends, new.ends)).split(", ")):
        count, _, end = part.partition(" ")
        ends[end] += int(count)
    return row(old.kind, old.tries + new.tries, ends, [*old.faults, *new.faults])


def until(
    end: float, every: Iterable[T], *, now: Callable[[], float] = time.monotonic
) -> Iterator[T]:
    """The tries that there is time for, the first one in any case."""
    left = math.inf
    for one in every:
        if left <= 0:
            return
        yield one
        left = end - now()


def said_to(
    lines: Sequence[Sequence[str]],
    *,
    ask: Callable[..., list[Said]] = answers_to,
) -> list[Said]:
    """What each command line of `pytest bench` ends with; status -1 where its process broke off."""
    said: list[Said] = []
    for begin in range(0, len(lines), BATCH):
        batch = lines[begin : begin + BATCH]
        try:
            said += ask(batch, seconds=BATCH_SECONDS)
        except (subprocess.SubprocessError, ValueError, IndexError) as error:
            said += [Said(-1, repr(error))] * len(batch)
    return said
