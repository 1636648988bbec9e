"""Which batch sizes are worth measuring to find a crossover. Plain numbers, no measuring.

A device's overhead is spread over more samples as the batch grows, so the search starts at the
largest batch size, where it is cheapest, and goes down only where it has to: batch sizes below one
where the GPU is slower are implied. Whether that supposition held is for the verdicts to say.
"""

from collections.abc import Collection, Mapping, Sequence


def bracket(sizes: Sequence[int], slower: Mapping[int, bool]) -> tuple[int, int]:
    """(low, high) positions in `sizes`: the crossover lies between them.

    `slower` says for each measured batch size whether the GPU took longer. `low` is the largest
    measured one that is slower (-1: none), `high` the smallest above it that is not
    (len(sizes): none).
    """
    low = max((at for at, size in enumerate(sizes) if slower.get(size) is True), default=-1)
    faster = [at for at, size in enumerate(sizes) if slower.get(size) is False and at > low]
    return low, min(faster, default=len(sizes))


def next_size(sizes: Sequence[int], slower: Mapping[int, bool]) -> int | None:
    """The batch size to measure next, `sizes` ascending; None when the bracket is closed."""
    if sizes[-1] not in slower:
        return sizes[-1]
    low, high = bracket(sizes, slower)
    if high - low <= 1:
        return None
    return sizes[(low + high) // 2]


def bracket_sizes(sizes: Sequence[int], slower: Mapping[int, bool]) -> list[int]:
    """The batch sizes on either side of the crossover that are in the grid."""
    low, high = bracket(sizes, slower)
    return [sizes[at] for at in (low, high) if 0 <= at < len(sizes)]


def widened(
    sizes: Sequence[int], measured: Collection[int], undecided: Collection[int]
) -> list[int]:
    """The nearest unmeasured neighbours of measured batch sizes without a decided verdict."""
    found = set()
    for size in undecided:
        at = sizes.index(size)
        below = [other for other in sizes[:at] if other not in measured]
        above = [other for other in sizes[at + 1 :] if other not in measured]
        # A decided cell in between closes that side.
        if below and not _decided_between(sizes, below[-1], size, measured, undecided):
            found.add(below[-1])
        if above and not _decided_between(sizes, size, above[0], measured, undecided):
            found.add(above[0])
    return sorted(found)


def _decided_between(
    sizes: Sequence[int],
    low: int,
    high: int,
    measured: Collection[int],
    undecided: Collection[int],
) -> bool:
    return any(low < size < high and size in measured and size not in undecided for size in sizes)
