"""Who runs when: the order of a block's processes and of the batch sizes in each."""

import random
from collections.abc import Iterable

from bench.grid import Arm

Wanted = dict[Arm, list[int]]
"""Batch sizes by arm: what a block, or an attempt at one, is to measure."""


def shuffled(batch_sizes: Iterable[int], *, seed: int, workload: str, block: int) -> list[int]:
    """A block's order of batch sizes, the same for each of its arms (so that positions pair)."""
    order = sorted(batch_sizes)
    # Not for secrets: a recorded seed has to give the recorded order again.
    random.Random(f"{seed} {workload} {block}").shuffle(order)  # noqa: S311
    return order


def arm_order(arms: Iterable[Arm], block: int) -> list[Arm]:
    """The order of a block's processes: forwards and backwards in turn (ABBA)."""
    order = list(arms)
    return order if block % 2 == 0 else order[::-1]


def answered_sizes(wanted: Wanted, left: Wanted, *, again: bool) -> list[int]:
    """The batch sizes that an attempt is about: those that any arm has an answer for.

    A repeat is about those of which no arm was left out: the first attempt's answer stands there.
    """
    sizes = sorted({size for own in wanted.values() for size in own})
    asked = {size: [arm for arm, own in wanted.items() if size in own] for size in sizes}
    enough = all if again else any
    return [size for size in sizes if enough(size not in left[arm] for arm in asked[size])]
