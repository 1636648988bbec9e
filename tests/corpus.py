"""Plans of result files whose true ratios are known, for the tests of scripts/."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.read.sides import default_base, device_of, told_settings
from tests.corpus_file import result_file

Pattern = tuple[str | None, int | None, int | None, str | None]
"""(workload, batch_size, epochs, side); None stands for every value."""
_PLAIN = {
    "devices": 1,
    "threads": 0,
    "precision": "ieee",
    "compile": "",
    "memory_format": "contiguous",
    "flush_denormals": True,
    "optimizer_implementation": "for-loop",
    "loader": "slices",
    "placement": "resident",
    "gather": "vectorised",
    "sequences": "padded",
    "evaluate": "never",
    "malloc": "",
}
"""The settings of a side that does not name them."""


@dataclass(frozen=True)
class Corpus:
    """One machine's run: what was planned, what is true, and what goes wrong.

    `ratio(workload, side, batch_size)` is the true warm ratio to the base's seconds. Noise is
    lognormal: `process_noise` once a process (block, side, repeat), `epoch_noise` on every epoch;
    `block_factors` replaces the process noise of a side by exact factors, one a block. `absent`
    maps patterns to (reason, detail) or (reason, detail, blocks measured all the same).
    `remedies` are settings that were tried on every plain side after the run, without noise: by how
    much they make it faster.
    """

    machine: str = "devbox"
    workloads: Sequence[str] = ("mlp",)
    batch_sizes: Sequence[int] = (8, 32, 128, 512)
    epochs: Sequence[int] = (1, 2, 4)
    sides: Sequence[str] = ("cpu", "vulkan")
    remedies: Mapping[str, float] = field(default_factory=dict)
    blocks: int = 5
    samples: int = 4096
    ratio: Callable[[str, str, int], float] = lambda _workload, _side, _batch: 1.2
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

    @property
    def plain_sides(self) -> list[str]:
        """The sides without settings, of one device each."""
        return [side for side in self.sides if device_of(side) == side]

    @property
    def remedy_sides(self) -> list[str]:
        """The sides that were measured after the run."""
        made = [f"{side}+{setting}" for side in self.plain_sides for setting in self.remedies]
        return [side for side in made if side not in self.sides]

    def axes(self, side: str) -> dict[str, Any]:
        """The device of a side, and a scalar for each setting in which the file's sides differ."""
        names = (*self.sides, *self.remedy_sides)
        rows = {one: _PLAIN | told_settings(one) for one in names}
        own = {
            name: value
            for name, value in rows[side].items()
            if name in _PLAIN and any(row[name] != _PLAIN[name] for row in rows.values())
        }
        return {"device": device_of(side)} | own

    def epoch_truth(self, workload: str, side: str, batch_size: int) -> float:
        """The true seconds of a warm epoch."""
        if side in self.remedy_sides:
            plain, _, setting = side.partition("+")
            return self.epoch_truth(workload, plain, batch_size) / self.remedies[setting]
        base = self.cpu_step_seconds(workload, batch_size) * math.ceil(self.samples / batch_size)
        is_base = side == default_base(self.sides)
        return base if is_base else base * self.ratio(workload, side, batch_size)

    def cold_truth(self, side: str) -> float:
        """The true seconds of a cold start."""
        return self.cold_seconds.get(side, self.cold_seconds.get(device_of(side), 0.3))

    def true_ratio(self, workload: str, side: str, batch_size: int, epochs: int | None) -> float:
        """The true ratio to the base: of total seconds, or of warm ones when `epochs` is None."""
        base = default_base(self.sides)
        own, other = (self.epoch_truth(workload, name, batch_size) for name in (side, base))
        if epochs is None:
            return own / other
        return (self.cold_truth(side) + epochs * own) / (self.cold_truth(base) + epochs * other)

    def result(self) -> dict[str, Any]:
        """The content of the result file."""
        return result_file(self)

    def write(self, folder: Path, name: str | None = None) -> Path:
        """Writes the result file and returns its path."""
        path = folder / f"{name or self.machine}.json"
        path.write_text(json.dumps(self.result()), encoding="utf-8")
        return path


def falling(_workload: str, _side: str, batch_size: int) -> float:
    """Slower below batch size 64, faster above."""
    return float(4 / batch_size**0.333)
