"""A corpus's plan as the content of a result file: processes, measurements, cells, machine, run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from statistics import mean, median, stdev
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.grid import REPEATED_BLOCKS

if TYPE_CHECKING:
    from tests.corpus import Corpus, Pattern

STARTED = "2026-11-02T08:00:00+00:00"
NAMES = {"vulkan": "llvmpipe (LLVM 15.0.6, 256 bits)", "cuda": "NVIDIA H200"}


def result_file(plan: Corpus) -> dict[str, Any]:
    """The content of the plan's result file."""
    return _Writer(plan).result()


class Worker(NamedTuple):
    """One process of a run: what it trains and where, whether it repeats another, its block."""

    workload: str
    device: str
    threads: int
    again: bool
    block: int


@dataclass(frozen=True)
class _Writer:
    plan: Corpus

    @cached_property
    def workers(self) -> dict[Worker, tuple[dict[str, Any], dict[int, dict[str, Any]]]]:
        """What each worker process said of itself, and its answers by batch size."""
        plan = self.plan
        random = np.random.default_rng(plan.seed)
        arms = [(device, threads, False) for device, threads in self.arms()]
        arms += [("cpu", threads, True) for device, threads in self.arms() if device == "cpu"]
        return {
            Worker(workload, *arm, block): self.worker(random, workload, arm[0], block)
            for workload in plan.workloads
            for block in range(plan.blocks)
            for arm in arms
        }

    @cached_property
    def trained(self) -> int:
        """The epochs that a process is asked to train."""
        most = self.plan.measured_epochs
        return min(max(self.plan.epochs), max(self.plan.epochs) if most is None else most)

    def arms(self) -> list[tuple[str, int]]:
        """The (device, threads) pairs of a block; the threads axis is only the CPU's."""
        plan = self.plan
        return [
            (device, threads)
            for device in plan.devices
            for threads in (plan.threads if device == "cpu" and plan.threads else [0])
        ]

    def worker(
        self, random: np.random.Generator, workload: str, device: str, block: int
    ) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
        plan = self.plan
        factors = plan.block_factors.get(device)
        drawn = float(np.exp(random.normal(0, plan.process_noise)))
        factor = drawn if factors is None else factors[block]
        cold = plan.cold_truth(device) * factor
        process = {
            "started": STARTED,
            "import_seconds": 2.5,
            "context_seconds": 0.3 * cold,
            "transfer_seconds": 0.1 * cold,
            "first_step_seconds": 0.6 * cold + 0.001,
            "warm_step_seconds": 0.001,
            "threads": 2,
            "trained_on": device,
        }
        answers = {}
        for batch_size in plan.batch_sizes:
            warm = plan.epoch_truth(workload, device, batch_size) * factor
            noise = np.exp(random.normal(0, plan.epoch_noise, size=max(self.trained, 3)))
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
                "device_peak_bytes": None if device == "cpu" else 50_000_000,
            }
        return process, answers

    def cells(self) -> Iterator[dict[str, Any]]:
        plan = self.plan
        for workload, batch, epochs in product(plan.workloads, plan.batch_sizes, plan.epochs):
            for device, threads in self.arms():
                cell = {"workload": workload, "batch_size": batch, "epochs": epochs}
                cell |= {"device": device} | ({"threads": threads} if plan.threads else {})
                yield cell

    def total_seconds(self, cell: Mapping[str, Any]) -> Iterator[float]:
        """Cold start and epochs of a measured cell, one a block."""
        arm = (cell["workload"], cell["device"], cell.get("threads", 0), False)
        for block in range(self.plan.blocks):
            process, answers = self.workers[Worker(*arm, block)]
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
                asked = {"threads_asked": worker.threads} if self.plan.threads else {}
                arm: dict[str, Any] = {"workload": worker.workload, "device": worker.device}
                arm |= asked | {"again": worker.again, "block": worker.block}
                processes.append(arm | process)
        return {"processes": processes, "measurements": measurements}

    def measures(self, worker: Worker, size: int) -> bool:
        """Whether the process got as far; the CPU's smallest and largest size are repeated."""
        plan = self.plan
        if worker.again:
            ends = (min(plan.batch_sizes), max(plan.batch_sizes))
            return plan.repeats and worker.block < REPEATED_BLOCKS and size in ends
        cell = {"workload": worker.workload, "batch_size": size, "device": worker.device}
        missing = [_match(plan.absent, cell | {"epochs": epochs}) for epochs in plan.epochs]
        return any(one is None or worker.block < _blocks_measured(one) for one in missing)

    def result(self) -> dict[str, Any]:
        benchmarks, absent = [], []
        for cell in self.cells():
            missing = _match(self.plan.absent, cell)
            if missing is None:
                suspect = list(_match(self.plan.suspect, cell) or [])
                row = _benchmark(cell, list(self.total_seconds(cell)), suspect)
                if self.plan.measured_epochs is not None:
                    row["extra_info"]["derived"] = cell["epochs"] > self.trained
                benchmarks.append(row)
            else:
                why = {"reason": missing[0], "detail": missing[1]}
                absent.append(cell | why | {"blocks_measured": _blocks_measured(missing)})
        return {
            "machine_info": {"node": "vm", "crossover": self.machine()},
            "commit_info": {"id": "0" * 40, "dirty": False},
            "benchmarks": benchmarks,
            "datetime": STARTED,
            "version": "5.3.1",
            "crossover": {
                "schema_version": 2,
                "complete": all(row["reason"] != "interrupted" for row in absent),
                "planned": len(benchmarks) + len(absent),
                "measured": len(benchmarks),
                "run": {"blocks_done": _blocks_done(self.plan, benchmarks)} | self.run(),
                "workloads": {name: _definition(name, self.plan) for name in self.plan.workloads},
                "absent": absent,
                **self.process_rows(),
                "blocks": list(self.blocks()),
            },
        }

    def machine(self) -> dict[str, Any]:
        return {
            "machine": self.plan.machine,
            "machine_id": "0123456789ab",
            "software_id": "ba9876543210",
            "cpu": "AMD EPYC 7763",
            "cores_physical": 2,
            "cores_logical": 2,
            "ram_bytes": 8_000_000_000,
            "container_limit": {"cpus": None, "memory_bytes": None},
            "os": "Linux 6.1 (Debian 12)",
            "python": "3.11.7",
            "torch": "2.14.1+cu130",
            "torch_threads": 2,
            "accelerators": [
                {
                    "device": device,
                    "name": NAMES.get(device.split(":")[0], f"{device} accelerator"),
                    "memory_bytes": 8_000_000_000,
                    "driver": "1.0",
                    "compute_capability": None,
                    "software": device.startswith("vulkan"),
                }
                for device in self.plan.devices
                if device != "cpu"
            ],
        }

    def run(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "command": f"pytest bench --benchmark-json results/{plan.machine}.json",
            "started": STARTED,
            "finished": "2026-11-02T08:07:00+00:00",
            "preset": "default",
            "blocks": plan.blocks,
            "samples": plan.samples,
            "seed": plan.seed,
            "optimizer": "sgd",
            "optimizer_implementation": "for-loop",
            "learning_rates": dict.fromkeys(plan.workloads, 0.1),
            "precision": "fp32",
            "cell_timeout_seconds": 60.0,
            "workloads": list(plan.workloads),
            "batch_sizes": list(plan.batch_sizes),
            "epochs": list(plan.epochs),
            "devices": list(plan.devices),
            "threads": list(plan.threads),
            **({} if plan.measured_epochs is None else {"measured_epochs": self.trained}),
            **plan.run,
        }

    def blocks(self) -> Iterator[dict[str, Any]]:
        first = [device for device, _threads in self.arms()]
        for workload, block in product(self.plan.workloads, range(self.plan.blocks)):
            order = [*first, "cpu again"] if block < REPEATED_BLOCKS else first
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


def _blocks_done(plan: Corpus, benchmarks: list[dict[str, Any]]) -> dict[str, int]:
    """How many blocks all timed cells of a workload have."""
    rounds = [(row["params"]["workload"], row["stats"]["rounds"]) for row in benchmarks]
    return {
        name: min((count for own, count in rounds if own == name), default=0)
        for name in plan.workloads
    }


def _match(patterns: Mapping[Pattern, Any], cell: Mapping[str, Any]) -> Any:
    wanted = (cell["workload"], cell["batch_size"], cell["epochs"], cell["device"])
    for pattern, value in patterns.items():
        if all(part is None or part == own for part, own in zip(pattern, wanted, strict=True)):
            return value
    return None


def _blocks_measured(missing: tuple[Any, ...]) -> int:
    """In how many blocks a cell without a time was measured all the same."""
    return int((*missing, 0)[2])


def _definition(name: str, plan: Corpus) -> dict[str, Any]:
    return {
        "description": f"the workload {name}",
        "parameters": 407_050,
        "dataset": "digits",
        "dataset_sha256": "0" * 64,
        "train_samples": 4000,
        "held_out_samples": 1000,
        "network": "Sequential(...)",
        "definition": f"{sum(name.encode()):012x}",
        "timed_samples": plan.samples,
        "timed_from": "repeated 1.02 times",
    }


def _benchmark(cell: Mapping[str, Any], totals: list[float], suspect: list[str]) -> dict[str, Any]:
    param = "-".join(str(part) for part in cell.values())
    return {
        "group": None,
        "name": f"bench_training[{param}]",
        "fullname": f"bench/bench_training.py::bench_training[{param}]",
        "params": dict(cell),
        "param": param,
        "extra_info": {"suspect": suspect},
        "options": {},
        "stats": {
            "min": min(totals),
            "max": max(totals),
            "mean": mean(totals),
            "stddev": stdev(totals) if len(totals) > 1 else 0,
            "rounds": len(totals),
            "median": median(totals),
            "total": sum(totals),
            "data": totals,
            "iterations": 1,
        },
    }
