"""Which runs a cell still needs: tuning seeds choose its learning rate, other seeds its figure.

The search is a function of the runs that are known, so it goes on after an interruption where it
was, and does the same however many processes work on it.

1. The first tuning seed races all learning rates side by side. While the best one lies at the
   grid's edge, the grid grows by one rung there, twice at most (not when the user gave the rates).
2. Every other tuning seed races those that reached the target.
3. The best learning rate over the tuning seeds trains the figure seeds. When no tuning seed reached
   the target at any learning rate, none is trained: the cell was not reached.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.learning.grid import PATIENCE, LearnCell, beyond
from bench.learning.job import LearnJob

MOST_EXTENSIONS = 2

Run = dict[str, Any]
Key = tuple[float, int]
"""(learning rate, seed)"""


@dataclass
class Search:
    """One cell's runs so far. `own_rate` carries the ladder; None: the rates were given."""

    cell: LearnCell
    rates: tuple[float, ...]
    own_rate: float | None
    tuning_seeds: tuple[int, ...]
    figure_seeds: tuple[int, ...]
    target: float
    cap_steps: int
    optimizer_implementation: str
    runs: dict[Key, Run] = field(default_factory=dict)

    def take(self, runs: Iterable[Run]) -> None:
        """Files the runs of one finished job."""
        for run in runs:
            self.runs[run["learning_rate"], run["seed"]] = run

    def next_jobs(self) -> list[LearnJob]:
        """What can be trained now, side by side; nothing when the cell is done."""
        first, *others = self.tuning_seeds
        missing = [rate for rate in self.rates if (rate, first) not in self.runs]
        if missing:
            return [self._job(missing, first)]
        extension = self._extension()
        if extension is not None:
            return [self._job([extension], first)]
        races = [(self._missing(self.survivors(), seed), seed) for seed in others]
        jobs = [self._job(rates, seed) for rates, seed in races if rates]
        if jobs:
            return jobs
        rate = self.chosen_rate()
        if rate is None:
            return []
        return [
            self._job([rate], seed) for seed in self.figure_seeds if (rate, seed) not in self.runs
        ]

    def tried(self) -> tuple[float, ...]:
        """Every learning rate of the first tuning seed, ascending; planned ones included."""
        known = {rate for rate, seed in self.runs if seed == self.tuning_seeds[0]}
        return tuple(sorted(known | set(self.rates)))

    def survivors(self) -> tuple[float, ...]:
        """The learning rates that go on after the first tuning seed.

        Those that reached the target; where none did, the one with the best score.
        """
        first = self.tuning_seeds[0]
        tried = self.tried()
        reached = tuple(rate for rate in tried if _reached(self.runs[rate, first]))
        return reached or (best_rate(self.runs, tried, [first]),)

    def chosen_rate(self) -> float | None:
        """The best learning rate by the tuning seeds alone; None when none reached the target."""
        tuning = {key: run for key, run in self.runs.items() if key[1] in self.tuning_seeds}
        rate = best_rate(tuning, self.tried(), self.tuning_seeds)
        reached = any(_reached(run) for (own, _), run in tuning.items() if own == rate)
        return rate if reached else None

    def planned(self) -> int:
        """How many runs the cell will have come to, as far as is known."""
        return len(self.tried()) * len(self.tuning_seeds) + len(self.figure_seeds)

    def _missing(self, rates: Iterable[float], seed: int) -> list[float]:
        return [rate for rate in rates if (rate, seed) not in self.runs]

    def _extension(self) -> float | None:
        """One more learning rate past the edge at which the best one lies."""
        tried = self.tried()
        if self.own_rate is None or len(tried) - len(self.rates) >= MOST_EXTENSIONS:
            return None
        best = best_rate(self.runs, tried, self.tuning_seeds[:1])
        if best not in (tried[0], tried[-1]) or self._failed():
            return None
        return beyond(tried, self.own_rate, upwards=best == tried[-1])

    def _failed(self) -> bool:
        """Whether nothing was learned because nothing ran."""
        first = self.tuning_seeds[0]
        return all(self.runs[rate, first]["ended"] == "failed" for rate in self.tried())

    def _job(self, rates: list[float], seed: int) -> LearnJob:
        known = [
            run["steps"][-1] for (_, other), run in self.runs.items()
            if other == seed and _reached(run)
        ]  # fmt: skip
        limit = math.ceil(PATIENCE * min(known)) if known else None
        return LearnJob(
            **self.cell._asdict(),
            optimizer_implementation=self.optimizer_implementation,
            learning_rates=tuple(rates),
            seed=seed,
            target=self.target,
            cap_steps=self.cap_steps,
            patience=PATIENCE,
            limit_steps=limit,
        )


def best_rate(runs: Mapping[Key, Run], rates: Iterable[float], seeds: Iterable[int]) -> float:
    """The learning rate that reached the target with the most seeds, soonest, or came nearest.

    "Soonest" is the geometric mean of the steps over the seeds that reached it; "nearest" compares
    held-out losses at their best. Equal ones: the smaller rate.
    """
    wanted = list(seeds)

    def order(rate: float) -> tuple[float, float, float, float]:
        own = [runs[rate, seed] for seed in wanted if (rate, seed) in runs]
        steps = [math.log(run["steps"][-1]) for run in own if _reached(run)]
        losses = [loss for run in own for loss in run["loss"] if loss is not None]
        mean = sum(steps) / len(steps) if steps else math.inf
        return -len(steps), mean, min(losses, default=math.inf), rate

    return min(rates, key=order)


def unrun(search: Search) -> list[Run]:
    """Rows for the runs of a finished search that were not worth starting, with the reason."""
    rows = []
    first = search.tuning_seeds[0]
    for seed in search.tuning_seeds[1:]:
        for rate in search.tried():
            if (rate, seed) not in search.runs:
                detail = f"not started: it did not reach the target with seed {first}"
                rows.append(empty_run(search.cell, rate, seed, ended="hopeless", detail=detail))
    if search.chosen_rate() is None:
        rate = best_rate(search.runs, search.tried(), search.tuning_seeds)
        detail = "not started: no tuning seed reached the target at any learning rate"
        rows += [
            empty_run(search.cell, rate, seed, ended="hopeless", detail=detail)
            for seed in search.figure_seeds
        ]
    return rows


def empty_run(cell: LearnCell, rate: float, seed: int, *, ended: str, detail: str) -> Run:
    """A run without a curve."""
    about = cell._asdict() | {"learning_rate": rate, "seed": seed}
    curve: dict[str, list[float]] = {"steps": [], "train_loss": [], "loss": [], "score": []}
    return about | {"ended": ended, "detail": detail} | curve


def _reached(run: Run) -> bool:
    return bool(run["ended"] == "target")
