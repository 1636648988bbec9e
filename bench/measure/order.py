"""Who runs when: the order of a block's processes and of the batch sizes in each."""

import random
from collections.abc import Iterable

from bench.grid import Side

Wanted = dict[Side, list[int]]
"""Batch sizes by side: what a block, or an attempt at one, is to measure."""


def shuffled(batch_sizes: Iterable[int], *, seed: int, workload: str, block: int) -> list[int]:
    """A block's order of batch sizes, the same for each of its sides (so that positions pair)."""
    order = sorted(batch_sizes)
    # Not for secrets: a recorded seed has to give the recorded order again.
    random.Random(f"{seed} {workload} {block}").shuffle(order)  # noqa: S311
    return order


def side_order(sides: Iterable[Side], block: int, *, seed: int, workload: str) -> list[Side]:
    """The order of a block's processes: forwards and backwards in turn (ABBA), repeats last.

    Of more than two sides each pair of blocks begins with the next one; the seed says with which
    the first pair does.
    """
    sides = list(sides)
    first = [side for side in sides if not side.again]
    if len(first) > 2:
        begin = random.Random(f"{seed} {workload}").randrange(len(first)) + block // 2  # noqa: S311
        first = [first[(begin + place) % len(first)] for place in range(len(first))]
    order = [*first, *(side for side in sides if side.again)]
    return order if block % 2 == 0 else order[::-1]


def answered_sizes(wanted: Wanted, left: Wanted, *, again: bool) -> list[int]:
    """The batch sizes that an attempt is about: those that any side has an answer for.

    A repeat is about those of which no side was left out: the first attempt's answer stands there.
    """
    sizes = sorted({size for own in wanted.values() for size in own})
    asked = {size: [side for side, own in wanted.items() if size in own] for size in sizes}
    enough = all if again else any
    return [size for size in sizes if enough(size not in left[side] for side in asked[size])]
