"""What a learning worker is asked and what it answers: jobs, runs and races, each field once."""

from typing import Literal

import msgspec

from bench.answer import Numerics

Until = Literal["target", "settled", "end"]


class LearnJob(msgspec.Struct, frozen=True):
    """Training a cell from one seed, at one learning rate or at several side by side.

    `limit_steps`: what the race's losers may take at most, where an earlier race with this seed is
    known; otherwise the winner's steps times `patience`. `until`: a run ends when it has stood at
    its target for an epoch, when it is seen how many epochs hold (`grid.settled_after`, but not
    before `least_steps`), or at the cap. `train_samples`: only the first so many are trained on.
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
    until: Until = "target"
    least_steps: int = 0
    train_samples: int | None = None
    reference: str = ""
    """Where the workload is found, for one of somebody's own."""


class LearnedRun(msgspec.Struct):
    """One training and its curve, as a result file has it; `steps` is when the others were seen.

    `ended` is target (it was reached, whatever came later), cap, hopeless, diverged or failed; what
    is no number is None. `epoch_train_*`: of the whole training split, untrained and after each
    epoch of a run to the end.
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
    epoch_train_loss: list[float | None] = []
    epoch_train_score: list[float | None] = []
    target_steps: int | None = None
    """Steps to the first look that found the target."""

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
