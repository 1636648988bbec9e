"""Learning workers side by side: the runs are not timed, so they may share the machine.

Each is a process that trains job after job; one that dies is replaced, its job given one more
chance.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import IO

import msgspec

from bench.learning.runs import LearnJob, Race, failed
from bench.measure.death import last_words
from bench.measure.process import end_worker, spawn, worker_environment

MOST_ATTEMPTS = 2
COMMAND = (sys.executable, "-m", "bench.learning.worker")


@dataclass
class Worker:
    """One worker process, started when it is first asked. `closing`: it is not started again."""

    command: tuple[str, ...] = COMMAND
    process: "subprocess.Popen[str] | None" = None
    stderr: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    closing: bool = False

    def ask(self, job: LearnJob) -> Race:
        """Trains a job; a worker that dies over it is started anew and asked once more."""
        said = "the run was ended"
        for _ in range(MOST_ATTEMPTS):
            if self.closing:
                break
            answer = self._ask_once(job)
            if isinstance(answer, Race):
                return answer
            said = answer
            self.end()
        return failed(job, said)

    def _ask_once(self, job: LearnJob) -> Race | str:
        """Returns the answer, or the last words of a worker that gave none."""
        if self.process is None:
            self.process = spawn(self.command, worker_environment("cpu", 1), self.stderr)
        process = self.process
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(msgspec.json.encode(job).decode() + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed under us, nobody listens now
            line = ""
        if not line.endswith("\n"):
            return last_words(process, self.stderr)
        try:
            return msgspec.json.decode(line, type=Race)
        except (msgspec.DecodeError, RecursionError):
            return f"what it answered is no answer: {line[:100]!r}"

    def end(self) -> None:
        """Ends the process for certain."""
        process, self.process = self.process, None
        if process is not None:
            end_worker(process)


@dataclass
class Pool:
    """A number of workers, each with a thread of this process that waits for its answers."""

    processes: int
    make_worker: Callable[[], Worker] = Worker

    def __post_init__(self) -> None:
        self.workers = [self.make_worker() for _ in range(self.processes)]
        self.free: SimpleQueue[Worker] = SimpleQueue()
        for worker in self.workers:
            self.free.put(worker)
        self.threads = ThreadPoolExecutor(self.processes)

    def run(
        self, next_jobs: Callable[[], list[LearnJob]], take: Callable[[LearnJob, Race], None]
    ) -> None:
        """Trains until `next_jobs` knows none. It names those that can be trained now, best first.

        It is asked again after every answer and may name jobs that are being trained. `take` is
        called in this thread. Whatever interrupts ends the workers.
        """
        running: dict[Future[Race], LearnJob] = {}
        try:
            while True:
                waiting = [job for job in next_jobs() if job not in running.values()]
                for job in waiting[: self.processes - len(running)]:
                    running[self.threads.submit(self._train, job)] = job
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    take(running.pop(future), future.result())
        finally:
            self._end()

    def _train(self, job: LearnJob) -> Race:
        worker = self.free.get()
        try:
            return worker.ask(job)
        finally:
            self.free.put(worker)

    def _end(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)
        for worker in self.workers:
            worker.closing = True
            worker.end()
        self.threads.shutdown(wait=True)  # their workers are dead: they have nothing to wait for
        for worker in self.workers:
            worker.stderr.close()
