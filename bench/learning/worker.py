"""A learning worker: `python -m bench.learning.worker` reads a job per line, answers with a race.

Training to a target, outside any clock. One thread: independent runs side by side use the cores
better than one run that is split up.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import torch
from torch import Tensor, nn

from bench.answer import Numerics
from bench.grid import steps_per_epoch
from bench.learning.grid import next_look, settled_after
from bench.learning.runs import LearnedRun, LearnJob, Race, failed
from bench.measure.child import lines_until_input_ends
from bench.measure.worker import take_stdout
from bench.train.epochs import evaluate
from bench.train.errors import classify
from bench.train.lean_loop import train_step
from bench.train.numerics import pin_numerics
from models import Dataset, Split, Workload, data_of, load_workload, timed_split
from models.optimizers import make_optimizer

EVALUATION_BATCH = 512
DIGITS = 4
"""Significant digits of losses and scores in the record; held-out sets are far below 10,000."""


@dataclass
class Trainee:
    """A network in training at one learning rate; its `run.ended` is empty while it trains.

    `last` is the step after which it ends at the latest, `since` the first of the looks up to now
    that all found the target.
    """

    workload: Workload
    run: LearnedRun
    network: nn.Module
    optimizer: torch.optim.Optimizer
    minibatches: Iterator[tuple[list[Tensor], Tensor]]
    last: int
    since: int | None = None

    def train(self, steps: int) -> float:
        """Takes so many optimiser steps and returns the mean of their minibatch losses."""
        total = torch.zeros(())
        for _ in range(steps):
            inputs, targets = next(self.minibatches)
            loss = self.workload.loss
            total += train_step(self.network, loss, self.optimizer, inputs, targets)
        return total.item() / max(steps, 1)

    def look(
        self, held_out: Split, *, step: int, train_loss: float | None, whole: Split | None = None
    ) -> float | None:
        """Notes the curve's next entry; returns its held-out score as it is recorded.

        `whole` is the training split, where an epoch's end is to be noted.
        """
        loss, score = self._evaluated(held_out)
        self.run.steps.append(step)
        self.run.train_loss.append(rounded(train_loss))
        self.run.loss.append(rounded(loss))
        self.run.score.append(rounded(score))
        if whole is not None:
            fitted, right = self._evaluated(whole)
            self.run.epoch_train_loss.append(rounded(fitted))
            self.run.epoch_train_score.append(rounded(right))
        if not math.isfinite(loss) or not math.isfinite(train_loss or 0.0):
            self.end("diverged", f"the loss is no number after {step} steps")
        return self.run.score[-1]  # a reader comes to the same end

    def _evaluated(self, split: Split) -> tuple[float, float]:
        return evaluate(self.workload, self.network, split, batch_size=EVALUATION_BATCH)

    def stands(self, *, reached: bool, job: LearnJob, step: int, epoch: int) -> bool:
        """Notes whether a look found the target; returns whether those of a whole epoch have."""
        if not reached:
            self.since = None
            return False
        if self.since is None:
            self.since = step
        if self.run.target_steps is None:
            self.run.target_steps = step
            if job.until == "settled":
                self.last = max(settled_after(step, epoch), job.least_steps)
        return step - self.since >= epoch

    def end(self, how: str, detail: str) -> None:
        """Ends the training; one that ends unreached and worse than it began has diverged."""
        last, first = self.run.train_loss[-1], self.run.loss[0]
        worse = last is None or (first is not None and last > 1.05 * first)
        self.run.ended, self.run.detail = how, detail
        if worse and how in ("cap", "hopeless"):
            self.run.ended = "diverged"
            self.run.detail += "; its training loss is above the untrained one's"


def race(job: LearnJob) -> list[LearnedRun]:
    """Trains every learning rate of the job from its seed; returns their runs in this order.

    All are at the same step, from one look at held-out data to the next. To tune, a run ends when
    every look of a whole epoch has found the target, a single one being luck; then the others have
    `patience` times its steps and no more.
    """
    workload = load_workload(job.reference or job.workload)
    data = data_of(workload)
    if job.train_samples:
        data = replace(data, train=timed_split(data.train, job.train_samples))
    epoch = steps_per_epoch(len(data.train.targets), job.batch_size)
    whole = data.train if job.until == "end" else None
    trainees = [make_trainee(job, workload, data, rate) for rate in job.learning_rates]
    for trainee in trainees:
        trainee.look(data.held_out, step=0, train_loss=None, whole=whole)
    step = 0
    while running := [trainee for trainee in trainees if not trainee.run.ended]:
        coming = min(next_look(step, epoch), *(trainee.last for trainee in running))
        for trainee in running:
            train_loss = trainee.train(coming - step)
            ended = whole if coming % epoch == 0 else None
            score = trainee.look(data.held_out, step=coming, train_loss=train_loss, whole=ended)
            if trainee.run.ended:
                continue
            reached = score is not None and workload.score.reached(score, job.target)
            stands = trainee.stands(reached=reached, job=job, step=coming, epoch=epoch)
            if stands and job.until == "target":
                trainee.end("target", "")
                for other in running:
                    other.last = min(other.last, math.ceil(job.patience * coming))
            elif coming >= trainee.last:
                trainee.end(*_how(trainee.run, job, coming))
        step = coming
    return [trainee.run for trainee in trainees]


def _how(run: LearnedRun, job: LearnJob, step: int) -> tuple[str, str]:
    """Returns how a run ends that was trained as far as it may, and why unless at its target."""
    if job.until != "target" and run.target_steps is not None:
        return "target", ""
    if step >= job.cap_steps:
        return "cap", f"not reached in {step} steps, the cap"
    return "hopeless", f"another learning rate was {job.patience:g} times sooner with this seed"


def make_trainee(job: LearnJob, workload: Workload, data: Dataset, rate: float) -> Trainee:
    """Makes a network with the weights of the job's seed; only the seed makes the minibatches."""
    torch.manual_seed(job.seed)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(),
        name=job.optimizer,
        implementation=job.optimizer_implementation,
        learning_rate=rate,
        own=workload.optimizer,
    )
    run = LearnedRun(job.workload, job.batch_size, job.optimizer, rate, job.seed)
    batches = minibatches(data.train, batch_size=job.batch_size, seed=job.seed)
    last = job.cap_steps if job.limit_steps is None else min(job.limit_steps, job.cap_steps)
    return Trainee(workload, run, network, optimizer, batches, last)


def minibatches(
    split: Split, *, batch_size: int, seed: int
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Yields minibatches for ever: every epoch a new permutation, its last one may be smaller."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(split.targets), generator=generator)
        for start in range(0, len(order), batch_size):
            places = order[start : start + batch_size]
            yield [tensor[places] for tensor in split.inputs], split.targets[places]


def rounded(value: float | None) -> float | None:
    """Returns the number in as many digits as are recorded; None for what is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def answer(line: str) -> Race:
    """Trains the job of a line; whatever it raises is the reason of these runs."""
    job = msgspec.json.decode(line, type=LearnJob)
    try:
        load_workload(job.reference or job.workload)
        numerics = Numerics(**pin_numerics())  # whatever a file of somebody's own has set
        return Race(race(job), numerics)
    except Exception as error:  # noqa: BLE001 - as said
        return failed(job, ": ".join(classify(error)))


def main() -> None:
    """Trains jobs until the parent closes our standard input."""
    answers = take_stdout()
    jobs = lines_until_input_ends()
    torch.set_num_threads(1)
    while True:
        answers.write(msgspec.json.encode(answer(jobs.get())).decode() + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
