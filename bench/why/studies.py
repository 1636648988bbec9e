"""What is measured after the run's own blocks: the diagnosis, and the sides of remedies and ladder.

Only cells whose own or plain side has a time are looked at; without `measured` all of them are.
"""

import os
import tempfile
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from bench.grid import Side, WorkloadPlan, device_of, repeated
from bench.job import DIAGNOSIS, DISPATCH, PEAKS, RUN_FOLDER
from bench.measure.blocks import Campaign
from bench.measure.measurements import Key, Measurements
from bench.measure.rounds import run_rounds
from bench.measure.search import planned_looks
from bench.sides.settings import Settings

HOST = "cpu"
Measured = Container[Key] | None


def own_plans(plans: Iterable[WorkloadPlan], settings: Settings) -> list[WorkloadPlan]:
    """Returns the plans without the sides of remedies and ladder."""
    return [plan.cut(lambda side, _size: side.name in settings.sides) for plan in plans]


def diagnosis_plans(
    plans: Iterable[WorkloadPlan], settings: Settings, measured: Measured = None
) -> list[WorkloadPlan]:
    """Returns an instrumented process per workload and side; a side's peaks once.

    What a step asks of the host is looked at once per workload: without an accelerator in any run
    whose time is not limited, since all that is said of GPUs there follows from it.
    """
    answer, known = [], set()
    alone = settings.budget_seconds is None and {*map(device_of, settings.sides)} == {HOST}
    for plan in own_plans(plans, settings) if settings.diagnose or alone else []:
        sides: dict[Side, tuple[int, ...]] = {}
        for side, sizes in plan.batch_sizes.items():
            own = tuple(size for size in sizes if _timed(plan, side, size, measured))
            if side.again or not own:
                continue
            if side.device == HOST and not any(one.task == DISPATCH for one in sides):
                sides[side._replace(task=DISPATCH)] = own[:1]
            if not settings.diagnose:
                continue
            if side not in known:
                known.add(side)
                sides[side._replace(task=PEAKS)] = own[:1]
            sides[side._replace(task=DIAGNOSIS)] = own
        answer.append(plan._replace(batch_sizes=sides))
    return answer


def added_plans(
    plans: Iterable[WorkloadPlan], settings: Settings, measured: Measured = None
) -> list[WorkloadPlan]:
    """Returns remedies and rungs with the plain sides of their devices, in blocks of their own.

    The plain sides have A/A repeats: the noise floor of these blocks.
    """
    answer = []
    for plan in plans:
        added = plan.cut(partial(_is_added, plan, settings, measured))
        sizes: dict[Side, set[int]] = {}
        for side, own in added.batch_sizes.items():
            sizes.setdefault(Side(side.device), set()).update(own)
        plain = {side: tuple(sorted(own)) for side, own in sizes.items()}
        again = {side._replace(again=True): repeated(own) for side, own in plain.items()}
        sides, start = plain | added.batch_sizes | again, first_block(settings)
        answer.append(plan._replace(batch_sizes=sides, start=start))
    return answer


def _is_added(
    plan: WorkloadPlan, settings: Settings, measured: Measured, side: Side, size: int
) -> bool:
    added = side.name not in settings.sides and not side.again
    return added and _timed(plan, Side(side.device), size, measured)


def _timed(plan: WorkloadPlan, side: Side, size: int, measured: Measured) -> bool:
    return measured is None or Key(plan.workload, side.first, size) in measured


def first_block(settings: Settings) -> int:
    """Returns the number after all blocks that the run's own sides may have."""
    return planned_looks(settings.blocks)[-1] if settings.until_decided else settings.blocks


def run_studies(campaign: Campaign, plans: Iterable[WorkloadPlan]) -> None:
    """Measures what was asked for, after the run's own blocks."""
    plans, settings, measured = list(plans), campaign.settings, campaign.measurements.measured
    diagnosed = diagnosis_plans(plans, settings, measured)
    for plan in diagnosed:
        campaign.refuse(plan)
    to_come = [side for plan in diagnosed for side in campaign.pending(plan, 0)]
    with campaign.ahead([settings.job(side.name) for side in to_come]):
        run_rounds(campaign, diagnosed, (0,))
    campaign.repeats_left = settings.blocks
    begin = first_block(settings)
    blocks = range(begin, begin + settings.blocks)
    run_rounds(campaign, added_plans(plans, settings, measured), blocks)


def unanswered(
    plans: Iterable[WorkloadPlan], settings: Settings, measurements: Measurements
) -> int:
    """Counts the answers that are still to be given beyond the run's own blocks."""
    plans, measured = list(plans), measurements.measured
    asked = [(plan, 1) for plan in diagnosis_plans(plans, settings, measured)]
    asked += [(plan, settings.blocks) for plan in added_plans(plans, settings, measured)]
    return sum(
        len(measurements.pending(plan.workload, side, block, sizes))
        for plan, blocks in asked
        for block in range(plan.start, plan.start + blocks)
        for side, sizes in plan.sides(block).items()
    )


@contextmanager
def run_folder() -> Iterator[None]:
    """Makes a folder for the workers of a run; it goes when the run has ended."""
    with tempfile.TemporaryDirectory(prefix="crossover-", ignore_cleanup_errors=True) as folder:
        os.environ[RUN_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[RUN_FOLDER]
