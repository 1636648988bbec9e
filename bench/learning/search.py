"""Which runs a cell still needs: tuning seeds choose its learning rate, other seeds its figure.

It is a function of the runs that are known, so a resumed run goes on where it was.

1. The first tuning seed races all learning rates side by side. While the best one lies at the
   grid's edge, the grid grows by one rung there, twice at most; then the rates half a step below
   and above the best one join them (neither when the user gave the rates).
2. Every other tuning seed races those that reached the target.
3. The best learning rate over the tuning seeds, if one reached the target, trains the figure seeds;
   with `to_end` the nearest one does as well.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from bench.learning.grid import PATIENCE, LearnCell, beyond, half_way, is_rung, settled_after
from bench.learning.runs import LearnedRun, LearnJob

MOST_EXTENSIONS = 2

Key = tuple[float, int]
"""(learning rate, seed)"""


@dataclass
class Search:
    """One cell's runs so far; `epoch` is the steps of one.

    `own_rate` carries the ladder; None: the rates were given.
    """

    cell: LearnCell
    rates: tuple[float, ...]
    own_rate: float | None
    tuning_seeds: tuple[int, ...]
    figure_seeds: tuple[int, ...]
    target: float
    cap_steps: int
    optimizer_implementation: str
    to_end: bool = False
    train_samples: int | None = None
    epoch: int = 1
    reference: str = ""
    runs: dict[Key, LearnedRun] = field(default_factory=dict)

    def take(self, runs: Iterable[LearnedRun]) -> None:
        """Files the runs of one finished job."""
        for run in runs:
            self.runs[run.learning_rate, run.seed] = run

    def next_jobs(self) -> list[LearnJob]:
        """Returns what can be trained now, side by side; nothing when the cell is done."""
        first, *others = self.tuning_seeds
        if missing := self._missing(self.rates, first):
            return [self._job(missing, first)]
        if further := self._extension() or self._refinement():
            return [self._job(further, first)]
        races = [(self._missing(self.survivors(), seed), seed) for seed in others]
        rate = self.figure_rate()
        if not any(rates for rates, _ in races) and rate is not None:
            jobs = [self._job([rate], seed) for seed in self.figure_seeds]
            return [self._trained_on(job) for job in jobs if (rate, job.seed) not in self.runs]
        return [self._job(rates, seed) for rates, seed in races if rates]

    def tried(self) -> tuple[float, ...]:
        """Returns every learning rate of the first tuning seed, ascending; planned ones as well."""
        known = {rate for rate, seed in self.runs if seed == self.tuning_seeds[0]}
        return tuple(sorted(known | set(self.rates)))

    def survivors(self) -> tuple[float, ...]:
        """Returns the rates that reached the target with the first seed, or the nearest one."""
        first = self.tuning_seeds[0]
        tried = self.tried()
        reached = tuple(rate for rate in tried if self.runs[rate, first].reached)
        return reached or (best_rate(self.runs, tried, [first]),)

    def chosen_rate(self) -> float | None:
        """Returns the best learning rate by the tuning seeds; None when none reached the target."""
        rate = best_rate(self.runs, self.tried(), self.tuning_seeds)
        own = [self.runs[rate, seed] for seed in self.tuning_seeds if (rate, seed) in self.runs]
        return rate if any(run.reached for run in own) else None

    def figure_rate(self) -> float | None:
        """Returns the learning rate that the figure seeds train at; None when they do not."""
        chosen = self.chosen_rate()
        if chosen is not None or not self.to_end or self._nothing_ran():
            return chosen
        return best_rate(self.runs, self.tried(), self.tuning_seeds)

    def planned(self) -> int:
        """Returns how many runs the cell will have come to, as far as is known."""
        if not self.next_jobs():
            return len(self.runs)
        return len(self.tried()) * len(self.tuning_seeds) + len(self.figure_seeds)

    def _missing(self, rates: Iterable[float], seed: int) -> list[float]:
        return [rate for rate in rates if (rate, seed) not in self.runs]

    def _rungs(self, own: float) -> list[float]:
        return [rate for rate in self.tried() if is_rung(rate, own)]

    def _nothing_ran(self) -> bool:
        first = self.tuning_seeds[0]
        return all(self.runs[rate, first].ended == "failed" for rate in self.tried())

    def _extension(self) -> list[float]:
        """Returns one more learning rate past the edge at which the best one lies, if it does."""
        if self.own_rate is None or self._nothing_ran():
            return []
        rungs = self._rungs(self.own_rate)
        best = best_rate(self.runs, rungs, self.tuning_seeds[:1])
        if best not in (rungs[0], rungs[-1]) or len(rungs) - len(self.rates) >= MOST_EXTENSIONS:
            return []
        return [beyond(rungs, self.own_rate, upwards=best == rungs[-1])]

    def _refinement(self) -> list[float]:
        """Returns the learning rates half a step from the best one, where it reached the target."""
        if self.own_rate is None:
            return []
        first = self.tuning_seeds[0]
        best = best_rate(self.runs, self._rungs(self.own_rate), [first])
        if not self.runs[best, first].reached:
            return []
        return self._missing(half_way(best, self.own_rate), first)

    def _trained_on(self, job: LearnJob) -> LearnJob:
        """Returns the job of a figure seed, which goes on beyond its target.

        All figure seeds of a cell are trained as far as its tuning seeds would be.
        """
        if self.to_end:
            return replace(job, until="end")
        [rate] = job.learning_rates
        tuned = [self.runs[rate, seed] for seed in self.tuning_seeds if (rate, seed) in self.runs]
        last = max(run.steps[-1] for run in tuned if run.reached)
        return replace(job, until="settled", least_steps=settled_after(last, self.epoch))

    def _job(self, rates: list[float], seed: int) -> LearnJob:
        known = [
            run.steps[-1] for (_, other), run in self.runs.items() if other == seed and run.reached
        ]
        return LearnJob(
            *self.cell,
            optimizer_implementation=self.optimizer_implementation,
            learning_rates=tuple(rates),
            seed=seed,
            target=self.target,
            cap_steps=self.cap_steps,
            patience=PATIENCE,
            limit_steps=math.ceil(PATIENCE * min(known)) if known else None,
            train_samples=self.train_samples,
            reference=self.reference,
        )


def best_rate(
    runs: Mapping[Key, LearnedRun], rates: Iterable[float], seeds: Iterable[int]
) -> float:
    """Returns the learning rate that reached the target with most seeds, fastest, or came nearest.

    "Fastest" is the geometric mean of the steps over the seeds that reached it; "nearest" compares
    held-out losses at their best. Equal ones: the smaller rate.
    """
    wanted = list(seeds)

    def order(rate: float) -> tuple[float, float, float, float]:
        own = [runs[rate, seed] for seed in wanted if (rate, seed) in runs]
        steps = [math.log(run.steps[-1]) for run in own if run.reached]
        losses = [loss for run in own for loss in run.loss if loss is not None and not steps]
        mean = sum(steps) / len(steps) if steps else math.inf
        return -len(steps), mean, min(losses, default=math.inf), rate

    return min(rates, key=order)


def unrun(search: Search) -> list[LearnedRun]:
    """Returns rows for the runs of a finished search that were not worth starting, with why."""
    first, *others = search.tuning_seeds
    why = f"not started: it did not reach the target with seed {first}"
    lost = [(rate, seed, why) for seed in others for rate in search.tried()]
    if search.figure_rate() is None:
        rate = best_rate(search.runs, search.tried(), search.tuning_seeds)
        why = "not started: no tuning seed reached the target at any learning rate"
        lost += [(rate, seed, why) for seed in search.figure_seeds]
    return [
        LearnedRun(*search.cell, rate, seed, "hopeless", detail)
        for rate, seed, detail in lost
        if (rate, seed) not in search.runs
    ]
