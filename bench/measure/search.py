"""What of the grid is measured: all, all until it is decided, or only around crossovers."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise, product
from statistics import median

from bench.answer import Epochs
from bench.grid import Side, WorkloadPlan, with_only, with_repeats
from bench.measure.blocks import Campaign
from bench.measure.measurements import Key, Undecided
from bench.measure.rounds import run_rounds


def bracket(sizes: Sequence[int], slower: Mapping[int, bool]) -> tuple[int, int] | None:
    """(low, high) positions in `sizes`: the crossover lies between them, whichever way it goes.

    `slower` says for each measured batch size whether the side took longer than the base. None: all
    agree. Of several changes the last one counts.
    """
    measured = [at for at, size in enumerate(sizes) if size in slower]
    changes = [
        (low, high) for low, high in pairwise(measured) if slower[sizes[low]] != slower[sizes[high]]
    ]
    return changes[-1] if changes else None


def next_size(sizes: Sequence[int], slower: Mapping[int, bool]) -> int | None:
    """The batch size to measure next, `sizes` ascending; None when the bracket is closed."""
    for end in (sizes[-1], sizes[0]):
        if end not in slower:
            return end
    found = bracket(sizes, slower)
    if found is None or found[1] - found[0] <= 1:
        return None
    return sizes[sum(found) // 2]


def bracket_sizes(sizes: Sequence[int], slower: Mapping[int, bool]) -> list[int]:
    """The batch sizes on either side of the crossover; both ends of the grid without one."""
    return [sizes[at] for at in bracket(sizes, slower) or (0, len(sizes) - 1)]


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


LOOKS = (5, 9, 15)
"""Blocks after which `--until-decided` looks, besides those asked for (`planned_looks`)."""


Ask = Callable[[int], list[Undecided]]
"""Asks the reading half about everything measured so far, at a look planned after so many blocks;
0: at none that was planned.
"""


def planned_looks(blocks: int) -> tuple[int, ...]:
    """The looks of `--until-decided`, planned beforehand: they share alpha evenly.

    The first is after the blocks that every cell gets, the last one is the report's.
    """
    return (blocks, *(planned for planned in LOOKS if planned > blocks))


def measure_all(campaign: Campaign, plans: Iterable[WorkloadPlan]) -> None:
    """Measures every block of every workload that there is time for."""
    run_rounds(campaign, plans, range(campaign.settings.blocks))


def measure_until_decided(campaign: Campaign, plans: list[WorkloadPlan], ask: Ask) -> None:
    """All, then at planned looks further blocks for undecided cells and around crossovers."""
    measure_all(campaign, plans)
    for done, blocks in pairwise(planned_looks(campaign.settings.blocks)):
        cells = [cell for cell in ask(done) if cell.why != "too close"]
        chosen = [
            _restricted(plan, [cell for cell in cells if cell.workload == plan.workload])
            for plan in plans
        ]
        announce(campaign, chosen, range(done, blocks))
        run_rounds(campaign, chosen, range(done, blocks))


def announce(campaign: Campaign, plans: Iterable[WorkloadPlan], blocks: range) -> None:
    """Tells of the answers that blocks are to have which were in no plan."""
    for plan in plans:
        counts = Counter[Side]()
        for block in blocks:
            counts.update({side: len(sizes) for side, sizes in plan.sides(block).items()})
        campaign.expect(plan.workload, counts)


def _restricted(plan: WorkloadPlan, cells: list[Undecided]) -> WorkloadPlan:
    """The plan's batch sizes of these cells, of the side and of the base."""
    wanted: dict[Side, set[int]] = {}
    for cell in cells:
        for name in (cell.side, cell.base):
            wanted.setdefault(Side(name), set()).add(cell.batch_size)
    return plan.cut(lambda side, size: size in wanted.get(side, ()))


def find_crossovers(campaign: Campaign, plans: Iterable[WorkloadPlan], ask: Ask) -> None:
    """Measures only the batch sizes around each crossover, found by bisection in the first block.

    Those that the search ends on get every block; where their verdicts are not decided, their
    neighbours are measured as well.
    """
    chosen = [(plan, _search(campaign, plan)) for plan in plans]
    while chosen := [(plan, sizes) for plan, sizes in chosen if sizes]:
        measure_all(campaign, [with_repeats(plan, sizes) for plan, sizes in chosen])
        undecided = [cell for cell in ask(0) if cell.why != "around the crossover"]
        chosen = [(plan, _wider(plan, sizes, undecided)) for plan, sizes in chosen]


def _wider(plan: WorkloadPlan, sizes: list[int], undecided: list[Undecided]) -> list[int]:
    """The batch sizes with their neighbours, where some are not decided; otherwise none."""
    own = {cell.batch_size for cell in undecided if cell.workload == plan.workload}
    more = widened(plan.all_sizes, sizes, own & set(sizes))
    return sorted({*sizes, *more}) if more else []


def _search(campaign: Campaign, plan: WorkloadPlan) -> list[int]:
    """Bisects in block 0; the batch sizes on both sides of each curve's crossover."""
    tried: set[int] = set()
    while True:
        todo, ends = set(), set()
        for slower in block_signs(campaign, plan):
            # A batch size that could not be measured is no place to look for a sign.
            grid = [size for size in plan.all_sizes if size in slower or size not in tried]
            size = next_size(grid, slower) if grid else None
            if size is not None:
                todo.add(size)
            elif grid:
                ends.update(bracket_sizes(grid, slower))
        if not todo:
            return sorted(ends)
        tried |= todo
        campaign.run_block(with_only(plan, sorted(todo)), 0)


def block_signs(campaign: Campaign, plan: WorkloadPlan) -> list[dict[int, bool]]:
    """For every curve the batch sizes measured in block 0, and whether the side took longer there.

    A curve is a side against the base, warm or at a number of epochs.
    """
    base = Side(campaign.settings.base)
    sides = [side for side in plan.batch_sizes if not side.again and side != base]
    curves = []
    for side, epochs in product(sides, (None, *campaign.settings.epochs)):
        pairs = {
            size: (seconds(campaign, plan, side, size, epochs),
                   seconds(campaign, plan, base, size, epochs))
            for size in plan.all_sizes
        }  # fmt: skip
        curves.append({s: a > b for s, (a, b) in pairs.items() if not math.isnan(a - b)})
    return curves


def seconds(
    campaign: Campaign, plan: WorkloadPlan, side: Side, size: int, epochs: int | None
) -> float:
    """Block 0's warm epoch (`epochs` None) or total seconds; nan when there are none."""
    answer = campaign.measurements.measured.get(Key(plan.workload, side, size), {}).get(0)
    timed = answer and answer.figures
    most = campaign.settings.measured_epochs
    if not isinstance(timed, Epochs) or len(timed.epoch_seconds) < min(epochs or 1, most):
        return math.nan
    if epochs is None:
        return median(timed.epoch_seconds)
    return timed.total_seconds(epochs, most)
