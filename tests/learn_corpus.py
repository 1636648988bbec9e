"""Learning files whose true steps to the target are known, for the tests of scripts/."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.corpus_about import STARTED

Truth = Callable[[str, int, str], float]
"""(workload, batch size, optimiser) -> median steps to the target; inf: it is never reached."""

SAMPLES = 4000


def by_formula(_workload: str, batch_size: int, _optimizer: str) -> float:
    """S_min = 50, B_crit = 100."""
    return 50 * (1 + 100 / batch_size)


@dataclass(frozen=True)
class LearnCorpus:
    """One machine's learning run: what is true, and the spread of the seeds around it.

    `best_rate` is the learning rate at which the truth holds; others need `rate_cost` times the
    steps a factor of ten away, and the largest diverges. `lost` figure seeds reach nothing. With a
    `last_epoch` the figure seeds are trained to it: from their target on they stand there, and
    their held-out loss is lowest after `turn` epochs.
    """

    machine: str = "learner"
    workloads: Sequence[str] = ("mlp",)
    batch_sizes: Sequence[int] = (4, 16, 64, 256, 1024, 4000)
    optimizers: Sequence[str] = ("sgd", "adam")
    rates: Sequence[float] = (0.001, 0.01, 0.1, 1.0)
    best_rate: float = 0.01
    steps: Truth = by_formula
    noise: float = 0.05
    tuning_seeds: Sequence[int] = (100, 101)
    figure_seeds: Sequence[int] = (0, 1, 2, 3, 4)
    target: float = 0.9
    metric: str = "accuracy"
    samples: int = SAMPLES
    lost: Mapping[tuple[str, int, str], Sequence[int]] = field(default_factory=dict)
    last_epoch: int = 0
    turn: float = 10.0
    dataset: str = ""
    seed: int = 0

    def result(self) -> dict[str, Any]:
        """The content of the learning file."""
        random = np.random.default_rng(self.seed)
        runs = [
            run
            for workload in self.workloads
            for batch_size in self.batch_sizes
            for optimizer in self.optimizers
            for run in self._cell(random, workload, batch_size, optimizer)
        ]
        return {
            "machine_info": {
                "crossover": {
                    "machine": self.machine,
                    "machine_id": "0" * 12,
                    "software_id": "1" * 12,
                    "cpu": "a CPU",
                    "accelerators": [],
                }
            },
            "benchmarks": [],
            "crossover_learning": {
                "schema_version": 2,
                "complete": True,
                "planned": len(self.workloads) * len(self.batch_sizes) * len(self.optimizers),
                "run": {
                    "command": "pytest bench --learning",
                    "started": STARTED,
                    "finished": STARTED,
                    "targets": dict.fromkeys(self.workloads, self.target),
                    "tuning_seeds": list(self.tuning_seeds),
                    "figure_seeds": list(self.figure_seeds),
                    "cap_epochs": 30,
                    "cap_steps": 1000,
                    "patience": 2.0,
                    "to_end": bool(self.last_epoch),
                },
                "workloads": {
                    name: {
                        "definition": f"{sum(name.encode()):012x}",  # as timing corpora have it
                        "train_samples": self.samples,
                        "held_out_samples": 1000,
                        "goal_metric": self.metric,
                        "dataset": self.dataset,
                    }
                    for name in self.workloads
                },
                "absent": [],
                "runs": runs,
            },
        }

    def write(self, folder: Path, name: str | None = None) -> Path:
        """Writes the learning file and returns its path."""
        path = folder / f"{name or self.machine}-learning.json"
        path.write_text(json.dumps(self.result()), encoding="utf-8")
        return path

    def _cell(
        self, random: np.random.Generator, workload: str, batch_size: int, optimizer: str
    ) -> list[dict[str, Any]]:
        truth = self.steps(workload, batch_size, optimizer)
        where = {"workload": workload, "batch_size": batch_size, "optimizer": optimizer}
        runs = []
        for seed in self.tuning_seeds:
            for rate in self.rates:
                far = abs(math.log10(rate / self.best_rate))
                steps = truth * (1 + far) * math.exp(random.normal(0, self.noise))
                ended = "diverged" if rate == max(self.rates) else "hopeless" if far > 0.9 else ""
                runs.append(where | self._run(rate, seed, steps, ended))
        for seed in self.figure_seeds:
            steps = truth * math.exp(random.normal(0, self.noise))
            lost = seed in self.lost.get((workload, batch_size, optimizer), ())
            own = math.inf if lost else steps
            if self.last_epoch:
                factor = math.exp(random.normal(0, self.noise))
                runs.append(
                    where | self._to_end(seed, own, math.ceil(self.samples / batch_size), factor)
                )
            else:
                runs.append(where | self._run(self.best_rate, seed, own, ""))
        return runs

    def _to_end(self, seed: int, steps: float, epoch: int, factor: float) -> dict[str, Any]:
        """A run with a look at the end of each epoch, `factor` is its luck in losses."""
        ends = range(self.last_epoch + 1)
        reached = steps <= self.last_epoch * epoch
        scores = [self._score(min(1.0, end * epoch / steps)) for end in ends]
        if reached:
            scores = [self.target if end * epoch >= steps else min(score, self._score(0.99))
                      for end, score in zip(ends, scores, strict=True)]  # fmt: skip
        loss = [2.3, *(factor * (0.5 + 0.2 * math.log(end / self.turn) ** 2) for end in ends[1:])]
        fitted = [2.3 / (1 + end) for end in ends]
        return {
            "learning_rate": self.best_rate,
            "seed": seed,
            "ended": "target" if reached else "cap",
            "detail": "" if reached else "not there",
            "steps": [end * epoch for end in ends],
            "train_loss": [None, *fitted[1:]],
            "loss": loss,
            "score": scores,
            "epoch_train_loss": fitted,
            "epoch_train_score": [1 - value / 2.6 for value in fitted],
        }

    def _run(self, rate: float, seed: int, steps: float, ended: str) -> dict[str, Any]:
        """A run whose score rises evenly from 0.1; unreached ones stop half way."""
        if not ended:
            ended = "target" if math.isfinite(steps) else "cap"
        last = max(2, round(steps)) if math.isfinite(steps) else 1000
        share = 1.0 if ended == "target" else 0.5
        looks = sorted({0, *(round(last * part / 10) for part in range(1, 11))})
        scores = [self._score(share * look / last) for look in looks]
        if ended == "target":
            scores[-1] = self.target
        return {
            "learning_rate": rate,
            "seed": seed,
            "ended": ended,
            "detail": "" if ended == "target" else "not there",
            "steps": looks,
            "train_loss": [None, *(2.3 - 2 * share * look / last for look in looks[1:])],
            "loss": [2.3 - 2 * share * look / last for look in looks],
            "score": scores,
        }

    def _score(self, share: float) -> float:
        first = 0.1 if self.metric != "bits_per_character" else 6.0
        return round(first + share * (self.target - first), 4)
