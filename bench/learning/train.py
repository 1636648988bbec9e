"""Training to a target, outside any clock: one network, or several learning rates side by side."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from bench.learning.grid import next_look
from bench.learning.job import LearnJob
from bench.train.lean_loop import train_step
from models import WORKLOADS, Dataset, Split, Workload, load_dataset
from models.optimizers import make_optimizer

EVALUATION_BATCH = 512
DIGITS = 4
"""Significant digits of losses and scores in the record; held-out sets are far below 10,000."""


@dataclass
class Trainee:
    """A network in training at one learning rate, and the curve of what it reached.

    `ended` is empty while it trains; a curve's entries are about the same `steps`.
    """

    workload: Workload
    rate: float
    network: nn.Module
    optimizer: torch.optim.Optimizer
    minibatches: Iterator[tuple[list[Tensor], Tensor]]
    ended: str = ""
    detail: str = ""
    curve: dict[str, list[float | None]] = field(
        default_factory=lambda: {"steps": [], "train_loss": [], "loss": [], "score": []}
    )

    def train(self, steps: int) -> float:
        """Takes so many optimiser steps; the mean of their minibatch losses."""
        total = torch.zeros(())
        for _ in range(steps):
            inputs, targets = next(self.minibatches)
            loss = self.workload.loss
            total += train_step(self.network, loss, self.optimizer, inputs, targets)
        return total.item() / max(steps, 1)

    def look(self, held_out: Split, *, step: int, train_loss: float | None) -> float | None:
        """Scores the held-out split, notes the curve's next entry and returns its score.

        What decides is the score as it is recorded, so that a reader comes to the same end.
        """
        loss, score = evaluate(self.workload, self.network, held_out)
        self.curve["steps"].append(step)
        entries = {"train_loss": train_loss, "loss": loss, "score": score}
        for name, value in entries.items():
            self.curve[name].append(rounded(value))
        if not math.isfinite(loss) or not math.isfinite(train_loss or 0.0):
            self.end("diverged", f"the loss is no number after {step} steps")
        return rounded(score)

    def end(self, how: str, detail: str) -> None:
        """Ends the training; one that ends unreached and worse than it began has diverged."""
        worse = how in ("cap", "hopeless") and self._worse_than_untrained()
        self.ended = "diverged" if worse else how
        self.detail = (
            f"{detail}; its training loss is above the untrained one's" if worse else detail
        )

    def _worse_than_untrained(self) -> bool:
        last, first = self.curve["train_loss"][-1], self.curve["loss"][0]
        return last is None or (first is not None and last > 1.05 * first)


def race(job: LearnJob) -> list[dict[str, Any]]:
    """Trains every learning rate of the job from its seed; a run's row for each, in their order.

    All stand at the same step, from one look at held-out data to the next: as soon as one has
    reached the target, the others have `patience` times its steps and no more.
    """
    workload = WORKLOADS[job.workload]
    data = load_dataset(workload.dataset)
    trainees = [make_trainee(job, workload, data, rate) for rate in job.learning_rates]
    for trainee in trainees:
        trainee.look(data.held_out, step=0, train_loss=None)
    goal, limit, step = workload.goal, job.limit_steps, 0
    while running := [trainee for trainee in trainees if not trainee.ended]:
        last = job.cap_steps if limit is None else min(limit, job.cap_steps)
        coming = min(next_look(step), last)
        for trainee in running:
            train_loss = trainee.train(coming - step)
            score = trainee.look(data.held_out, step=coming, train_loss=train_loss)
            if trainee.ended:
                continue
            if is_reached(goal.metric, score, job.target):
                trainee.end("target", "")
                limit = limit or math.ceil(job.patience * coming)
            elif coming >= job.cap_steps:
                trainee.end("cap", f"not reached in {coming} steps, the cap")
            elif coming >= last:
                detail = f"another learning rate was {job.patience:g} times sooner with this seed"
                trainee.end("hopeless", detail)
        step = coming
    return [row_of(job, trainee) for trainee in trainees]


def is_reached(metric: str, score: float | None, target: float) -> bool:
    """Whether a held-out score is at least as good as the target (None never is)."""
    if score is None:
        return False
    return score <= target if metric == "bits_per_character" else score >= target


def make_trainee(job: LearnJob, workload: Workload, data: Dataset, rate: float) -> Trainee:
    """A network with the weights of the job's seed; the seed alone makes the minibatches too."""
    torch.manual_seed(job.seed)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(),
        name=job.optimizer,
        implementation=job.optimizer_implementation,
        learning_rate=rate,
    )
    batches = minibatches(data.train, batch_size=job.batch_size, seed=job.seed)
    return Trainee(workload, rate, network, optimizer, batches)


def minibatches(
    split: Split, *, batch_size: int, seed: int
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Minibatches for ever: every epoch a new permutation, its last minibatch a smaller one."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(split.targets), generator=generator)
        for start in range(0, len(order), batch_size):
            places = order[start : start + batch_size]
            yield [tensor[places] for tensor in split.inputs], split.targets[places]


def evaluate(workload: Workload, network: nn.Module, split: Split) -> tuple[float, float]:
    """Mean loss and score over the whole split; the network stays in training mode.

    None of the networks has dropout or normalisation over the batch.
    """
    losses, scores = 0.0, []
    with torch.no_grad():
        for start in range(0, len(split.targets), EVALUATION_BATCH):
            rows = slice(start, start + EVALUATION_BATCH)
            targets = split.targets[rows]
            output = network(*[tensor[rows] for tensor in split.inputs])
            losses += workload.loss(output, targets).item() * len(targets)
            scores.append(workload.score(output, targets).float())
    return losses / len(split.targets), torch.cat(scores).mean().item()


def rounded(value: float | None) -> float | None:
    """The number in as many digits as are recorded; None for none and for what is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def row_of(job: LearnJob, trainee: Trainee) -> dict[str, Any]:
    """A run as it is recorded."""
    return {
        "workload": job.workload,
        "batch_size": job.batch_size,
        "optimizer": job.optimizer,
        "learning_rate": trainee.rate,
        "seed": job.seed,
        "ended": trainee.ended,
        "detail": trainee.detail,
        **trainee.curve,
    }
