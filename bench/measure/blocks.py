"""Blocks of fresh worker processes: who runs when, and what becomes of every answer.

A block is one fresh process per device, the order alternating (ABBA). The order of batch sizes is
shuffled from the seed, alike for every device of a block.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bench.grid import Arm, WorkloadPlan
from bench.job import Job
from bench.measure.budget import Pace
from bench.measure.gpu_watch import GpuWatch
from bench.measure.journal import Journal, Line
from bench.measure.measurements import Key, Measurements, place_of
from bench.measure.order import Wanted, answered_sizes, arm_order, shuffled
from bench.measure.process import CUT, Death, run_worker
from bench.measure.quiet import describe_block, read_host, suspicions, unsteady
from bench.options import Settings
from bench.variants import vary

MOST_ATTEMPTS = 2
"""Starts of a worker for one batch size: a process killed by chance is given one more."""

FATAL = {"hung": "timeout", "oom": "oom"}
"""Deaths that a second start would only repeat, and the reason that they give a cell."""


@dataclass
class Campaign:
    """One run: its settings, its journal and what was measured so far.

    `report(workload, arm, block, batch_size)` is told about every answer. `worker` starts a worker
    for a job and yields its answers.
    """

    settings: Settings
    learning_rates: dict[str, float]
    journal: Journal
    measurements: Measurements
    missing_devices: dict[str, dict[str, str]]
    cores: int
    report: Callable[[str, Arm, int, int], None]
    worker: Callable[[Job], Iterator[dict[str, Any] | Death]] = run_worker
    pace: Pace | None = None
    accelerators: tuple[dict[str, Any], ...] = ()
    # Over all workloads, so that a host that is never quiet costs a bounded time.
    repeats_left: int = field(init=False)

    def __post_init__(self) -> None:
        self.repeats_left = self.settings.blocks

    def run_block(self, plan: WorkloadPlan, block: int) -> None:
        """One fresh process per arm; what is suspect is repeated, up to a bound."""
        self.repeat_block(plan, block, self.try_block(plan, block))

    def try_block(self, plan: WorkloadPlan, block: int) -> Wanted:
        """One fresh process per arm; what of the block is worth a second attempt."""
        wanted = self.pending(plan, block)
        if not wanted or (self.pace and self.pace.left() <= 0):
            return {}
        if self.pace:
            self.pace.begin((plan.workload, arm) for arm in wanted)
        return self._run_attempt(plan, block, wanted, 0)

    def repeat_block(self, plan: WorkloadPlan, block: int, wanted: Wanted) -> None:
        """Further attempts at what is suspect, while there is time and the bound is not reached."""
        costs = dict(self.pace.costs) if self.pace else {}
        for attempt in range(1, 1 + self.settings.suspect_repeats):
            if not any(wanted.values()) or not self.repeats_left or not self._fits(plan, wanted):
                break
            self.repeats_left -= 1
            wanted = self._run_attempt(plan, block, wanted, attempt)
        if self.pace:
            self.pace.costs = costs  # of a whole block, not of a part that was repeated

    def pending(self, plan: WorkloadPlan, block: int) -> Wanted:
        """The arms that still have to answer in this block, and for which batch sizes."""
        wanted = {
            arm: self.measurements.pending(plan.workload, arm, block, sizes)
            for arm, sizes in plan.arms(block).items()
            if arm.device not in self.missing_devices
        }
        return {arm: sizes for arm, sizes in wanted.items() if sizes}

    def _fits(self, plan: WorkloadPlan, wanted: Wanted) -> bool:
        processes = ((plan.workload, arm) for arm, sizes in wanted.items() if sizes)
        return self.pace is None or self.pace.cost(processes) <= self.pace.left()

    def _run_attempt(self, plan: WorkloadPlan, block: int, wanted: Wanted, attempt: int) -> Wanted:
        """Runs a block's processes once; what of `wanted` is worth another attempt."""
        order = [arm for arm in arm_order(wanted, block) if wanted[arm]]
        with GpuWatch([arm.device for arm in order], self.accelerators) as watch:
            before = read_host()
            left: Wanted = {}
            for arm in order:
                # Without its first side's time a repeat is compared with nothing.
                lost = [size for size in wanted[arm] if size in left.get(arm.first, ())]
                sizes = [size for size in wanted[arm] if size not in lost]
                with watch.side(arm.device):
                    left[arm] = lost + self._run_arm(plan, arm, block, sizes)
                if self.pace:
                    self.pace.done((plan.workload, arm))
            facts = describe_block(before, read_host(), cores=self.cores)
        answered = answered_sizes(wanted, left, again=attempt > 0)
        if not answered:
            return {}  # the time was over before anything was measured
        reasons = suspicions(facts) + watch.suspicions()
        self.record(
            {
                "kind": "block",
                "workload": plan.workload,
                "block": block,
                "attempt": attempt,
                "order": [arm.label for arm in order],
                "batch_sizes": answered,
                **facts,
                **watch.facts(),
                "suspect": reasons,
                # A resumed run has what is left of the budget.
                **({"spent_seconds": self.pace.budget.spent()} if self.pace else {}),
            }
        )
        return self._suspect(plan.workload, block, wanted, loaded=bool(reasons))

    def _suspect(self, workload: str, block: int, wanted: Wanted, *, loaded: bool) -> Wanted:
        """On a loaded machine all that was measured; otherwise the batch sizes of unsteady workers.

        On every device of the block: its times are compared with each other.
        """
        measured = {
            (arm, size): line
            for arm, sizes in wanted.items()
            for size in sizes
            if (line := self.measurements.measured.get(Key(workload, arm, size), {}).get(block))
        }
        suspect = {
            size
            for (_, size), line in measured.items()
            if loaded or unsteady(line.get("epoch_seconds", ()))  # a diagnosis times no epochs
        }
        return {
            arm: [size for size in sizes if size in suspect and (arm, size) in measured]
            for arm, sizes in wanted.items()
        }

    def _run_arm(
        self, plan: WorkloadPlan, arm: Arm, block: int, batch_sizes: list[int]
    ) -> list[int]:
        """Starts workers until every batch size has an answer; each death gets a bounded retry.

        Returns the batch sizes without one: there are some when the time is over.
        """
        everything = shuffled(
            plan.all_sizes, seed=self.settings.seed, workload=plan.workload, block=block
        )
        order = [size for size in everything if size in batch_sizes]
        deaths = 0
        while order:
            death = self._run_process(plan, arm, block, order)
            if death is not None and death.kind == CUT:
                break
            if self.pace:
                self.pace.answered((plan.workload, arm))
            if death is None or not order:
                continue
            deaths += 1
            if death.kind in FATAL or deaths >= MOST_ATTEMPTS:
                size = order.pop(0)
                reason = FATAL.get(death.kind, "failed")
                self._answer(plan, arm, block, size, _absence(reason, death.detail))
                deaths = 0
                if reason == "oom":
                    self._imply_larger(plan, arm, block, order, size)
        return order

    def _imply_larger(
        self, plan: WorkloadPlan, arm: Arm, block: int, order: list[int], size: int
    ) -> None:
        """Takes the batch sizes above one that memory does not hold out of `order`."""
        for larger in [other for other in order if other > size]:
            order.remove(larger)
            detail = f"out of memory at batch size {size} already"
            self._answer(plan, arm, block, larger, _absence("implied", detail))

    def _run_process(
        self, plan: WorkloadPlan, arm: Arm, block: int, order: list[int]
    ) -> Death | None:
        """One worker; takes every batch size that it answers for out of `order`."""
        asked, process = len(order), (plan.workload, arm)
        job = self._job(plan, arm, order)
        if self.pace:
            seconds = self.pace.allowed(process)
            if seconds <= 0:
                return Death(CUT, "no time was left")
            job = replace(job, process_seconds=seconds)
        for answer in self.worker(job):
            if isinstance(answer, Death):
                return answer
            if answer["kind"] == "started":
                continue
            if self.pace:
                self.pace.answered(process)
            sizes = [answer["batch_size"]] if answer["batch_size"] is not None else list(order)
            for size in sizes:
                order.remove(size)
                self._answer(plan, arm, block, size, answer | {"batch_size": size})
        return Death("died", "the process answered nothing") if len(order) == asked else None

    def _job(self, plan: WorkloadPlan, arm: Arm, order: list[int]) -> Job:
        settings = self.settings
        job = Job(
            workload=plan.workload,
            device=arm.device,
            threads=arm.threads,
            batch_sizes=tuple(order),
            epochs=min(plan.epochs, settings.measured_epochs),
            samples=settings.samples,
            seed=settings.seed,
            optimizer=settings.optimizer,
            optimizer_implementation=settings.optimizer_implementation,
            learning_rate=self.learning_rates[plan.workload],
            cell_timeout_seconds=settings.cell_timeout_seconds,
            loop=settings.loop,
        )
        return vary(job, arm.variant)

    def _answer(
        self, plan: WorkloadPlan, arm: Arm, block: int, batch_size: int, answer: Line
    ) -> None:
        self.record(answer | place_of(plan.workload, arm, block, batch_size))
        self.report(plan.workload, arm, block, batch_size)

    def record(self, line: Line) -> None:
        """Journals a line, then files it."""
        self.journal.append(line)
        self.measurements.take(line)


def _absence(reason: str, detail: str) -> Line:
    return {"kind": "absent", "reason": reason, "detail": detail}
