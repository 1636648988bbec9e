"""How far a learning run is: an occasional line."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from bench.console.progress import LINE_EVERY_SECONDS, duration
from bench.console.say import say
from bench.learning.runs import LearnJob
from bench.learning.search import Search


@dataclass
class LearnProgress:
    """Counts trained runs against those planned so far; tuning may add some or save others."""

    searches: list[Search]
    console: Console
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.begun = self.last_line = self.now()
        self.at_start = self._trained()

    def __enter__(self) -> "LearnProgress":
        return self

    def __exit__(self, *exception: object) -> None:
        self._line("stopped" if exception[0] else "trained")

    def show(self, job: LearnJob) -> None:
        """Takes note of a finished job."""
        if self.now() - self.last_line >= LINE_EVERY_SECONDS:
            what = f"{job.workload}, batch size {job.batch_size}, {job.optimizer}"
            self._line(f"{what}, seed {job.seed}")

    def _trained(self) -> int:
        return sum(len(search.runs) for search in self.searches)

    def _line(self, what: str) -> None:
        self.last_line = self.now()
        done = sum(not search.next_jobs() for search in self.searches)
        planned = sum(search.planned() for search in self.searches)
        trained, gone = self._trained(), self.now() - self.begun
        since = trained - self.at_start
        left = gone / since * (planned - trained) if since else 0.0
        times = f"{duration(gone)} gone" + (f", about {duration(left)} left" if left else "")
        counts = f"{done}/{len(self.searches)} cells, {trained}/{planned} runs"
        say(self.console, f"[{counts}] {what}; {times}")
