"""Runs as learning workers answer them, by a rule instead of by training."""

from collections.abc import Callable
from typing import Any

from bench.learning.grid import LearnCell
from bench.learning.runs import LearnedRun, LearnJob
from bench.learning.search import Search

Needed = Callable[[float, int], int | None]
"""(learning rate, seed) -> steps to the target; None: it diverges at once."""

CELL = LearnCell("mlp", 40, "sgd")
CAP = 1000


def search(rates: tuple[float, ...] = (0.01, 0.1, 1.0), **fields: Any) -> Search:
    """A search with two tuning seeds (100, 101), three figure seeds and given rates."""
    about: dict[str, Any] = {
        "cell": CELL,
        "rates": rates,
        "own_rate": None,
        "tuning_seeds": (100, 101),
        "figure_seeds": (0, 1, 2),
        "target": 0.9,
        "cap_steps": CAP,
        "optimizer_implementation": "foreach",
    }
    return Search(**about | fields)


def answer(job: LearnJob, needed: Needed) -> list[LearnedRun]:
    """What a worker would answer, if each run needed so many steps."""
    takes = {rate: needed(rate, job.seed) for rate in job.learning_rates}
    reached = [steps for steps in takes.values() if steps is not None and steps <= job.cap_steps]
    limit = job.limit_steps
    if limit is None:
        limit = int(job.patience * min(reached)) if reached else job.cap_steps
    return [_run(job, rate, steps, min(limit, job.cap_steps)) for rate, steps in takes.items()]


def _run(job: LearnJob, rate: float, steps: int | None, last: int) -> LearnedRun:
    score: float | None
    if steps is None:
        ended, detail, steps, score = "diverged", "the loss is no number", 1, None
    elif steps <= last:
        ended, detail, score = "target", "", job.target
        looks = [0, steps, *_further(job, steps)]
    else:
        ended = "cap" if last == job.cap_steps else "hopeless"
        detail, steps, score = "not there", last, 0.5 * last / steps
    if ended != "target":
        looks = [0, steps]
    loss = None if score is None else 1 - score

    def later(value: float | None) -> list[float | None]:
        return [value] * (len(looks) - 1)

    return LearnedRun(
        *(job.workload, job.batch_size, job.optimizer, rate, job.seed),
        ended=ended,
        detail=detail,
        steps=looks,
        train_loss=[None, *later(loss)],
        loss=[2.3, *later(loss)],
        score=[0.1, *later(score)],
        target_steps=steps if ended == "target" else None,
    )


def _further(job: LearnJob, steps: int) -> list[int]:
    """The last look of a run that goes on beyond its target."""
    last = {"target": steps, "settled": job.least_steps, "end": job.cap_steps}[job.until]
    return [last] if last > steps else []


def carried_out(own: Search, needed: Needed) -> list[LearnJob]:
    """Does every job of a search, one after the other; returns them in their order."""
    done = []
    while jobs := own.next_jobs():
        done.append(jobs[0])
        own.take(answer(jobs[0], needed))
    return done
