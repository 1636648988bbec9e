"""Blocks of fresh worker processes: who runs when, and what becomes of every answer.

A block is one fresh process per device, the order alternating (ABBA). The order of batch sizes is
shuffled from the seed, alike for every device of a block.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bench.gpu_watch import GpuWatch
from bench.grid import Arm, WorkloadPlan
from bench.guards import describe_block, read_host, suspicions, unsteady
from bench.job import Job
from bench.journal import Journal, Line
from bench.options import Settings
from bench.process import Death, run_worker
from bench.remedies import vary

MOST_ATTEMPTS = 2
"""Starts of a worker for one batch size: a process killed by chance is given one more."""

FATAL = {"hung": "timeout", "oom": "oom"}
"""Deaths that a second start would only repeat, and the reason that they give a cell."""


class Key(NamedTuple):
    """What an answer is about, in every block: one batch size of one device's arm."""

    workload: str
    arm: Arm
    batch_size: int


@dataclass
class Measurements:
    """Every answer so far: measured figures by block, absences, the blocks' circumstances."""

    measured: dict[Key, dict[int, Line]] = field(default_factory=dict)
    absent: dict[Key, Line] = field(default_factory=dict)
    blocks: list[Line] = field(default_factory=list)
    looks: dict[int, list[Line]] = field(default_factory=dict)
    arms: dict[Arm, None] = field(default_factory=dict)
    interrupted: bool = False

    def take(self, line: Line) -> None:
        """Files one journal line. Later answers for the same key replace earlier ones."""
        if line["kind"] == "block":
            self.blocks.append(line)
        if line["kind"] == "look":
            self.looks[line["after"]] = line["cells"]
        if line["kind"] not in ("measured", "absent"):
            return
        arm = arm_of(line)
        key = Key(line["workload"], arm, line["batch_size"])
        self.arms[arm] = None
        if line["kind"] == "measured":
            self.measured.setdefault(key, {})[line["block"]] = line
        else:
            self.absent[key._replace(arm=arm.first)] = line

    def pending(self, workload: str, arm: Arm, block: int, batch_sizes: Iterable[int]) -> list[int]:
        """The batch sizes that this arm still has to answer for in this block."""
        return [
            size
            for size in batch_sizes
            if block not in self.measured.get(Key(workload, arm, size), {})
            and Key(workload, arm.first, size) not in self.absent
        ]


def shuffled(batch_sizes: Iterable[int], *, seed: int, workload: str, block: int) -> list[int]:
    """A block's order of batch sizes, the same for each of its arms (so that positions pair)."""
    order = sorted(batch_sizes)
    # Not for secrets: a recorded seed has to give the recorded order again.
    random.Random(f"{seed} {workload} {block}").shuffle(order)  # noqa: S311
    return order


def arm_order(arms: Iterable[Arm], block: int) -> list[Arm]:
    """The order of a block's processes: forwards and backwards in turn (ABBA)."""
    order = list(arms)
    return order if block % 2 == 0 else order[::-1]


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
    missing_devices: dict[str, str]
    cores: int
    report: Callable[[str, Arm, int, int], None]
    worker: Callable[[Job], Iterator[dict[str, Any] | Death]] = run_worker
    accelerators: tuple[dict[str, Any], ...] = ()
    # Over all workloads, so that a host that is never quiet costs a bounded time.
    repeats_left: int = field(init=False)

    def __post_init__(self) -> None:
        self.repeats_left = self.settings.blocks

    def run_block(self, plan: WorkloadPlan, block: int) -> None:
        """One fresh process per arm; what is suspect is repeated, up to a bound."""
        arms = [arm for arm in plan.batch_sizes if arm.device not in self.missing_devices]
        wanted = {arm: self._pending(plan, arm, block) for arm in arms}
        for attempt in range(1 + self.settings.suspect_repeats):
            if not any(wanted.values()) or (attempt and not self.repeats_left):
                return
            self.repeats_left -= bool(attempt)
            wanted = self._run_attempt(plan, block, wanted, attempt)

    def _pending(self, plan: WorkloadPlan, arm: Arm, block: int) -> list[int]:
        return self.measurements.pending(plan.workload, arm, block, plan.batch_sizes[arm])

    def _run_attempt(
        self, plan: WorkloadPlan, block: int, wanted: dict[Arm, list[int]], attempt: int
    ) -> dict[Arm, list[int]]:
        """Runs a block's processes once; what of `wanted` is worth another attempt."""
        order = [arm for arm in arm_order(wanted, block) if wanted[arm]]
        with GpuWatch([arm.device for arm in order], self.accelerators) as watch:
            before = read_host()
            for arm in order:
                with watch.side(arm.device):
                    self._run_arm(plan, arm, block, wanted[arm])
            facts = describe_block(before, read_host(), cores=self.cores)
        reasons = suspicions(facts) + watch.suspicions()
        self.record(
            {
                "kind": "block",
                "workload": plan.workload,
                "block": block,
                "attempt": attempt,
                "order": [arm.label for arm in order],
                "batch_sizes": sorted({size for sizes in wanted.values() for size in sizes}),
                **facts,
                **watch.facts(),
                "suspect": reasons,
            }
        )
        return self._suspect(plan.workload, block, wanted, loaded=bool(reasons))

    def _suspect(
        self, workload: str, block: int, wanted: dict[Arm, list[int]], *, loaded: bool
    ) -> dict[Arm, list[int]]:
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

    def _run_arm(self, plan: WorkloadPlan, arm: Arm, block: int, batch_sizes: list[int]) -> None:
        """Starts workers until every batch size has an answer; each death gets a bounded retry."""
        everything = shuffled(
            plan.batch_sizes[arm], seed=self.settings.seed, workload=plan.workload, block=block
        )
        order = [size for size in everything if size in batch_sizes]
        deaths = 0
        while order:
            death = self._run_process(plan, arm, block, order)
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
        asked = len(order)
        for answer in self.worker(self._job(plan, arm, order)):
            if isinstance(answer, Death):
                return answer
            if answer["kind"] == "started":
                continue
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
            epochs=plan.epochs,
            samples=settings.samples,
            seed=settings.seed,
            optimizer=settings.optimizer,
            optimizer_implementation=settings.optimizer_implementation,
            learning_rate=self.learning_rates[plan.workload],
            cell_timeout_seconds=settings.cell_timeout_seconds,
            slowdown=arm.slowdown,
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


def place_of(workload: str, arm: Arm, block: int, batch_size: int) -> Line:
    """What a journal line says of whom an answer is about."""
    return {
        "workload": workload,
        "device": arm.device,
        "arm_threads": arm.threads,
        "again": arm.again,
        "slowdown": arm.slowdown,
        "variant": arm.variant,
        "block": block,
        "batch_size": batch_size,
    }


def arm_of(line: Line) -> Arm:
    """The arm that a journal line is about."""
    variant = line.get("variant", "")
    return Arm(line["device"], line["arm_threads"], line["again"], line["slowdown"], variant)


def _absence(reason: str, detail: str) -> Line:
    return {"kind": "absent", "reason": reason, "detail": detail}
