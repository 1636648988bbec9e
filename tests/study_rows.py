"""Rows of studies as a result file has them, made by rules, for the tests of scripts/."""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from tests.corpus import Corpus

COLD = {
    "context_seconds": 0.01,
    "transfer_seconds": 0.01,
    "first_step_seconds": 0.02,
    "warm_step_seconds": 0.001,
}


def with_studies(
    plan: Corpus, *, speedups: dict[str, float] | None = None, lost: Sequence[str] = ("tf32",)
) -> dict[str, Any]:
    """The plan's result with a diagnosis, peaks, and variants that are so many times faster."""
    result = plan.result()
    result["crossover"] |= {
        "diagnosis": list(diagnosis(plan)),
        "peaks": [peak(device) for device in plan.devices],
        "variants": list(variants(plan, speedups or {"fused-optimizer": 1.5}, lost)),
    }
    return result


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Writes a result, and returns its path."""
    path = folder / "devbox.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def peak(device: str) -> dict[str, Any]:
    """A device's best rates."""
    scale = 1 if device == "cpu" else 10
    return {
        "device": device,
        "matmul_flops_per_second": scale * 1e11,
        "copy_bytes_per_second": scale * 1e10,
        "host_copy_bytes_per_second": 5e9,
        "operation_seconds": 1e-5,
    }


def diagnosis(plan: Corpus) -> Iterator[dict[str, Any]]:
    """Every cell's step in parts: the network's two thirds, loading and copying the rest."""
    for workload, size, device in product(plan.workloads, plan.batch_sizes, plan.devices):
        steps = -(-plan.samples // size)
        step = plan.epoch_truth(workload, device, size) / steps
        shares = (0.2, 0.1, 0.25, 0.35, 0.1, 0.0)
        names = ("load", "copy", "forward", "backward", "optimizer", "evaluation")
        yield {
            "workload": workload,
            "batch_size": size,
            "device": device,
            "parts": {
                f"{name}_seconds": share * step for name, share in zip(names, shares, strict=True)
            },
            "step_seconds": step,
            "instrumented_step_seconds": 1.04 * step,
            "host_enqueue_seconds": 0.9 * step,
            "alone_seconds": step,
            "device_busy_seconds": None,
            "operations": 19,
            "moved_bytes": 1000 * size + 100_000,
            "flops": 50_000 * size,
            "host_reads": 0,
            "synchronisations": None,
            "sequence_length": None,
            "sequence_kernels": 0,
            "steps": steps,
            **COLD,
            "suspect": [],
        }


def variants(
    plan: Corpus, speedups: dict[str, float], lost: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The plain cells twice, and each variant, its epochs so many times faster."""
    for workload, size, device in product(plan.workloads, plan.batch_sizes, plan.devices):
        where = {"workload": workload, "batch_size": size, "device": device, "applied": False}
        truth = plan.epoch_truth(workload, device, size)
        arms = [("plain", False, 1.0), ("plain", True, 1.0)]
        arms += [(name, False, gain) for name, gain in speedups.items()]
        for name, again, gain in arms:
            rounds = [one_round(plan, size, truth / gain, block) for block in range(plan.blocks)]
            yield where | {"variant": name, "again": again, "rounds": rounds, "suspect": []}
        for name in lost:
            yield where | {
                "variant": name,
                "again": False,
                "reason": "unsupported",
                "detail": "TF32 is a number format of cuda devices",
            }


def one_round(plan: Corpus, size: int, seconds: float, block: int) -> dict[str, Any]:
    """A process's figures, one in a hundred slower in every second block."""
    epochs = [seconds * (1 + 0.01 * (block % 2))] * 3
    return COLD | {
        "block": block,
        "own_first_step_seconds": 0.02,
        "own_warm_step_seconds": 0.001,
        "epoch_seconds": epochs,
        "steps": -(-plan.samples // size),
        "first_loss": 2.31,
        "loss": 0.41,
        "score": 0.88,
        "evaluated_after_epochs": 3,
        "threads": 2,
    }
