"""What a container and an affinity leave of the machine: cores, memory, and how often we are held.

Control groups of both versions; of nested ones the tightest counts.
"""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.measure.ask import ask

PROC = Path("/proc/self")
UNLIMITED = 2**60
"""Version 1 tells a limit of nearly 2**63 bytes where there is none."""


@dataclass(frozen=True)
class Limits:
    """The cores that this process may run on, by number, and what its control group grants.

    `quota` is CPU time in cores, where that is less than these. None: no limit that is told.
    """

    own_cores: tuple[int, ...]
    quota: float | None
    memory_bytes: int | None

    @property
    def cores(self) -> float:
        """How many cores' time there is for this process."""
        return min(float(len(self.own_cores)), self.quota or math.inf)

    @property
    def threads(self) -> int | None:
        """Threads for which there is time, where that is fewer than torch would start."""
        own = len(self.own_cores)
        usual = min(own, ask(psutil.cpu_count, logical=False) or own)
        few = math.ceil(self.quota) if self.quota else None
        return few if few is not None and few < usual else None


def read_limits(proc: Path = PROC) -> Limits:
    """Reads what holds for this process. Never raises."""
    affinity = ask(lambda: tuple(sorted(os.sched_getaffinity(0))))  # not on macOS and Windows
    own_cores = affinity or tuple(range(ask(psutil.cpu_count) or 1))
    memory = [limit for group in groups("memory", proc) if (limit := ask(_memory, group))]
    quotas = [cores for group in groups("cpu", proc) if (cores := ask(_quota, group))]
    quota = min(quotas, default=math.inf)
    return Limits(
        own_cores=own_cores,
        quota=quota if quota < len(own_cores) else None,
        memory_bytes=min(memory, default=None),
    )


def held(proc: Path = PROC) -> tuple[int, int] | None:
    """Returns in how many periods the quota was enforced, and in how many of them it held us."""
    limited = (group for group in groups("cpu", proc) if ask(_quota, group))
    counts = [count for group in limited if (count := ask(_held, group))]
    return max(counts, key=lambda count: count[1], default=None)


def groups(controller: str, proc: Path = PROC) -> tuple[Path, ...]:
    """Returns the folders of this process's control groups, its own first; none outside Linux."""
    return ask(_groups, controller, proc) or ()


def _groups(controller: str, proc: Path) -> tuple[Path, ...]:
    own: dict[str, str] = {}
    for line in (proc / "cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own |= dict.fromkeys(names.split(","), path)
    name = controller if controller in own else ""  # version 2 has one tree for all, without a name
    for line in (proc / "mountinfo").read_text().splitlines():
        place, _, kind = line.partition(" - ")
        root, mount = place.split()[3:5]
        system, _, options = kind.split(maxsplit=2)
        if system == ("cgroup" if name else "cgroup2") and (not name or name in options.split(",")):
            return tuple(_upwards(Path(mount), own[name], root.rstrip("/")))
    return ()


def _upwards(mount: Path, path: str, root: str) -> Iterable[Path]:
    """The group at a path and those above it, as far as they are mounted here."""
    inside = path.removeprefix(root).strip("/") if path.startswith(root) else ""
    folder = mount / inside
    for one in (folder, *folder.parents):
        if one.is_relative_to(mount) and one.is_dir():
            yield one


def _quota(group: Path) -> float | None:
    """A group's CPU time in cores; None without a limit."""
    if (group / "cpu.max").exists():
        words = (group / "cpu.max").read_text().split()
    else:
        words = [(group / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")]
    quota, period = (-1 if word == "max" else int(word) for word in words)
    return quota / period if quota > 0 else None


def _memory(group: Path) -> int | None:
    version_2 = group / "memory.max"
    file = version_2 if version_2.exists() else group / "memory.limit_in_bytes"
    limit = int(file.read_text())  # `max` is no number: no limit
    return limit if limit < UNLIMITED else None


def _held(group: Path) -> tuple[int, int]:
    told = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(told["nr_periods"]), int(told["nr_throttled"])
