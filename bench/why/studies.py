"""Studies beside the verdict's run: the diagnosis, and variants (ladder and remedies).

A study is measured like the run itself - blocks of fresh processes, every answer journalled - but
its answers are kept apart and decide no verdict. Only cells that have a time are studied.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bench.answer import Unmeasured
from bench.grid import Arm, WorkloadPlan
from bench.job import COMPILE_FOLDER
from bench.loop import rungs
from bench.measure.blocks import Campaign
from bench.measure.measurements import Answered, Block, JournalLine, Key, Measurements
from bench.measure.search import run_rounds
from bench.options import Settings
from bench.variants import DIAGNOSIS, PEAKS, PLAIN, refusal

STUDIES = ("diagnosis", "variants")


@dataclass
class Studies:
    """The studies that a run was asked for; `main` is what the run itself measured."""

    settings: Settings
    main: Measurements
    measurements: dict[str, Measurements] = field(
        default_factory=lambda: {name: Measurements() for name in STUDIES}
    )

    def take(self, line: JournalLine) -> None:
        """Files a journal line: of a study, or of the run itself."""
        study = line.study if isinstance(line, Answered | Block) else ""
        (self.measurements[study] if study else self.main).take(line)

    def blocks(self, study: str) -> int:
        """Returns the processes of each arm: a diagnosis gives no verdict and needs one."""
        return 1 if study == "diagnosis" else self.settings.blocks

    def plans(self, plans: Iterable[WorkloadPlan]) -> list[tuple[str, WorkloadPlan]]:
        """Returns (study, plan) for everything that was asked for."""
        plans, settings = list(plans), self.settings
        diagnosed = diagnosis_plans(plans) if settings.diagnose else []
        varied = plans if settings.ladder or settings.remedies else []
        return [
            *(("diagnosis", plan) for plan in diagnosed),
            *(("variants", variants_plan(plan, settings)) for plan in varied),
        ]

    def run(self, campaign: Campaign, plans: Iterable[WorkloadPlan]) -> None:
        """Measures what was asked for, after the run itself."""
        parts = self.campaigns(campaign)
        with compile_folder():
            asked = self.plans(map(self.timed, plans))
            for study, plan in asked:
                refuse(parts[study], plan)
            for study in STUDIES:
                plans_of = [plan for name, plan in asked if name == study]
                run_rounds(parts[study], plans_of, range(self.blocks(study)))

    def timed(self, plan: WorkloadPlan) -> WorkloadPlan:
        """Returns the plan cut to the cells that have a time, without A/A repeats."""
        return plan.cut(
            lambda arm, size: not arm.again and Key(plan.workload, arm, size) in self.main.measured
        )

    def campaigns(self, campaign: Campaign) -> dict[str, Campaign]:
        """Returns the campaign of each study, its answers kept apart."""
        return {
            study: replace(
                campaign,
                settings=replace(self.settings, blocks=self.blocks(study)),
                measurements=self.measurements[study],
                study=study,
            )
            for study in STUDIES
        }

    def missing(self, plans: Iterable[WorkloadPlan]) -> int:
        """Counts the planned answers that are still to be given."""
        return sum(
            len(self.measurements[study].pending(plan.workload, arm, block, sizes))
            for study, plan in self.plans(map(self.timed, plans))
            for block in range(self.blocks(study))
            for arm, sizes in plan.arms(block).items()
        )

    def planned(self, plans: Iterable[WorkloadPlan]) -> dict[tuple[str, str], int]:
        """Counts the answers to come, by workload and device, should every cell get a time."""
        answers: dict[tuple[str, str], int] = {}
        for study, plan in self.plans(plans):
            for arm, count in plan.answers(self.blocks(study)).items():
                where = (plan.workload, arm.device)
                answers[where] = answers.get(where, 0) + count
        return answers


def diagnosis_plans(plans: Iterable[WorkloadPlan]) -> list[WorkloadPlan]:
    """Returns an instrumented process per workload, device and number of threads; peaks once."""
    answer, known = [], set()
    for plan in plans:
        arms: dict[Arm, tuple[int, ...]] = {}
        for arm, sizes in _first_arms(plan):
            if arm not in known:
                known.add(arm)
                arms[arm._replace(variant=PEAKS)] = sizes[:1]
            arms[arm._replace(variant=DIAGNOSIS)] = sizes
        answer.append(plan._replace(batch_sizes=arms))
    return answer


def variants_plan(plan: WorkloadPlan, settings: Settings) -> WorkloadPlan:
    """Returns the plain cells, all variants asked for, and the plain cells again (noise floor)."""
    arms: dict[Arm, tuple[int, ...]] = {}
    for arm, sizes in _first_arms(plan):
        steps = rungs(plan.workload, arm.device) if settings.ladder else []
        for name in (PLAIN, *steps, *settings.remedies):
            arms[arm._replace(variant=name)] = sizes
        arms[arm._replace(variant=PLAIN, again=True)] = sizes
    return plan._replace(batch_sizes=arms)


def _first_arms(plan: WorkloadPlan) -> list[tuple[Arm, tuple[int, ...]]]:
    return [(arm, own) for arm, own in plan.batch_sizes.items() if own and not arm.again]


def refuse(campaign: Campaign, plan: WorkloadPlan) -> None:
    """Answers for variants that mean nothing on their device, without a process for each."""
    for arm, sizes in plan.batch_sizes.items():
        if why := refusal(arm.variant, arm.device):
            for size in campaign.measurements.pending(plan.workload, arm, 0, sizes):
                answer = Unmeasured(size, "unsupported", why)
                campaign.answer(Key(plan.workload, arm, size), 0, answer)


@contextmanager
def compile_folder() -> Iterator[None]:
    """Makes a folder for what the workers compile; it goes when the studies have ended."""
    with tempfile.TemporaryDirectory(prefix="crossover-", ignore_cleanup_errors=True) as folder:
        os.environ[COMPILE_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[COMPILE_FOLDER]
