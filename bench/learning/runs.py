"""What a learning worker is asked and what it answers: jobs, runs and races, each field once."""

import msgspec

from bench.answer import Numerics


class LearnJob(msgspec.Struct, frozen=True):
    """Training a cell from one seed, at one learning rate or at several side by side.

    `limit_steps`: what the race's losers may take at most, where an earlier race with this seed is
    known; otherwise the winner's steps times `patience`.
    """

    workload: str
    batch_size: int
    optimizer: str
    optimizer_implementation: str
    learning_rates: tuple[float, ...]
    seed: int
    target: float
    cap_steps: int
    patience: float
    limit_steps: int | None = None


class LearnedRun(msgspec.Struct):
    """One training and its curve, as a result file has it; `steps` is when the others were seen.

    `ended` is target, cap, hopeless, diverged or failed; what is no number is None.
    """

    workload: str
    batch_size: int
    optimizer: str
    learning_rate: float
    seed: int
    ended: str = ""
    detail: str = ""
    steps: list[int] = []
    train_loss: list[float | None] = []
    loss: list[float | None] = []
    score: list[float | None] = []

    @property
    def reached(self) -> bool:
        """Whether it came to its target."""
        return self.ended == "target"


class Race(msgspec.Struct, tag_field="kind", tag="race", omit_defaults=True):
    """A worker's answer to a job and the journal's line of it: a run per learning rate.

    The numerics of the process (`bench.train.numerics`) are not known of runs that failed.
    """

    runs: list[LearnedRun]
    numerics: Numerics | None = None


def failed(job: LearnJob, detail: str) -> Race:
    """Returns the answer to a job whose training raised, or whose worker died."""
    cell = (job.workload, job.batch_size, job.optimizer)
    rates = job.learning_rates
    return Race([LearnedRun(*cell, rate, job.seed, "failed", detail) for rate in rates])
