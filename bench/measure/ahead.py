"""Workers that get ready side by side and train one after the other.

Most of a short process is importing torch. The processes of a block do that together, one per core,
and then wait for their turn: they sleep while another one trains, and no device is touched before.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.answer import Answer, Started
from bench.job import Job
from bench.measure.process import (
    START_SECONDS,
    WORKER,
    Said,
    Worker,
    end_of,
    environment_of,
    read_answer,
    run_worker,
    wait_for_line,
)

MOST_READY = 4
"""Processes that have torch in memory at once."""
GET_READY = "\n"
"""What a worker is told ahead of its job."""
Environment = dict[str, str]


@dataclass
class Ahead:
    """Starts workers on a machine with so many `cores`; those that are `planned` by environment."""

    cores: float
    command: Sequence[str] = WORKER
    planned: list[Environment] = field(default_factory=list)
    waiting: list[tuple[Environment, Worker]] = field(default_factory=list)

    @contextmanager
    def plan(self, jobs: Iterable[Job]) -> Iterator[None]:
        """Says what comes next, in order, so that some of it can get ready; ends what is left over.

        Processes that train together start together: they are not planned. What is planned while a
        longer plan is under way is part of that.
        """
        if self.planned or self.waiting:
            yield
            return
        self.planned = [environment_of(job) for job in jobs if job.devices == 1]
        try:
            yield
        finally:
            self.planned = []
            while self.waiting:
                self.waiting.pop()[1].end()

    def run(self, job: Job) -> Iterator[Said]:
        """Yields the answers of a worker, as `run_worker` does."""
        end = end_of(job)  # getting ready is part of its time
        yield from run_worker(job, self.command, self._ready(job, end), end)

    def _ready(self, job: Job, end: float) -> Worker | None:
        """A worker that waits for such a job; None where none was planned, or it did not start."""
        own = environment_of(job)
        if job.devices == 1 and own not in [environment for environment, _ in self.waiting]:
            self._get_ready(own, end)
        for one in self.waiting:
            if one[0] == own and job.devices == 1:
                self.waiting.remove(one)
                return one[1]
        return None

    def _get_ready(self, own: Environment, end: float) -> None:
        """Starts the next planned workers, from one on; those that fail are started in their turn,
        and tell why then.
        """
        first = self.planned.index(own) if own in self.planned else len(self.planned)
        last = first + min(MOST_READY, int(self.cores))
        some, self.planned = self.planned[first:last], self.planned[last:]
        if len(some) < 2:
            return
        for environment in some:
            self.waiting.append((environment, Worker.start(self.command, environment)))
        for one in self.waiting[-len(some) :]:
            one[1].tell(GET_READY)
        for one in self.waiting[-len(some) :]:
            line = wait_for_line(one[1].answers, START_SECONDS, end)
            if not isinstance(line, str) or read_answer(line, Answer) != Started():
                self.waiting.remove(one)
                one[1].end()
