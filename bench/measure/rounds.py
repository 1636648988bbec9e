"""Rounds: a block of every workload before the next block of any, and how many there is time for.

A run that is cut has lost rounds then, not workloads.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bench.grid import WorkloadPlan
from bench.measure.blocks import Campaign
from bench.measure.budget import LEAST_ROUNDS, Pace, Turn
from bench.measure.order import Wanted

Suspect = tuple[WorkloadPlan, int, Wanted]
"""A block of a workload, and what of it is worth a second attempt."""


def run_rounds(
    campaign: Campaign,
    plans: Iterable[WorkloadPlan],
    blocks: Iterable[int],
    run: Callable[[WorkloadPlan, int], None] | None = None,
) -> None:
    """Runs blocks of every workload: of the least rounds all that is not ended by the budget.

    A later round is begun only where, by what the last one took, all of it ends in time; where it
    gets slower, those of its blocks that still do.
    """
    plans, pace = list(plans), campaign.pace
    left_out: list[tuple[WorkloadPlan, int]] = []
    for block in blocks:
        room = pace.left if block < LEAST_ROUNDS else pace.room
        costs = [pace.cost(waiting(campaign, plan, block)) for plan in plans]
        whole = block < LEAST_ROUNDS or sum(costs) <= room()
        for place, (plan, cost) in enumerate(zip(plans, costs, strict=True)):
            pace.owed = _owed(campaign, plans, block, place)
            if whole and cost <= room():
                (run or campaign.run_block)(plan, block)
            elif campaign.pending(plan, block):
                left_out.append((plan, block))
    _leave_out(campaign, plans, left_out)


def _owed(campaign: Campaign, plans: list[WorkloadPlan], block: int, place: int) -> list[Turn]:
    """The turns of the least rounds that come after a block of the plan at this place."""
    least = min(LEAST_ROUNDS, campaign.settings.blocks)
    rounds = [plans[place + 1 :], *[plans] * (least - 1 - block)] if block < least else []
    return [
        turn
        for number, own in enumerate(rounds, start=block)
        for plan in own
        for turn in waiting(campaign, plan, number)
    ]


def _leave_out(
    campaign: Campaign, plans: list[WorkloadPlan], blocks: Sequence[tuple[WorkloadPlan, int]]
) -> None:
    """Takes blocks off the plan; says why they are not measured, of a run without a budget."""
    for plan, block in blocks:
        wanted = campaign.pending(plan, block).items()
        campaign.expect(plan.workload, {side: -len(sizes) for side, sizes in wanted})
        settled = campaign.measurements.settled(plan.workload, plan.sides(block))
        campaign.expect(plan.workload, settled)
    if blocks and math.isfinite(campaign.pace.aim):
        counts, most = Counter(plan.workload for plan, _ in blocks), campaign.settings.blocks
        done = sorted({most - counts[plan.workload] for plan in plans})
        told = f"{done[0]} to {done[-1]}" if len(done) > 1 else f"{done[0]}"
        minutes = campaign.pace.budget.seconds / 60
        campaign.say(
            f"{told} of {most} blocks: another would not end within {minutes:g} minutes; "
            f"--blocks {most} measures all"
        )


def measure_within(campaign: Campaign, plans: list[WorkloadPlan], pace: Pace, end: float) -> None:
    """Measures round by round until the budget's `spent` is `end`.

    The first round has all the time that `pace` has, in fair shares: every network comes first.
    What it costs decides how many follow. What is suspect is repeated after the least rounds and at
    the end: further blocks are worth more before. Batch sizes that did not answer within their
    process's share are asked again when the rounds are over.
    """
    suspect, blocks = first_round(campaign, plans, pace), range(1, campaign.settings.blocks)
    pace.until = min(pace.until, end)
    kept = [answered(campaign, plan) for plan in plans]

    def run(plan: WorkloadPlan, block: int) -> None:
        suspect.append((plan, block, campaign.try_block(plan, block)))

    for some in (blocks[: LEAST_ROUNDS - 1], blocks[LEAST_ROUNDS - 1 :]):
        run_rounds(campaign, kept, some, run)
        for one in suspect:
            campaign.repeat_block(*one)
        suspect.clear()
    catch_up(campaign, plans)


def catch_up(campaign: Campaign, plans: Iterable[WorkloadPlan]) -> None:
    """Asks again what the first round has no answer for, one process after the other."""
    for plan in plans:
        campaign.run_block(plan, 0)


def first_round(campaign: Campaign, plans: Iterable[WorkloadPlan], pace: Pace) -> list[Suspect]:
    """The first block of every workload; what of each is worth a second attempt.

    A second attempt waits: it must not take the time of a workload that had none. Where a share is
    less than a process takes to answer, the sides of one workload share what is left before the
    next one's, and the A/A repeats come last: one side without the other tells nothing.
    """
    plans, suspect = list(plans), []
    fair = pace.share(one for plan in plans for one in waiting(campaign, plan, plan.start))
    if tight := fair < pace.start:
        sides = [plan.cut(lambda side, _: not side.again) for plan in plans]
        plans = [*sides, *(plan.cut(lambda side, _: side.again) for plan in plans)]
    for plan in plans:
        if tight:
            own = pace.share(waiting(campaign, plan, plan.start), spare=0.0)
            pace.sharing = own >= pace.start  # one side's figures are better than none
        suspect.append((plan, plan.start, campaign.try_block(plan, plan.start)))
        # Shares in which no process gets as far as an answer would end every one for nothing.
        known = campaign.measurements.sides
        pace.sharing = pace.sharing and any(side in known for side in plan.batch_sizes)
    pace.sharing = False
    return suspect


def waiting(campaign: Campaign, plan: WorkloadPlan, block: int) -> list[Turn]:
    """The processes that a block of a workload still needs."""
    return [(plan.workload, side) for side in campaign.pending(plan, block)]


def answered(campaign: Campaign, plan: WorkloadPlan) -> WorkloadPlan:
    """The plan cut to what the first round has an answer for."""
    left = campaign.pending(plan, plan.start)
    return plan.cut(lambda side, size: size not in left.get(side, ()))
