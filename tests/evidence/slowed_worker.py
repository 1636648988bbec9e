"""`python -m tests.evidence.slowed_worker 10`: bench's worker, each timed step 10 % longer.

The share is of the process's own step time, spun away on the host inside the clock; warm-up and
cold start are as they are.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.grid import steps_per_epoch
from bench.measure import worker

CALIBRATION_EPOCHS = 3


def spin(seconds: float, now: Callable[[], float] = time.perf_counter) -> None:
    """Is busy for so long, as slow work is, not asleep."""
    end = now() + seconds
    while now() < end:
        pass


class SlowedOptimizer:
    """Another optimiser's steps, each longer by a spin."""

    def __init__(self, optimizer: Any, spin_seconds: float) -> None:
        self.optimizer = optimizer
        self.spin_seconds = spin_seconds

    def zero_grad(self, set_to_none: bool = True) -> None:
        """As the optimiser does it."""
        self.optimizer.zero_grad(set_to_none)

    def step(self) -> None:
        """The optimiser's step, then the spin."""
        self.optimizer.step()
        spin(self.spin_seconds)


def slow_timed_epochs(share: float) -> None:
    """Makes each step of the epochs that this process times longer by a share of its own time."""
    # These import torch, which the worker has to time first.
    from bench.train import epochs
    from bench.train.trainer import Trainer, epoch_work, fresh_training

    train = epochs._train

    def spin_seconds(trainer: Trainer, batch_size: int) -> float:
        network, optimizer = fresh_training(trainer)
        alone = [
            trainer.clock.time(
                epoch_work(trainer, network, optimizer, batch_size=batch_size, number=number)
            ).wall_seconds
            for number in range(CALIBRATION_EPOCHS)
        ]
        return share * median(alone) / steps_per_epoch(trainer.job.samples, batch_size)

    def slowed_train(trainer: Trainer, batch_size: int, *, expected: float) -> dict[str, Any]:
        seconds = spin_seconds(trainer, batch_size)

        def slowed_training(trainer: Trainer) -> tuple[Any, Any]:
            network, optimizer = fresh_training(trainer)
            return network, SlowedOptimizer(optimizer, seconds)

        setattr(epochs, "fresh_training", slowed_training)  # noqa: B010 - not exported there
        try:
            return train(trainer, batch_size, expected=expected)
        finally:
            setattr(epochs, "fresh_training", fresh_training)  # noqa: B010

    epochs._train = slowed_train


def main() -> None:
    """Measures one job as bench's worker does, its timed steps slowed."""
    share = int(sys.argv[1]) / 100
    measure_all = worker._measure_all

    def measure_slowed(*asked: Any) -> None:
        slow_timed_epochs(share)
        measure_all(*asked)

    worker._measure_all = measure_slowed  # type: ignore[assignment]
    worker.main()


if __name__ == "__main__":
    main()
