"""Writes a corpus's plan out as the content of a result file: rounds, cells, machine, run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from statistics import mean, median, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.grid import REPEATED_BLOCKS

if TYPE_CHECKING:
    from tests.corpus import Corpus, Pattern

STARTED = "2026-11-02T08:00:00+00:00"
NAMES = {"vulkan": "llvmpipe (LLVM 15.0.6, 256 bits)", "cuda": "NVIDIA H200"}


def result_file(plan: Corpus) -> dict[str, Any]:
    """The content of the plan's result file."""
    return _Writer(plan).result()


@dataclass(frozen=True)
class _Writer:
    plan: Corpus

    @cached_property
    def workers(self) -> dict[tuple[str, str, int, int, str], dict[int, dict[str, Any]]]:
        """What each worker process reported, by batch size."""
        plan = self.plan
        random = np.random.default_rng(plan.seed)
        arms = [(device, threads, "first") for device, threads in self.arms()]
        arms += [("cpu", threads, "again") for device, threads in self.arms() if device == "cpu"]
        return {
            (workload, device, threads, block, arm): self.worker(random, workload, device, block)
            for workload in plan.workloads
            for block in range(plan.blocks)
            for device, threads, arm in arms
        }

    def arms(self) -> list[tuple[str, int]]:
        """The (device, threads) pairs of a block; the threads axis is the CPU's alone."""
        plan = self.plan
        return [
            (device, threads)
            for device in plan.devices
            for threads in (plan.threads if device == "cpu" and plan.threads else [0])
        ]

    def worker(
        self, random: np.random.Generator, workload: str, device: str, block: int
    ) -> dict[int, dict[str, Any]]:
        plan = self.plan
        factors = plan.block_factors.get(device)
        drawn = float(np.exp(random.normal(0, plan.process_noise)))
        factor = drawn if factors is None else factors[block]
        cold = plan.cold_truth(device) * factor
        rounds = {}
        for batch_size in plan.batch_sizes:
            warm = plan.epoch_truth(workload, device, batch_size) * factor
            noise = np.exp(random.normal(0, plan.epoch_noise, size=max(*plan.epochs, 3)))
            seconds = [float(second) for second in warm * noise]
            rounds[batch_size] = {
                "block": block,
                "started": STARTED,
                "import_seconds": 2.5,
                "context_seconds": 0.3 * cold,
                "transfer_seconds": 0.1 * cold,
                "first_step_seconds": 0.6 * cold + 0.001,
                "warm_step_seconds": 0.001,
                "epoch_seconds": seconds,
                "event_seconds": [0.9 * second for second in seconds] if plan.events else None,
                "first_loss": 2.31,
                "loss": 0.41,
                "score": 0.88,
                "evaluated_after_epochs": len(seconds),
                "steps": math.ceil(plan.samples / batch_size),
                "threads": 2,
                "host_peak_bytes": 400_000_000,
                "device_peak_bytes": None if device == "cpu" else 50_000_000,
                "position": 0,
            }
        return rounds

    def cells(self) -> Iterator[dict[str, Any]]:
        plan = self.plan
        for workload, batch, epochs in product(plan.workloads, plan.batch_sizes, plan.epochs):
            for device, threads in self.arms():
                cell = {"workload": workload, "batch_size": batch, "epochs": epochs}
                cell |= {"device": device} | ({"threads": threads} if plan.threads else {})
                yield cell

    def rounds(self, cell: Mapping[str, Any], arm: str, blocks: int) -> list[dict[str, Any]]:
        key = (cell["workload"], cell["device"], cell.get("threads", 0))
        return [self.workers[*key, k, arm][cell["batch_size"]] for k in range(blocks)]

    def result(self) -> dict[str, Any]:
        benchmarks, absent, repeats = [], [], []
        extremes = (min(self.plan.batch_sizes), max(self.plan.batch_sizes))
        for cell in self.cells():
            missing = _match(self.plan.absent, cell)
            blocks = self.plan.blocks
            if missing is not None:
                reason, detail, blocks = (*missing, 0)[:3]
                absent.append(
                    cell | {"reason": reason, "detail": detail, "blocks_measured": blocks}
                )
            if blocks:
                suspect = list(_match(self.plan.suspect, cell) or [])
                rounds = self.rounds(cell, "first", blocks)
                benchmarks.append(_benchmark(cell, rounds, suspect))
            if self.plan.repeats and cell["device"] == "cpu" and cell["batch_size"] in extremes:
                again = self.rounds(cell, "again", min(self.plan.blocks, REPEATED_BLOCKS))
                repeats.append(cell | {"rounds": again})
        return {
            "machine_info": {"node": "vm", "crossover": self.machine()},
            "commit_info": {"id": "0" * 40, "dirty": False},
            "benchmarks": benchmarks,
            "datetime": STARTED,
            "version": "5.3.1",
            "crossover": {
                "schema_version": 1,
                "complete": all(row["reason"] != "interrupted" for row in absent),
                "planned": len(benchmarks) + sum(not row["blocks_measured"] for row in absent),
                "run": {"blocks_done": _blocks_done(self.plan, benchmarks)} | self.run(),
                "workloads": {name: _definition(name, self.plan) for name in self.plan.workloads},
                "absent": absent,
                "repeats": repeats,
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


def _benchmark(
    cell: Mapping[str, Any], rounds: list[dict[str, Any]], suspect: list[str]
) -> dict[str, Any]:
    param = "-".join(str(part) for part in cell.values())
    totals = [
        entry["context_seconds"]
        + entry["transfer_seconds"]
        + max(0.0, entry["first_step_seconds"] - entry["warm_step_seconds"])
        + sum(entry["epoch_seconds"][: cell["epochs"]])
        for entry in rounds
    ]
    return {
        "group": None,
        "name": f"bench_training[{param}]",
        "fullname": f"bench/bench_training.py::bench_training[{param}]",
        "params": dict(cell),
        "param": param,
        "extra_info": {"rounds": rounds, "suspect": suspect},
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
