"""Learning workers side by side: every core trains, one journalled answer after the other.

The runs are not timed, so they may share the machine. Each worker is a process that trains job
after job; one that dies is replaced, its job given one more chance.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import IO, Any

from bench.learning.job import LearnJob
from bench.measure.environment import inherited
from bench.measure.process import ROOT, THREAD_VARIABLES, Death, end_worker, last_words, read_answer

MOST_ATTEMPTS = 2

Answer = dict[str, Any]


def environment() -> dict[str, str]:
    """A learning worker's environment: the CPU alone, one thread, no backend by itself."""
    own = {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "CUDA_VISIBLE_DEVICES": ""}
    return inherited() | own | dict.fromkeys(THREAD_VARIABLES, "1")


@dataclass
class Worker:
    """One worker process, started when it is first asked. `closing`: it is not started again."""

    process: "subprocess.Popen[str] | None" = None
    stderr: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    closing: bool = False

    def ask(self, job: LearnJob) -> Answer:
        """Trains a job; a worker that dies over it is started anew, and once more asked."""
        said = "the run was ended"
        for _ in range(MOST_ATTEMPTS):
            if self.closing:
                break
            answer = self._ask_once(job)
            if isinstance(answer, dict):
                return answer
            said = answer.detail
            self.end()
        return {"kind": "failed", "detail": said}

    def _ask_once(self, job: LearnJob) -> Answer | Death:
        process = self.process or self._start()
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(job.to_line())
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed under us, nobody listens now
            line = ""
        if not line.endswith("\n"):
            return Death("died", last_words(process, self.stderr))
        return read_answer(line) or Death("died", f"what it answered is no answer: {line[:100]!r}")

    def _start(self) -> "subprocess.Popen[str]":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.learning.worker"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
            start_new_session=True,
        )
        return self.process

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
        self,
        next_jobs: Callable[[], list[LearnJob]],
        take: Callable[[LearnJob, Answer], None],
    ) -> None:
        """Trains until `next_jobs` knows none. It names those that can be trained now, best first.

        It is asked again after every answer and may name jobs that are being trained. `take` is
        called in this thread. Whatever interrupts ends the workers.
        """
        running: dict[Future[Answer], LearnJob] = {}
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

    def _train(self, job: LearnJob) -> Answer:
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
