"""Did the system kill a process for want of memory? Linux counts such kills."""

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def oom_kills(vmstat: Path = VMSTAT) -> int | None:
    """Processes killed so far because memory ran out; None where the system does not tell."""
    try:
        lines = vmstat.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
