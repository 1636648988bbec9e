"""The processes of a worker that train together: the first one starts the others, hears them, and
speaks for all. They end together.

The others are workers that answer the first one. What one of them cannot do is the answer for all;
when one dies, so does the first, and with it those whose input it holds.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TextIO

from bench.answer import Answer, Done, Measured, Unmeasured
from bench.job import RUN_FOLDER, Job, to_line
from bench.measure.death import how_ended
from bench.measure.process import WORKER, read_answer

SETTLE_SECONDS = 1.0
"""The first process may only see what another one's end did to it: it waits for that one's word."""


@dataclass
class Voice:
    """A worker's answers, in lines; each batch size is answered for once, by whichever thread.

    `others` are the processes that it speaks for.
    """

    lines: TextIO
    others: "list[subprocess.Popen[str]]" = field(default_factory=list)
    answered: set[int | None] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def say(self, one: Answer) -> None:
        """Writes an answer."""
        with self.lock:
            if isinstance(one, Measured | Unmeasured):
                self.answered.add(one.batch_size)
            self.lines.write(to_line(one))
            self.lines.flush()

    def end(self, last: Unmeasured | None = None) -> None:
        """Says a last answer, where there is none yet, and that it was the last; ends the process.

        At once: a device's driver may hang while it is torn down, and everything is answered. The
        others end first, so that their seconds of CPU count as this run's.
        """
        with self.lock:
            if last is not None and last.batch_size not in self.answered:
                self.say(last)
            for process in self.others:
                with suppress(OSError, subprocess.TimeoutExpired):
                    process.stdin.close()  # type: ignore[union-attr]  # PIPE was asked for
                    process.wait(SETTLE_SECONDS)
            self.say(Done())
            os._exit(0)


def start_ranks(job: Job, voice: Voice, command: Sequence[str] = WORKER) -> Job:
    """Starts the other processes; returns the first one's job, which says where they meet."""
    handle, meeting = tempfile.mkstemp(prefix="meeting-", dir=os.environ.get(RUN_FOLDER))
    os.close(handle)
    job = replace(job, meeting=meeting)
    for rank in range(1, job.devices):
        device = job.device if job.device == "cpu" else f"{job.device}:{rank}"
        own = replace(job, rank=rank, device=device)
        threading.Thread(target=_hear, args=(own, voice, command), daemon=True).start()
    return job


def settle(job: Job) -> None:
    """Waits, in the first of several processes, for what the others may have to say of an error."""
    if job.devices > 1 and job.rank == 0:
        time.sleep(SETTLE_SECONDS)


def _hear(job: Job, voice: Voice, command: Sequence[str]) -> None:
    """Runs another process: its first failure is all processes' last answer.

    That a batch size takes too long all of them say alike.
    """
    with subprocess.Popen(
        [*command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        voice.others.append(process)
        assert process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(to_line(job))
        process.stdin.flush()
        for line in process.stdout:
            answer: Answer | None = read_answer(line, Answer)
            if isinstance(answer, Unmeasured) and answer.reason != "timeout":
                voice.end(answer)
    words = f"process {job.rank + 1} of {job.devices} ended: {how_ended(process)}"
    with voice.lock:  # while it ends the others nobody else says so
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()
        os._exit(1)
