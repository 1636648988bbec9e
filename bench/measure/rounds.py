"""Rounds within a budget: how many blocks of every workload there is time for."""

from collections.abc import Iterable

from bench.grid import WorkloadPlan
from bench.measure.blocks import Campaign
from bench.measure.budget import LEAST_ROUNDS, Pace, Turn
from bench.measure.order import Wanted

Suspect = tuple[WorkloadPlan, int, Wanted]
"""A block of a workload, and what of it is worth a second attempt."""


def measure_within(campaign: Campaign, plans: list[WorkloadPlan], pace: Pace, end: float) -> None:
    """Measures round by round until the budget's `spent` is `end`.

    The first round has all the time that `pace` has, in fair shares: every network comes first.
    What it costs decides how many follow. What is suspect is repeated after the least rounds and at
    the end: further blocks are worth more before. Batch sizes that did not answer within their
    process's share are asked again when the rounds are over.
    """
    suspect = first_round(campaign, plans, pace)
    pace.until = min(pace.until, end)
    kept = [answered(campaign, plan) for plan in plans]
    for block in range(1, campaign.settings.blocks):
        if block == LEAST_ROUNDS:
            _repeat(campaign, suspect)
            suspect = []
        processes = [one for plan in kept for one in waiting(campaign, plan, block)]
        if block >= LEAST_ROUNDS and pace.cost(processes) > pace.left():
            break
        for plan in kept:
            if pace.cost(waiting(campaign, plan, block)) <= pace.left():
                suspect.append((plan, block, campaign.try_block(plan, block)))
    _repeat(campaign, suspect)
    catch_up(campaign, plans)


def catch_up(campaign: Campaign, plans: Iterable[WorkloadPlan]) -> None:
    """Asks again what the first round has no answer for, one process after the other."""
    for plan in plans:
        campaign.run_block(plan, 0)


def first_round(campaign: Campaign, plans: Iterable[WorkloadPlan], pace: Pace) -> list[Suspect]:
    """The first block of every workload; what of each is worth a second attempt.

    A second attempt waits: it must not take the time of a workload that had none.
    """
    plans = list(plans)
    pace.share(one for plan in plans for one in waiting(campaign, plan, plan.start))
    suspect = []
    for plan in plans:
        suspect.append((plan, plan.start, campaign.try_block(plan, plan.start)))
        # Shares in which no process gets as far as an answer would end every one for nothing.
        known = campaign.measurements.sides
        pace.sharing = pace.sharing and any(side in known for side in plan.batch_sizes)
    pace.sharing = False
    return suspect


def _repeat(campaign: Campaign, suspect: Iterable[Suspect]) -> None:
    for plan, block, wanted in suspect:
        campaign.repeat_block(plan, block, wanted)


def waiting(campaign: Campaign, plan: WorkloadPlan, block: int) -> list[Turn]:
    """The processes that a block of a workload still needs."""
    return [(plan.workload, side) for side in campaign.pending(plan, block)]


def answered(campaign: Campaign, plan: WorkloadPlan) -> WorkloadPlan:
    """The plan cut to what the first round has an answer for."""
    left = campaign.pending(plan, plan.start)
    return plan.cut(lambda side, size: size not in left.get(side, ()))
