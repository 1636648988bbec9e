"""A slow-down put in on purpose: a calibrated spin inside the timed step, to see it found."""

import time
from collections.abc import Callable
from typing import Any

import torch


class SlowedOptimizer(torch.optim.Optimizer):
    """Another optimiser's steps, each `spin_seconds` longer on the host, inside the clock."""

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        spin_seconds: float,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        # torch's own __init__ is left out: the parameters are the wrapped optimiser's.
        self.optimizer = optimizer
        self.spin_seconds = spin_seconds
        self.now = now

    def zero_grad(self, set_to_none: bool = True) -> None:
        """As the optimiser does it."""
        self.optimizer.zero_grad(set_to_none)

    def step(self, closure: Any = None) -> Any:
        """The optimiser's step, then the spin: busy, as slow work is, not asleep."""
        result = self.optimizer.step(closure)
        end = self.now() + self.spin_seconds
        while self.now() < end:
            pass
        return result
