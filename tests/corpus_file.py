"""A corpus's plan as the content of a result file: processes, measurements, cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scripts.read.sides import device_of, is_cpu, told_settings
from tests.corpus_about import STARTED, benchmark, blocks_done, definition, machine, run

if TYPE_CHECKING:
    from tests.corpus import Corpus, Pattern

REPEATED_BLOCKS = 3


def result_file(plan: Corpus) -> dict[str, Any]:
    """The content of the plan's result file."""
    return _Writer(plan).result()


class Worker(NamedTuple):
    """One process of a run: what it trains and on which side, its block, whether it repeats."""

    workload: str
    side: str
    again: bool
    block: int


@dataclass(frozen=True)
class _Writer:
    plan: Corpus

    @cached_property
    def workers(self) -> dict[Worker, tuple[dict[str, Any], dict[int, dict[str, Any]]]]:
        """What each worker process said of itself, and its answers by batch size."""
        plan, random = self.plan, np.random.default_rng(self.plan.seed)
        arms = [(side, False) for side in plan.sides]
        arms += [(side, True) for side in plan.sides if is_cpu(side)]
        every = product(plan.workloads, range(plan.blocks), arms)
        main = [Worker(workload, *arm, block) for workload, block, arm in every]
        told = {one: self.worker(one, random) for one in main}
        return told | {one: self.worker(one, None) for one in self.studied()}

    @cached_property
    def first(self) -> dict[tuple[str, str], list[Worker]]:
        """The processes that make the cells of a workload on a side, block by block."""
        own: dict[tuple[str, str], list[Worker]] = {}
        for one in self.workers:
            if not one.again:
                own.setdefault((one.workload, one.side), []).append(one)
        return own

    def studied(self) -> Iterator[Worker]:
        """The processes after the run: each remedy, and the plain side with its repeats."""
        plan = self.plan
        blocks = range(plan.blocks, 2 * plan.blocks) if plan.remedies else ()
        for workload, block in product(plan.workloads, blocks):
            for plain in plan.plain_sides:
                yield Worker(workload, plain, False, block)
                if block < plan.blocks + REPEATED_BLOCKS:
                    yield Worker(workload, plain, True, block)
            yield from (Worker(workload, side, False, block) for side in plan.remedy_sides)

    @cached_property
    def trained(self) -> int:
        """The epochs that a process is asked to train."""
        most = self.plan.measured_epochs
        return min(max(self.plan.epochs), max(self.plan.epochs) if most is None else most)

    def worker(
        self, one: Worker, random: np.random.Generator | None
    ) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
        """Without random numbers every second block is one in a hundred slower."""
        plan, side, told = self.plan, one.side, told_settings(one.side)
        count = max(self.trained, 3)
        factor = 1 + 0.01 * (one.block % 2)
        if random is not None:
            drawn = float(np.exp(random.normal(0, plan.process_noise)))
            factor = plan.block_factors[side][one.block] if side in plan.block_factors else drawn
        cold = plan.cold_truth(side) * factor
        process = {
            "started": STARTED,
            "import_seconds": 2.5,
            "context_seconds": 0.3 * cold,
            "transfer_seconds": 0.1 * cold,
            "first_step_seconds": 0.6 * cold + 0.001,
            "warm_step_seconds": 0.001,
            "threads": told.get("threads", 2 * told["devices"]) // told["devices"],
            "trained_on": device_of(side),
        }
        answers = {}
        for batch_size in plan.batch_sizes:
            warm = plan.epoch_truth(one.workload, side, batch_size) * factor
            noise = np.ones(count)
            if random is not None:
                noise = np.exp(random.normal(0, plan.epoch_noise, size=count))
            seconds = [float(second) for second in warm * noise]
            answers[batch_size] = {
                "batch_size": batch_size,
                "position": 0,
                "steps": math.ceil(plan.samples / batch_size),
                "own_first_step_seconds": process["first_step_seconds"],
                "own_warm_step_seconds": process["warm_step_seconds"],
                "epoch_seconds": seconds,
                "event_seconds": [0.9 * second for second in seconds] if plan.events else None,
                "first_loss": 2.31,
                "loss": 0.41,
                "score": 0.88,
                "evaluated_after_epochs": len(seconds),
                "host_peak_bytes": 400_000_000,
                "device_peak_bytes": None if is_cpu(side) else 50_000_000,
            }
        return process, answers

    def cells(self) -> Iterator[dict[str, Any]]:
        """The axes of every cell, and its side."""
        plan = self.plan
        sides = (*plan.sides, *plan.remedy_sides)
        axes = {side: plan.axes(side) for side in sides}
        for workload, batch, epochs in product(plan.workloads, plan.batch_sizes, plan.epochs):
            for side in sides:
                cell = {"workload": workload, "batch_size": batch, "epochs": epochs}
                plain = cell | {"side": device_of(side)}
                if side in plan.sides or _match(plan.absent, plain) is None:
                    yield cell | axes[side] | {"side": side}

    def total_seconds(self, cell: Mapping[str, Any]) -> Iterator[float]:
        """Cold start and epochs of a measured cell, one a block."""
        for one in self.first[cell["workload"], cell["side"]]:
            process, answers = self.workers[one]
            surplus = max(0.0, process["first_step_seconds"] - process["warm_step_seconds"])
            cold = process["context_seconds"] + process["transfer_seconds"] + surplus
            seconds = answers[cell["batch_size"]]["epoch_seconds"]
            trained = min(cell["epochs"], self.trained)
            yield cold + sum(seconds[:trained]) + (cell["epochs"] - trained) * median(seconds)

    def process_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The processes that measured anything, and their answers."""
        processes: list[dict[str, Any]] = []
        measurements: list[dict[str, Any]] = []
        for worker, (process, answers) in self.workers.items():
            rows = [answers[size] for size in self.plan.batch_sizes if self.measures(worker, size)]
            measurements += [{"process": len(processes)} | row for row in rows]
            if rows:
                processes.append(worker._asdict() | process)
        return {"processes": processes, "measurements": measurements}

    def measures(self, worker: Worker, size: int) -> bool:
        """Whether the process got as far; the smallest and largest batch size are repeated."""
        plan = self.plan
        if worker.again:
            ends = (min(plan.batch_sizes), max(plan.batch_sizes))
            early = worker.block % plan.blocks < REPEATED_BLOCKS
            return plan.repeats and early and size in ends
        cell = {"workload": worker.workload, "batch_size": size, "side": worker.side}
        cells = [cell | {"epochs": epochs} for epochs in plan.epochs]
        if worker.side not in plan.sides:
            plain = {"side": device_of(worker.side)}
            cells = [one for one in cells if _match(plan.absent, one | plain) is None]
        missing = [_match(plan.absent, one) for one in cells]
        return any(one is None or worker.block < _blocks_measured(one) for one in missing)

    def result(self) -> dict[str, Any]:
        """The whole file."""
        plan = self.plan
        benchmarks, absent = [], []
        for cell in self.cells():
            missing = _match(plan.absent, cell)
            if missing is None:
                suspect = list(_match(plan.suspect, cell) or [])
                row = benchmark(cell, list(self.total_seconds(cell)), suspect)
                if plan.measured_epochs is not None:
                    row["extra_info"]["derived"] = cell["epochs"] > self.trained
                benchmarks.append(row)
            else:
                why = {"reason": missing[0], "detail": missing[1]}
                absent.append(cell | why | {"blocks_measured": _blocks_measured(missing)})
        return {
            "machine_info": {"node": "vm", "crossover": machine(plan)},
            "commit_info": {"id": "0" * 40, "dirty": False},
            "benchmarks": benchmarks,
            "datetime": STARTED,
            "version": "5.3.1",
            "crossover": {
                "schema_version": 3,
                "complete": all(row["reason"] != "interrupted" for row in absent),
                "planned": len(benchmarks) + len(absent),
                "measured": len(benchmarks),
                "run": {"blocks_done": blocks_done(plan, benchmarks)} | run(plan, self.trained),
                "workloads": {name: definition(name, plan) for name in plan.workloads},
                "absent": absent,
                **self.process_rows(),
                "blocks": list(self.blocks()),
            },
        }

    def blocks(self) -> Iterator[dict[str, Any]]:
        """Each block, its sides in the order in which they were measured."""
        orders: dict[tuple[str, int], list[str]] = {}
        for workload, side, again, block in self.workers:
            if not again or block % self.plan.blocks < REPEATED_BLOCKS:
                orders.setdefault((workload, block), []).append(side + " again" * again)
        for (workload, block), order in orders.items():
            yield {
                "workload": workload,
                "block": block,
                "order": order if block % 2 == 0 else order[::-1],
                "started": STARTED,
                "load_before": 0.1,
                "load_after": 1.2,
                "steal_share": 0.0,
                "suspect": list(self.plan.block_suspect.get((workload, block), [])),
            }


def _match(table: Mapping[Pattern, Any], cell: Mapping[str, Any]) -> Any:
    for pattern, value in table.items():
        axes = zip(pattern, ("workload", "batch_size", "epochs", "side"), strict=True)
        if all(want is None or want == cell[axis] for want, axis in axes):
            return value
    return None


def _blocks_measured(missing: tuple[Any, ...]) -> int:
    """In how many blocks a cell without a time was measured all the same."""
    return int((*missing, 0)[2])
