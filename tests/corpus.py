"""Plans of result files whose true ratios are known, for the tests of scripts/."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.corpus_file import result_file

Pattern = tuple[str | None, int | None, int | None, str | None]
"""(workload, batch_size, epochs, device); None stands for every value."""


@dataclass(frozen=True)
class Corpus:
    """One machine's run: what was planned, what is true, and what goes wrong.

    `ratio(workload, device, batch_size)` is the true warm ratio to the CPU's seconds. Noise is
    lognormal: `process_noise` once a process (block, device, arm), `epoch_noise` on every epoch;
    `block_factors` replaces the process noise of a device by exact factors, one a block.
    `absent` maps patterns to (reason, detail) or (reason, detail, blocks measured all the same).
    """

    machine: str = "devbox"
    workloads: Sequence[str] = ("mlp",)
    batch_sizes: Sequence[int] = (8, 32, 128, 512)
    epochs: Sequence[int] = (1, 2, 4)
    devices: Sequence[str] = ("cpu", "vulkan")
    threads: Sequence[int] = ()
    blocks: int = 5
    samples: int = 4096
    ratio: Callable[[str, str, int], float] = lambda _workload, _device, _batch: 1.2
    cpu_step_seconds: Callable[[str, int], float] = lambda _workload, batch: 3e-4 + 2e-6 * batch
    cold_seconds: Mapping[str, float] = field(default_factory=lambda: {"cpu": 0.01, "cuda": 0.6})
    process_noise: float = 0.01
    epoch_noise: float = 0.003
    block_factors: Mapping[str, Sequence[float]] = field(default_factory=dict)
    absent: Mapping[Pattern, tuple[Any, ...]] = field(default_factory=dict)
    suspect: Mapping[Pattern, Sequence[str]] = field(default_factory=dict)
    block_suspect: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)
    repeats: bool = True
    events: bool = False
    run: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    measured_epochs: int | None = None
    """Totals of more epochs are derived; None: the file does not say, and all were measured."""

    def epoch_truth(self, workload: str, device: str, batch_size: int) -> float:
        """The true seconds of a warm epoch."""
        cpu = self.cpu_step_seconds(workload, batch_size) * math.ceil(self.samples / batch_size)
        return cpu if device == "cpu" else cpu * self.ratio(workload, device, batch_size)

    def cold_truth(self, device: str) -> float:
        """The true seconds of a cold start."""
        return self.cold_seconds.get(device, 0.3)

    def true_ratio(self, workload: str, device: str, batch_size: int, epochs: int | None) -> float:
        """The true ratio to the CPU: of total seconds, or of warm ones when `epochs` is None."""
        if epochs is None:
            return self.ratio(workload, device, batch_size)
        gpu = self.cold_truth(device) + epochs * self.epoch_truth(workload, device, batch_size)
        cpu = self.cold_truth("cpu") + epochs * self.epoch_truth(workload, "cpu", batch_size)
        return gpu / cpu

    def result(self) -> dict[str, Any]:
        """The content of the result file."""
        return result_file(self)

    def write(self, folder: Path, name: str | None = None) -> Path:
        """Writes the result file and returns its path."""
        path = folder / f"{name or self.machine}.json"
        path.write_text(json.dumps(self.result()), encoding="utf-8")
        return path


def falling(_workload: str, _device: str, batch_size: int) -> float:
    """Slower below batch size 64, faster above."""
    return float(4 / batch_size**0.333)
