"""A plain training loop, written for this evidence: nothing of bench/ or of scripts/ is in it.

`python -m tests.evidence.advice.plain TASK` trains one task, told in JSON, in a process of its own.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import torch

from models import WORKLOADS, load_dataset

OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda own, rate: torch.optim.SGD(own, lr=rate),
    "momentum": lambda own, rate: torch.optim.SGD(own, lr=rate, momentum=0.9),
    "adam": lambda own, rate: torch.optim.Adam(own, lr=rate),
    "adamw": lambda own, rate: torch.optim.AdamW(own, lr=rate),
}


@dataclass(frozen=True)
class Task:
    """A setting to train, from a seed, for whole epochs; `threads`: 0 is torch's own number.

    No epoch begins after `most_seconds`.
    """

    workload: str
    batch_size: int
    optimizer: str
    learning_rate: float
    epochs: int
    seed: int
    threads: int = 0
    most_seconds: float = 1e9


@dataclass(frozen=True)
class Trained:
    """Held-out scores after each epoch, and seconds of each, its look included."""

    scores: list[float]
    seconds: list[float]


def train(task: Task) -> Trained:
    """Trains as told, on the CPU, and looks at the held-out data after every epoch."""
    torch.set_flush_denormal(True)
    if task.threads:
        torch.set_num_threads(task.threads)
    workload = WORKLOADS[task.workload]
    data = load_dataset(workload.dataset)
    inputs, targets = data.train.inputs, data.train.targets
    torch.manual_seed(task.seed)
    network = workload.build()
    optimizer = OPTIMIZERS[task.optimizer](network.parameters(), task.learning_rate)
    trained = Trained([], [])
    for _ in range(task.epochs):
        if sum(trained.seconds) > task.most_seconds:
            break
        begun = time.perf_counter()
        order = torch.randperm(len(targets))
        xs, ys = [x[order] for x in inputs], targets[order]
        for start in range(0, len(ys), task.batch_size):
            part = slice(start, start + task.batch_size)
            loss = workload.loss(network(*[x[part] for x in xs]), ys[part])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
        with torch.no_grad():
            output = network(*data.held_out.inputs)
            score = workload.scores(output, data.held_out.targets).mean().item()
        trained.seconds.append(time.perf_counter() - begun)
        trained.scores.append(score)
    return trained


if __name__ == "__main__":
    print(json.dumps(asdict(train(Task(**json.loads(sys.argv[1]))))))
