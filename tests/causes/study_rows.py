"""Result files with studies, made by rules, for the tests of scripts/."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from scripts.read.sides import is_cpu
from tests.corpus import Corpus, Pattern

LOST = "tf32"
WHY = "TF32 is a number format of cuda devices"
COLD = {
    "context_seconds": 0.01,
    "transfer_seconds": 0.01,
    "first_step_seconds": 0.02,
    "warm_step_seconds": 0.001,
}


def with_studies(plan: Corpus, *, speedups: Mapping[str, float] | None = None) -> dict[str, Any]:
    """The plan's result with a diagnosis, peaks, and sides with settings that are so many times
    faster; LOST has no time.
    """
    nowhere: tuple[None, None, None] = (None, None, None)
    lost: dict[Pattern, tuple[str, ...]] = {
        (*nowhere, f"{side}+{LOST}"): ("unsupported", WHY) for side in plan.sides
    }
    tried = {**(speedups or {"fused": 1.5}), LOST: 1.0}
    result = replace(plan, remedies=tried, absent={**plan.absent, **lost}).result()
    result["crossover"] |= {
        "diagnosis": list(diagnosis(plan)),
        "peaks": [peak(side) for side in plan.sides],
    }
    return result


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Writes a result, and returns its path."""
    path = folder / "devbox.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def peak(side: str) -> dict[str, Any]:
    """A side's best rates."""
    scale = 1 if is_cpu(side) else 10
    return {
        "side": side,
        "matmul_flops_per_second": scale * 1e11,
        "copy_bytes_per_second": scale * 1e10,
        "host_copy_bytes_per_second": 5e9,
        "operation_seconds": 1e-5,
    }


def diagnosis(plan: Corpus) -> Iterator[dict[str, Any]]:
    """Every cell's step in parts: the network's two thirds, loading and copying the rest."""
    for workload, size, side in product(plan.workloads, plan.batch_sizes, plan.sides):
        steps = -(-plan.samples // size)
        step = plan.epoch_truth(workload, side, size) / steps
        shares = (0.2, 0.1, 0.25, 0.35, 0.1, 0.0)
        names = ("load", "copy", "forward", "backward", "optimizer", "evaluation")
        yield {
            "workload": workload,
            "batch_size": size,
            "side": side,
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
