"""A clock that replays what processes measured: a process is one pytest-benchmark round.

pytest-benchmark's timer is pluggable: it reads this clock before and after the "timed" call, and
the call moves the clock by one process's seconds.
"""

from collections.abc import Iterator
from typing import Any


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

    def replay(self, benchmark: Any, seconds: list[float]) -> None:
        """Gives the benchmark fixture one round for every entry of `seconds`."""
        remaining: Iterator[float] = iter(seconds)

        def reset() -> None:
            self.reading = 0.0

        def advance() -> None:
            self.reading = next(remaining)

        benchmark.pedantic(advance, setup=reset, rounds=len(seconds), iterations=1)
