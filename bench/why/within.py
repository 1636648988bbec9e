"""The studies of a run with a budget: the diagnosis, then variants in the order of their worth."""

from collections.abc import Iterable

from bench.answer import Unmeasured
from bench.grid import WorkloadPlan
from bench.loop import RUNGS
from bench.measure.blocks import Campaign
from bench.measure.budget import LEAST_ROUNDS, Pace
from bench.measure.measurements import Key
from bench.measure.rounds import answered, catch_up, first_round
from bench.options import Settings
from bench.variants import PLAIN, REMEDIES, refusal
from bench.why.studies import (
    Studies,
    compile_folder,
    diagnosis_plans,
    refuse,
    variants_plan,
)

DIAGNOSIS_SHARE, VARIANTS_SHARE = 0.15, 0.35
"""Parts of a budget that the run's own rounds after the first leave to a study asked for."""


def reserved(settings: Settings) -> tuple[float, float]:
    """Returns the parts of the budget for the diagnosis and for variants; 0 where not asked for."""
    variants = VARIANTS_SHARE if settings.ladder or settings.remedies else 0.0
    return (DIAGNOSIS_SHARE if settings.diagnose else 0.0), variants


def study_within(
    studies: Studies, campaign: Campaign, plans: Iterable[WorkloadPlan], pace: Pace, end: float
) -> None:
    """Measures what was asked for until the budget's `spent` is `end`; says what was not reached.

    The diagnosis leaves the variants' part alone. Every workload has a fair share of both.
    """
    plans = list(plans)
    parts, timed = studies.campaigns(campaign), [studies.timed(plan) for plan in plans]
    _, kept = reserved(studies.settings)
    with compile_folder():
        if studies.settings.diagnose:
            pace.until = end - kept * pace.budget.seconds
            first_round(parts["diagnosis"], diagnosis_plans(timed), pace)
        if kept:
            for number, plan in enumerate(timed):
                pace.until = end
                pace.until -= pace.left() * (1 - 1 / (len(timed) - number))
                measure_variants(parts["variants"], plan, pace, end)
    pace.until = end
    catch_up(campaign, plans)  # what the studies left of their parts
    for study, plan in studies.plans(timed):
        _not_reached(parts[study], plan, pace.budget.seconds)


def measure_variants(campaign: Campaign, plan: WorkloadPlan, pace: Pace, end: float) -> None:
    """Measures blocks of the plain cells, twice, and of the worthiest variants that fit.

    Where a workload's share is enough for none, one may take all that is left until `end`.
    """
    whole = variants_plan(plan, campaign.settings)
    refuse(campaign, whole)
    blocks, names = min(LEAST_ROUNDS, campaign.settings.blocks), by_worth(whole)
    for block in range(blocks):
        chosen = fitting(whole, names, pace, blocks - block)
        if not (block or chosen):
            pace.until = end
            chosen = fitting(whole, names, pace, blocks)[:1]
        if not chosen:
            return
        names = chosen  # compiling takes what is not known beforehand: what did not fit goes
        kept = {PLAIN, *names}
        arms = {arm: own for arm, own in whole.batch_sizes.items() if arm.variant in kept}
        cut = whole._replace(batch_sizes=arms)
        if block:
            campaign.run_block(answered(campaign, cut), block)
        else:
            first_round(campaign, [cut], pace)


def fitting(plan: WorkloadPlan, names: Iterable[str], pace: Pace, blocks: int) -> list[str]:
    """Returns the first of `names` that there is time for, with the plain cells, in all blocks.

    One that does not fit is passed over: a cheaper one of less worth may.
    """
    total, chosen = seconds(plan, PLAIN, pace), []
    for name in names:
        more = seconds(plan, name, pace)
        if blocks * (total + more) <= pace.left():
            total += more
            chosen.append(name)
    return chosen


def seconds(plan: WorkloadPlan, variant: str, pace: Pace) -> float:
    """Returns what a variant's processes of a block took, or as long as the run's own did."""
    total = 0.0
    for arm in plan.batch_sizes:
        if arm.variant == variant and refusal(variant, arm.device) is None:
            plain = pace.cost([(plan.workload, arm.first._replace(variant=""))])
            total += pace.costs.get((plan.workload, arm), plain)
    return total


def by_worth(plan: WorkloadPlan) -> list[str]:
    """Returns a plan's variants that mean something on one of its devices, the worthiest first.

    The ladder comes after the remedies: first its ends, which say how much there is to explain.
    """
    order = [*REMEDIES, "loop-course", "loop-lean", *RUNGS]
    arms = [arm for arm in plan.batch_sizes if refusal(arm.variant, arm.device) is None]
    return sorted({arm.variant for arm in arms} - {PLAIN}, key=order.index)


def _not_reached(campaign: Campaign, plan: WorkloadPlan, budget_seconds: float) -> None:
    """Answers for what was asked for and has no answer: the time was over."""
    found, detail = campaign.measurements, f"not reached within --budget {budget_seconds:g}"
    for arm, sizes in campaign.pending(plan, 0).items():
        for size in sizes:
            key = Key(plan.workload, arm, size)
            if key not in found.measured and not arm.again:
                campaign.answer(key, 0, Unmeasured(size, "budget", detail))
