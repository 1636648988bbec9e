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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from bench.allocators import variables
from bench.answer import Answer, Done, Measured, Started, Unmeasured
from bench.grid import OWN_THREADS
from bench.job import Job, to_line
from bench.meant import plain
from bench.measure.environment import THREADS, inherited

ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, "-m", "bench.measure.worker")
START_SECONDS = 300.0
GRACE_SECONDS = 30.0
# An operation that a device lacks must be an error, never silently run on the CPU instead.
NO_FALLBACK = {"TORCHVULKAN_STRICT": "1", "PYTORCH_ENABLE_MPS_FALLBACK": "0"}
VMSTAT = Path("/proc/vmstat")

SLICE_SECONDS = 1.0
"""What is waited for an answer at a time."""
STOPPED_SECONDS = 2.0
"""A wait that took so much longer than asked was none: this process was stopped meanwhile."""

MOST_READ = 100_000
"""Bytes at the end of what a worker said: somebody's own network may print without end."""

CUT = "cut"
"""The death of a worker whose run had no more time for it: it says nothing of the device."""
STOPPED = "stopped"
"""The death of a worker that did not answer while we were stopped: it says nothing either."""


@dataclass(frozen=True)
class Death:
    """How a worker ended without answering everything.

    `hung` past its deadline, `died`, `oom`: the system killed it for want of memory, CUT, STOPPED.
    """

    kind: str
    detail: str


def oom_kills(vmstat: Path = VMSTAT) -> int | None:
    """Processes killed so far because memory ran out; None where the system does not tell."""
    try:
        lines = vmstat.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


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


def run_worker(
    job: Job,
    command: Sequence[str] = WORKER,
    *,
    start_seconds: float = START_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[Started | Measured | Unmeasured | Death]:
    """Yields the worker's answers as they come; a Death last, when it ended before its `Done`.

    `command` starts another worker than bench's own. Whoever stops listening - by an exception, by
    Ctrl-C - has ended the worker.
    """
    with tempfile.TemporaryFile() as stderr:
        kills = oom_kills()
        end = time.monotonic() + (job.process_seconds or math.inf)
        environment = worker_environment(job.device, job.threads_each, job.malloc)
        process = spawn(command, environment, stderr)
        # Warm-up, training and evaluation of one batch size each keep to the cell's limit.
        patience = 3 * job.cell_timeout_seconds + grace_seconds
        limit = start_seconds
        try:
            answers = _listen(process, job)
            while True:
                line = _wait(answers, limit, end)
                if isinstance(line, Death):
                    yield line
                    return
                if line is None:
                    yield _death(process, stderr, kills)
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
            end_worker(process)


def _listen(process: "subprocess.Popen[str]", job: Job) -> "queue.SimpleQueue[str | None]":
    """Tells the worker its job and returns its lines as they come; None after the last one."""
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None  # noqa: S101 - PIPE was asked for
    assert stdout is not None  # noqa: S101
    with suppress(BrokenPipeError):  # it died at once: reading its answers finds that out
        stdin.write(to_line(job))
        stdin.flush()

    def listen() -> None:
        with suppress(ValueError):  # closed under us: nobody listens any more
            for line in stdout:
                if not line.endswith("\n"):
                    break  # torn: the worker died while writing
                answers.put(line)
        answers.put(None)

    threading.Thread(target=listen, daemon=True).start()
    return answers


def _wait(answers: "queue.SimpleQueue[str | None]", limit: float, end: float) -> str | Death | None:
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


def _death(process: "subprocess.Popen[str]", stderr: IO[bytes], kills: int | None) -> Death:
    """How a worker died that ended by itself; `kills` is what `oom_kills` said at its start."""
    words = last_words(process, stderr)
    now = oom_kills()
    if process.returncode == -signal.SIGKILL and None not in (kills, now) and now != kills:
        return Death("oom", f"{words}: the system was out of memory")
    return Death("died", words)


def last_words(process: "subprocess.Popen[str]", stderr: IO[bytes]) -> str:
    """Exit status and last line on stderr of a dead worker, in one line."""
    how = how_ended(process)
    stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - MOST_READ))
    lines = stderr.read().decode(errors="replace").strip().splitlines()
    return f"the process ended with {how}" + (f": {plain(lines[-1])[:200]}" if lines else "")


def how_ended(process: "subprocess.Popen[str]") -> str:
    """Waits for a process; returns the signal or the status that it ended with."""
    status = process.wait()
    if status >= 0:
        return f"exit {status}"
    names = {int(one): f" ({one.name})" for one in signal.Signals}  # not all have one
    return f"signal {-status}{names.get(-status, '')}"
