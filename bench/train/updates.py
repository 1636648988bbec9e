"""What an optimiser's update takes by itself: seconds with one optimiser tell those with another.

An update's work depends on the parameters, not on the minibatch, so a step with another optimiser
takes the difference of both updates more, at every batch size.
"""

import torch

from bench.train.trainer import Trainer, fresh_training
from models.optimizers import OPTIMIZERS, make_optimizer

TIMED_SECONDS, MOST_UPDATES = 0.02, 50


def update_seconds(trainer: Trainer) -> dict[str, float] | None:
    """Returns seconds of one update by optimiser, on a throw-away network; None where not alike.

    An optimiser of somebody's own is none of these, and several processes update together. Where
    memory does not hold the states of all optimisers there are none either.
    """
    job = trainer.job
    if job.devices > 1 or job.optimizer not in OPTIMIZERS:
        return None
    try:
        network, _ = fresh_training(trainer)
        for parameter in network.parameters():
            parameter.grad = torch.full_like(parameter, 1e-3)
        return {name: _seconds(trainer, network, name) for name in OPTIMIZERS}
    except RuntimeError:
        return None


def _seconds(trainer: Trainer, network: torch.nn.Module, name: str) -> float:
    optimizer = make_optimizer(
        network.parameters(),
        name=name,
        implementation=trainer.job.optimizer_implementation,
        learning_rate=1e-6,
    )
    optimizer.step()  # makes its state
    once = trainer.clock.time(optimizer.step).wall_seconds
    count = max(1, min(MOST_UPDATES, int(TIMED_SECONDS / max(once, 1e-9))))

    def updates() -> None:
        for _ in range(count):
            optimizer.step()

    return trainer.clock.time(updates).wall_seconds / count
