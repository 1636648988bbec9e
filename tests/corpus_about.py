"""What a corpus's file says of its machine, its run, its workloads and its timed cells."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean, median, stdev
from typing import TYPE_CHECKING, Any

from scripts.read.sides import default_base, device_of

if TYPE_CHECKING:
    from tests.corpus import Corpus

STARTED = "2026-11-02T08:00:00+00:00"
_NAMES = {"vulkan": "llvmpipe (LLVM 15.0.6, 256 bits)", "cuda": "NVIDIA H200"}


def machine(plan: Corpus) -> dict[str, Any]:
    """The machine, with an accelerator for each device beside the CPU."""
    devices = dict.fromkeys(map(device_of, plan.sides))
    return {
        "machine": plan.machine,
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
                "name": _NAMES.get(device.split(":")[0], f"{device} accelerator"),
                "memory_bytes": 8_000_000_000,
                "driver": "1.0",
                "compute_capability": None,
                "software": device.startswith("vulkan"),
            }
            for device in devices
            if device != "cpu"
        ],
    }


def run(plan: Corpus, trained: int) -> dict[str, Any]:
    """What was asked for; `trained` epochs were."""
    return {
        "command": f"pytest bench --benchmark-json results/{plan.machine}.json",
        "started": STARTED,
        "finished": "2026-11-02T08:07:00+00:00",
        "preset": "default",
        "sides": list(plan.sides),
        "base": default_base(plan.sides),
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
        "devices": list(dict.fromkeys(map(device_of, plan.sides))),
        "threads": [],
        "remedies": list(plan.remedies),
        **({} if plan.measured_epochs is None else {"measured_epochs": trained}),
        **plan.run,
    }


def definition(name: str, plan: Corpus) -> dict[str, Any]:
    """A workload."""
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


def blocks_done(plan: Corpus, benchmarks: list[dict[str, Any]]) -> dict[str, int]:
    """How many blocks all timed cells of a workload have."""
    rounds = [(row["params"]["workload"], row["stats"]["rounds"]) for row in benchmarks]
    return {
        name: min((count for own, count in rounds if own == name), default=0)
        for name in plan.workloads
    }


def benchmark(cell: Mapping[str, Any], totals: list[float], suspect: list[str]) -> dict[str, Any]:
    """A cell with a time, as pytest-benchmark writes it."""
    params = {name: value for name, value in cell.items() if name != "side"}
    param = f"{cell['workload']}-{cell['batch_size']}-{cell['epochs']}-{cell['side']}"
    return {
        "group": None,
        "name": f"bench_training[{param}]",
        "fullname": f"bench/bench_training.py::bench_training[{param}]",
        "params": params,
        "param": param,
        "extra_info": {"side": cell["side"], "suspect": suspect},
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
