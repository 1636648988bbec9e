"""The rest of a run with a budget: the diagnosis, then remedies and rungs by their worth."""

from collections.abc import Iterable

from bench.answer import Unmeasured
from bench.grid import Side, WorkloadPlan
from bench.measure.blocks import Campaign
from bench.measure.budget import LEAST_ROUNDS, NOT_REACHED, Pace
from bench.measure.measurements import Key
from bench.measure.rounds import answered, catch_up, first_round
from bench.sides.settings import Settings
from bench.why.studies import added_plans, diagnosis_plans, own_plans

DIAGNOSIS_SHARE, ADDED_SHARE = 0.15, 0.35
"""Parts of a budget that the run's own rounds after the first leave to what was asked for."""


def reserved(settings: Settings) -> tuple[float, float]:
    """Returns the budget's parts for diagnosis, and for remedies and ladder; 0 where not asked."""
    added = ADDED_SHARE if settings.ladder or settings.remedies else 0.0
    return (DIAGNOSIS_SHARE if settings.diagnose else 0.0), added


def study_within(campaign: Campaign, plans: Iterable[WorkloadPlan], pace: Pace, end: float) -> None:
    """Measures what was asked for until the budget's `spent` is `end`; says what was not reached.

    The diagnosis leaves the part of the added sides alone. Every workload has a fair share of both.
    """
    plans, settings, measured = list(plans), campaign.settings, campaign.measurements.measured
    diagnosed = diagnosis_plans(plans, settings, measured)
    for plan in diagnosed:
        campaign.refuse(plan)
    _, kept = reserved(settings)
    pace.until = end - kept * pace.budget.seconds
    first_round(campaign, diagnosed, pace)
    for number, plan in enumerate(added_plans(plans, settings, measured) if kept else []):
        pace.until = end
        pace.until -= pace.left() * (1 - 1 / (len(plans) - number))
        measure_added(campaign, plan, pace, end)
    pace.until = end
    catch_up(campaign, own_plans(plans, settings))  # what the others left of their parts
    for plan in diagnosis_plans(plans, settings, measured):
        _not_reached(campaign, plan, pace.budget.seconds)


def measure_added(campaign: Campaign, whole: WorkloadPlan, pace: Pace, end: float) -> None:
    """Measures blocks of the plain sides, twice, and of the worthiest added ones that fit.

    Where a workload's share is enough for none, one may take all that is left until `end`.
    """
    blocks, sides = min(LEAST_ROUNDS, campaign.settings.blocks), by_worth(campaign, whole)
    for block in range(blocks):
        chosen = fitting(whole, sides, pace, blocks - block)
        if not (block or chosen):
            pace.until = end
            chosen = fitting(whole, sides, pace, blocks)[:1]
        if not chosen:
            return
        sides = chosen  # compiling takes what is not known beforehand: what did not fit goes
        kept = {*sides, *(Side(side.device) for side in sides)}
        batch_sizes = {one: own for one, own in whole.batch_sizes.items() if one.first in kept}
        cut = whole._replace(batch_sizes=batch_sizes)
        if block:
            campaign.run_block(answered(campaign, cut), whole.start + block)
        else:
            first_round(campaign, [cut], pace)


def fitting(plan: WorkloadPlan, sides: Iterable[Side], pace: Pace, blocks: int) -> list[Side]:
    """Returns the first of `sides` that there is time for, with the plain ones, in all blocks.

    One that does not fit is passed over: a cheaper one of less worth may.
    """
    total, chosen, known = 0.0, list[Side](), set[str]()
    for side in sides:
        more = seconds(plan, side, pace)
        if side.device not in known:
            own = (one for one in plan.batch_sizes if one.name == side.device)
            more += sum(seconds(plan, one, pace) for one in own)
        if blocks * (total + more) <= pace.left():
            total += more
            chosen.append(side)
            known.add(side.device)
    return chosen


def seconds(plan: WorkloadPlan, side: Side, pace: Pace) -> float:
    """Returns what a side's process of a block took, or as long as the plain one's did."""
    plain = pace.cost([(plan.workload, Side(side.device))])
    return pace.costs.get((plan.workload, side), plain)


def by_worth(campaign: Campaign, plan: WorkloadPlan) -> list[Side]:
    """Returns a plan's added sides that can be measured, the worthiest first."""
    absent = campaign.measurements.absent
    order = map(Side, campaign.settings.added(plan.workload))
    return [
        side
        for side in order
        if any(
            Key(plan.workload, side, size) not in absent for size in plan.batch_sizes.get(side, ())
        )
    ]


def _not_reached(campaign: Campaign, plan: WorkloadPlan, budget_seconds: float) -> None:
    """Answers for what was asked for and has no answer: the time was over."""
    detail = NOT_REACHED.format(budget_seconds)
    for side, sizes in campaign.pending(plan, 0).items():
        for size in sizes:
            campaign.answer(Key(plan.workload, side, size), 0, Unmeasured(size, "budget", detail))
