"""A clock that replays what processes measured: a process is one pytest-benchmark round.

pytest-benchmark's timer is pluggable: it reads this clock before and after the "timed" call, and
the call moves the clock by one process's seconds.
"""

from collections.abc import Iterable
from typing import Any, NoReturn

import pytest


class ReplayClock:
    """The timer of the replayed rounds. Reads 0 before each round and the round's seconds after."""

    def __init__(self) -> None:
        self.reading = 0.0

    def __call__(self) -> float:
        """The reading, in seconds."""
        return self.reading

    def __repr__(self) -> str:
        """What stands for the timer in the file."""
        return "seconds measured by worker processes"

    def replay(self, benchmark: Any, seconds: Iterable[float], **about: Any) -> Any:
        """Gives the fixture a round for each entry of `seconds`, and returns its statistics."""
        rounds = list(seconds)
        remaining = iter(rounds)

        def set_to(reading: float) -> None:
            self.reading = reading

        benchmark.pedantic(
            lambda: set_to(next(remaining)),
            setup=lambda: set_to(0.0),
            rounds=len(rounds),
            iterations=1,
        )
        benchmark.extra_info |= about
        return benchmark.stats


def leave_out(reason: str, detail: str) -> NoReturn:
    """Shows a cell that has no figure: failed, or skipped with its reason."""
    if reason == "failed":
        pytest.fail(f"failed: {detail}", pytrace=False)
    pytest.skip(f"{reason}: {detail}")
