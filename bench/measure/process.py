"""Starting a worker process, reading its answers against a deadline, and ending it for certain."""

import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec

from bench.allocators import variables
from bench.answer import Answer, Done, Measured, Started, Unmeasured
from bench.grid import OWN_THREADS
from bench.job import Job, to_line
from bench.measure.death import CUT, STOPPED, Death, death_of, oom_kills
from bench.measure.environment import THREADS, inherited

ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, "-m", "bench.measure.worker")
START_SECONDS = 300.0
GRACE_SECONDS = 30.0
# An operation that a device lacks must be an error, never silently run on the CPU instead.
NO_FALLBACK = {"TORCHVULKAN_STRICT": "1", "PYTORCH_ENABLE_MPS_FALLBACK": "0"}

SLICE_SECONDS = 1.0
"""What is waited for an answer at a time."""
STOPPED_SECONDS = 2.0
"""A wait that took so much longer than asked was none: this process was stopped meanwhile."""


def environment_of(job: Job) -> dict[str, str]:
    """Returns the environment of a job's worker."""
    return worker_environment(job.device, job.threads_each, job.malloc)


def worker_environment(device: str, threads: int, malloc: str = "") -> dict[str, str]:
    """Returns a worker's environment: no backend loads by itself, none falls back to the CPU.

    A CPU worker sees no CUDA device; threads and allocator stay as they are unless asked for.
    """
    environment = inherited() | {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"} | NO_FALLBACK
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    if threads != OWN_THREADS:
        environment |= dict.fromkeys(THREADS, str(threads))
    return environment | variables(malloc, environment)


def spawn(
    command: Sequence[str], environment: dict[str, str], stderr: IO[bytes]
) -> "subprocess.Popen[str]":
    """Starts an interpreter in a session of its own: Ctrl-C reaches us only, and we end it."""
    return subprocess.Popen(
        [*command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )


def end_worker(process: "subprocess.Popen[str]") -> None:
    """Kills the worker and whatever it started, and waits for it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            if stream is not None:
                stream.close()
    process.wait()


Said = Started | Measured | Unmeasured | Death


@dataclass
class Worker:
    """A worker process: what it says, line by line, and None after its last one."""

    process: "subprocess.Popen[str]"
    stderr: IO[bytes]
    answers: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)

    @classmethod
    def start(cls, command: Sequence[str], environment: dict[str, str]) -> "Worker":
        """Starts one. It ends with its parent, or by `end`."""
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - `end` closes it
        try:
            worker = cls(spawn(command, environment, stderr), stderr)
        except BaseException:
            stderr.close()
            raise
        threading.Thread(target=worker._listen, daemon=True).start()
        return worker

    def _listen(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - PIPE was asked for
        with suppress(ValueError):  # closed under us: nobody listens any more
            for line in self.process.stdout:
                if not line.endswith("\n"):
                    break  # torn: the worker died while writing
                self.answers.put(line)
        self.answers.put(None)

    def tell(self, line: str) -> None:
        """Gives it a line: its job, or an empty one ahead of that."""
        assert self.process.stdin is not None  # noqa: S101 - PIPE was asked for
        with suppress(BrokenPipeError):  # it died at once: reading its answers finds that out
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def end(self) -> None:
        """Kills it and whatever it started, and waits for it."""
        end_worker(self.process)
        self.stderr.close()


def run_worker(
    job: Job,
    command: Sequence[str] = WORKER,
    ready: Worker | None = None,
    end: float | None = None,
    *,
    start_seconds: float = START_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[Said]:
    """Yields the worker's answers as they come; a Death last, when it ended before its `Done`.

    `command` starts another worker than bench's own; `ready` is one that waits for its job, `end`
    the `end_of` it where that began to count before. Whoever stops listening - by an exception, by
    Ctrl-C - has ended the worker.
    """
    end = end_of(job) if end is None else end
    worker = ready or Worker.start(command, environment_of(job))
    try:
        kills = oom_kills()
        worker.tell(to_line(job))
        # Warm-up, training and evaluation of one batch size each keep to the cell's limit.
        patience = 3 * job.cell_timeout_seconds + grace_seconds
        limit = start_seconds
        while True:
            line = wait_for_line(worker.answers, limit, end)
            if isinstance(line, Death):
                yield line
                return
            if line is None:
                yield death_of(worker.process, worker.stderr, kills)
                return
            answer: Answer | None = read_answer(line, Answer)
            if answer is None:
                yield Death("died", f"the process answered what is no answer: {line[:100]!r}")
                return
            if isinstance(answer, Done):
                return
            yield answer
            limit = patience
    finally:
        worker.end()


def end_of(job: Job) -> float:
    """Returns the moment at which a worker that starts now is ended, whatever it has answered."""
    return time.monotonic() + (job.process_seconds or math.inf)


def wait_for_line(
    answers: "queue.SimpleQueue[str | None]", limit: float, end: float
) -> str | Death | None:
    """Returns the next line; a Death where none came in `limit` seconds of waiting, or by `end`.

    Ctrl-Z and a paused machine stop us, and time goes on: what is over then is not the worker's
    patience, and its answers lie in the pipe. Only time in which we waited counts.
    """
    waited, stopped = 0.0, False
    while waited < limit:
        begun = time.monotonic()
        if begun >= end:
            return Death(CUT, "ended with the time that it was given")
        asked = min(SLICE_SECONDS, limit - waited, end - begun)
        try:
            return answers.get(timeout=asked)
        except queue.Empty:
            took = time.monotonic() - begun
        if took > asked + STOPPED_SECONDS:
            stopped = True
        else:
            waited += max(took, asked)
    words = f"no answer for {limit:.0f} s; the process was ended"
    return (
        Death(STOPPED, f"{words}, after this one had been stopped")
        if stopped
        else Death("hung", words)
    )


def read_answer(line: str, kind: Any) -> Any | None:
    """Returns a worker's line as a message; None when it is none (a library wrote over ours)."""
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
