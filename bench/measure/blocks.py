"""Blocks of fresh worker processes: who runs when, and what becomes of every answer.

A block is one fresh process per side. Each trains the batch sizes in the same shuffled order.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace as changed

from bench.answer import Measured, Started, Unmeasured
from bench.grid import Side, WorkloadPlan, devices_of
from bench.job import TASKS, Job
from bench.measure.budget import Pace
from bench.measure.death import CUT, Death
from bench.measure.host.gpu_watch import GpuWatch
from bench.measure.host.quiet import describe_block, read_host, suspicions
from bench.measure.journal import Journal
from bench.measure.measurements import TIMEOUT, Answered, Block, JournalLine, Key, Measurements
from bench.measure.order import Wanted, answered_sizes, shuffled, side_order
from bench.measure.process import Said, run_worker
from bench.measure.repeats import worth_repeating
from bench.sides.names import lacks
from bench.sides.settings import Settings
from bench.workloads import resolved, typed_for

MOST_ATTEMPTS = 2
"""Starts of a worker for one batch size: a process killed by chance is given one more."""

FATAL = {"hung": TIMEOUT, "oom": "oom"}
"""Deaths that a second start would only repeat, and the reason that they give a cell."""


@dataclass
class Campaign:
    """One run: its settings, its journal and what was measured so far.

    `report(workload, side, block, batch_size)` is told of every answer, `expect(workload, answers
    by side)` of those that come beside the plan, or never will, and `say` why; `worker` yields a
    job's. `ahead` is told of the jobs of an attempt beforehand.
    """

    settings: Settings
    learning_rates: dict[str, float]
    journal: Journal
    measurements: Measurements
    missing_devices: dict[str, dict[str, str]]
    cores: int
    report: Callable[[str, Side, int, int], None]
    expect: Callable[[str, dict[Side, int]], None] = lambda *_: None
    say: Callable[[str], None] = lambda _: None
    worker: Callable[[Job], Iterator[Said]] = run_worker
    ahead: Callable[[list[Job]], AbstractContextManager[None]] = lambda _: nullcontext()
    pace: Pace = field(default_factory=Pace)
    accelerators: tuple[dict[str, Any], ...] = ()
    # Over all workloads, so that a host that is never quiet costs a bounded time.
    repeats_left: int = field(init=False)

    def __post_init__(self) -> None:
        self.repeats_left = self.settings.blocks

    def run_block(self, plan: WorkloadPlan, block: int) -> None:
        """Starts one fresh process per side; what is suspect is repeated, up to a bound."""
        self.repeat_block(plan, block, self.try_block(plan, block))

    def try_block(self, plan: WorkloadPlan, block: int) -> Wanted:
        """Starts one fresh process per side; returns what is worth a second attempt."""
        wanted = self.pending(plan, block)
        settled = self.measurements.settled(plan.workload, plan.sides(block))
        self.expect(plan.workload, settled)
        if not wanted or self.pace.left() <= 0:
            return {}
        self.pace.begin((plan.workload, side) for side in wanted)
        return self._attempt(plan, block, wanted, 0)

    def repeat_block(self, plan: WorkloadPlan, block: int, wanted: Wanted) -> None:
        """Tries what is suspect again, while there is time and the bound is not reached."""
        costs = dict(self.pace.costs)
        for attempt in range(1, 1 + self.settings.suspect_repeats):
            turns = [(plan.workload, side) for side, sizes in wanted.items() if sizes]
            if not turns or not self.repeats_left or self.pace.cost(turns) > self.pace.room():
                break
            self.repeats_left -= 1
            counts = {side: len(sizes) for side, sizes in wanted.items()}
            self.expect(plan.workload, counts)
            why = self.measurements.suspicions(plan.workload, block) or "an unsteady worker"
            more = f"{(many := sum(counts.values()))} measurement{'s' * (many != 1)} repeated"
            self.say(f"{plan.workload}, block {block + 1}, {more}: {why}")
            wanted = self._attempt(plan, block, wanted, attempt)
        self.pace.costs = costs  # of a whole block, not of a part that was repeated

    def refuse(self, plan: WorkloadPlan) -> None:
        """Answers for sides that this machine lacks something for, without a process for each."""
        for side, sizes in plan.batch_sizes.items():
            job = self.settings.job(side.name, task=TASKS[side.task])
            for size in self.measurements.pending(plan.workload, side, plan.start, sizes):
                if why := lacks(job, size):
                    answer = Unmeasured(size, "unsupported", why)
                    self.answer(Key(plan.workload, side, size), plan.start, answer)

    def pending(self, plan: WorkloadPlan, block: int) -> Wanted:
        """Returns the sides that still have to answer in this block, with their batch sizes."""
        wanted = {
            side: self.measurements.pending(plan.workload, side, block, sizes)
            for side, sizes in plan.sides(block).items()
            if self.missing_devices.keys().isdisjoint(devices_of(side.name))
        }
        return {side: sizes for side, sizes in wanted.items() if sizes}

    def _attempt(self, plan: WorkloadPlan, block: int, wanted: Wanted, attempt: int) -> Wanted:
        """Runs a block's processes once; returns what of `wanted` is worth another attempt.

        Its circumstances are journalled however it ends: what is torn is measured anew on resume.
        """
        order = side_order(wanted, block, seed=self.settings.seed, workload=plan.workload)
        order = [side for side in order if wanted[side]]
        watch = GpuWatch([d for side in order for d in devices_of(side.name)], self.accelerators)
        before, left, torn = read_host(), Wanted(), True
        reasons: list[str] | None = None
        try:
            with watch, self.ahead(self._jobs(order)):
                for side in order:
                    # Without its first side's time a repeat is compared with nothing.
                    lost = [size for size in wanted[side] if size in left.get(side.first, ())]
                    turn = Turn(self, plan, block, side, [s for s in wanted[side] if s not in lost])
                    with watch.side(side.device):
                        left[side] = lost + turn.take()
                    self.pace.done((plan.workload, side))
            torn = False
        finally:
            sizes = self.measurements.begun(plan.workload, block, wanted) if torn else []
            sizes = sizes or answered_sizes(wanted, wanted | left, again=attempt > 0)
            if sizes:  # else it ended before anything was measured
                host = describe_block(before, read_host(), cores=self.cores)
                reasons = [*suspicions(host), *watch.suspicions()]
                self.record(
                    Block(
                        workload=plan.workload,
                        block=block,
                        attempt=attempt,
                        order=[side.label for side in order],
                        batch_sizes=sizes,
                        host=host,
                        gpus=watch.facts(),
                        gpu_note=watch.note,
                        suspect=reasons,
                        spent_seconds=self.pace.budget.spent(),
                        timed=not any(side.task for side in order),
                        torn=torn,
                    )
                )
        if reasons is None:
            return {}
        known, loaded = self.measurements, bool(reasons)
        return worth_repeating(known, plan.workload, block, wanted, loaded=loaded)

    def _jobs(self, order: list[Side]) -> list[Job]:
        """What comes, by its environment; none where a process is not to use another one's time."""
        return [] if self.pace.sharing else [self.settings.job(side.name) for side in order]

    def record(self, line: JournalLine) -> None:
        """Journals a line, then files it."""
        self.journal.append(line)
        self.measurements.take(line)

    def answer(self, key: Key, block: int, answer: Measured | Unmeasured) -> None:
        """Records an answer, of a worker or about what is not worth one."""
        self.record(Answered(key, block, answer))


@dataclass
class Turn:
    """A side's turn in a block: workers until each batch size of `sizes` has an answer."""

    campaign: Campaign
    plan: WorkloadPlan
    block: int
    side: Side
    sizes: list[int]

    def take(self) -> list[int]:
        """Starts workers, a bounded number for each death.

        Returns the batch sizes without an answer: there are some when the time is over.
        """
        whole = shuffled(
            self.plan.all_sizes,
            seed=self.campaign.settings.seed,
            workload=self.plan.workload,
            block=self.block,
        )
        order = [size for size in whole if size in self.sizes]
        deaths = 0
        while order:
            death = self._run_process(order)
            if death is not None and death.kind == CUT:
                break
            self.campaign.pace.answered((self.plan.workload, self.side))
            if death is None or not order:
                continue
            deaths += 1
            if death.kind in FATAL or deaths >= MOST_ATTEMPTS:
                self._give_up(order, FATAL.get(death.kind, "failed"), death.detail)
                deaths = 0
        return order

    def _give_up(self, order: list[int], reason: str, detail: str) -> None:
        """Answers for the batch size that was being measured; for larger ones when memory ended."""
        size = order.pop(0)
        self._answer(Unmeasured(size, reason, detail))
        for larger in [other for other in order if other > size] if reason == "oom" else ():
            order.remove(larger)
            self._answer(Unmeasured.implied(larger, size))

    def _run_process(self, order: list[int]) -> Death | None:
        """Runs one worker; takes every batch size that it answers for out of `order`."""
        asked, turn, pace = len(order), (self.plan.workload, self.side), self.campaign.pace
        seconds = pace.allowed(turn)
        if seconds <= 0:
            return Death(CUT, "no time was left")
        limit = seconds if math.isfinite(seconds) else None
        settings, workload = self.campaign.settings, self.plan.workload
        job = settings.job(
            self.side.name,
            workload=resolved(typed_for(workload, settings.workloads)),
            task=TASKS[self.side.task],
            batch_sizes=tuple(order),
            epochs=min(self.plan.epochs, settings.measured_epochs),
            learning_rate=self.campaign.learning_rates[workload],
            process_seconds=limit,
        )
        for answer in self.campaign.worker(job):
            if isinstance(answer, Death):
                return answer
            if isinstance(answer, Started):
                continue
            pace.answered(turn)
            for size in list(order) if answer.batch_size is None else [answer.batch_size]:
                order.remove(size)
                self._answer(changed(answer, batch_size=size))
        return Death("died", "the process answered nothing") if len(order) == asked else None

    def _answer(self, answer: Measured | Unmeasured) -> None:
        assert answer.batch_size is not None  # noqa: S101 - each answer is about one by now
        key = Key(self.plan.workload, self.side, answer.batch_size)
        self.campaign.answer(key, self.block, answer)
        self.campaign.report(*key[:2], self.block, answer.batch_size)
