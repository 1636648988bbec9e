"""How a worker process ended that did not answer everything, and what it said last."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.meant import plain

VMSTAT = Path("/proc/vmstat")
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


def death_of(process: "subprocess.Popen[str]", stderr: IO[bytes], kills: int | None) -> Death:
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
