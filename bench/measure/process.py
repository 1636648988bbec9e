"""Starting a worker process, reading its answers against a deadline, and ending it for certain."""

import json
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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.grid import OWN_THREADS
from bench.job import Job
from bench.measure.environment import inherited

VMSTAT = Path("/proc/vmstat")


def oom_kills(vmstat: Path = VMSTAT) -> int | None:
    """Processes killed so far because memory ran out; None where the system does not tell."""
    try:
        lines = vmstat.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, "-m", "bench.measure.worker")
START_SECONDS = 300.0
GRACE_SECONDS = 30.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
# An operation that a device lacks must be an error, never silently run on the CPU instead.
NO_FALLBACK = {"TORCHVULKAN_STRICT": "1", "PYTORCH_ENABLE_MPS_FALLBACK": "0"}


CUT = "cut"
"""The death of a worker whose run had no more time for it: it says nothing of the device."""


@dataclass(frozen=True)
class Death:
    """How a worker ended without answering everything.

    `hung` past its deadline, `died`, `oom`: the system killed it for want of memory, or CUT.
    """

    kind: str
    detail: str


def worker_environment(device: str, threads: int) -> dict[str, str]:
    """Returns a worker's environment: no backend loads by itself, none falls back to the CPU.

    A CPU worker sees no CUDA device. The thread count is left to torch unless it is asked for. What
    would falsify a comparison is not inherited (`bench.measure.environment`).
    """
    environment = inherited() | {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"} | NO_FALLBACK
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    if threads != OWN_THREADS:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    return environment


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


def start_worker(
    job: Job, stderr: IO[bytes], command: Sequence[str] = WORKER
) -> "subprocess.Popen[str]":
    """Starts a fresh process and gives it its job."""
    process = spawn(command, worker_environment(job.device, job.threads), stderr)
    try:
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        process.stdin.write(job.to_line())
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it died at once: reading its answers finds that out
    return process


def end_worker(process: "subprocess.Popen[str]") -> None:
    """Kills the worker and whatever it started, and waits for it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue
    process.wait()


def run_worker(
    job: Job,
    command: Sequence[str] = WORKER,
    *,
    start_seconds: float = START_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[dict[str, Any] | Death]:
    """The worker's answers as they come; a Death last, when it ended before its `done`.

    `command` starts another worker than bench's own. Whoever stops listening - by an exception, by
    Ctrl-C - has ended the worker.
    """
    with tempfile.TemporaryFile() as stderr:
        kills = oom_kills()
        end = time.monotonic() + (job.process_seconds or math.inf)
        process = start_worker(job, stderr, command)
        answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process, answers), daemon=True).start()
        # Warm-up, training and evaluation of one batch size each keep to the cell's limit.
        patience = 3 * job.cell_timeout_seconds + grace_seconds
        limit = start_seconds
        try:
            while True:
                left = end - time.monotonic()
                try:
                    line = answers.get(timeout=max(0.0, min(limit, left)))
                except queue.Empty:
                    if left <= limit:
                        yield Death(CUT, "ended with the time that it was given")
                        return
                    yield Death("hung", f"no answer for {limit:.0f} s; the process was ended")
                    return
                if line is None:
                    yield _death(process, stderr, kills)
                    return
                answer = read_answer(line)
                if answer is None:
                    yield Death("died", f"the process answered what is no answer: {line[:100]!r}")
                    return
                if answer["kind"] == "done":
                    return
                yield answer
                limit = patience
        finally:
            end_worker(process)


def _listen(process: "subprocess.Popen[str]", answers: "queue.SimpleQueue[str | None]") -> None:
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    try:
        for line in process.stdout:
            if not line.endswith("\n"):
                break  # torn: the worker died while writing
            answers.put(line)
    except ValueError:
        pass  # closed under us: nobody listens any more
    answers.put(None)


def read_answer(line: str) -> dict[str, Any] | None:
    """A worker's line as an answer; None when it is none (a library wrote over our lines)."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and "kind" in answer else None


def _death(process: "subprocess.Popen[str]", stderr: IO[bytes], kills: int | None) -> Death:
    """How a worker died that ended by itself; `kills` is what `oom_kills` said at its start."""
    words = last_words(process, stderr)
    now = oom_kills()
    if process.returncode == -signal.SIGKILL and None not in (kills, now) and now != kills:
        return Death("oom", f"{words}: the system was out of memory")
    return Death("died", words)


def last_words(process: "subprocess.Popen[str]", stderr: IO[bytes]) -> str:
    """Exit status and last line on stderr of a dead worker, in one line."""
    status = process.wait()
    how = f"signal {-status} ({signal.Signals(-status).name})" if status < 0 else f"exit {status}"
    stderr.seek(0)
    lines = stderr.read().decode(errors="replace").strip().splitlines()
    return f"the process ended with {how}" + (f": {lines[-1][:200]}" if lines else "")
