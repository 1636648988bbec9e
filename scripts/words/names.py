"""Names in sentences: devices, threads, machines, batch sizes, and lists of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.read.text import counted


def listed(words: Iterable[object], *, most: int = 8) -> str:
    """`a`, `a and b`, `a, b and c`; many are cut short: `a, b and 5 more`."""
    names = [str(word) for word in words]
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sizes_words(sizes: Iterable[int], known: Iterable[int]) -> str:
    """`batch size 8, 32 and 128`, or `every batch size` where these are all of several."""
    own = sorted(set(sizes))
    if len(own) > 1 and own == sorted(set(known)):
        return "every batch size"
    return f"batch size {listed(own, most=len(own))}"


def cpu_words(threads: int) -> str:
    """`the CPU with 2 threads`; 0 is torch's own number, which goes without saying."""
    return f"the CPU with {counted(threads, 'thread')}" if threads else "the CPU"


def against_cpu(label: str, threads: int) -> str:
    """`cuda (NVIDIA H200), CPU with 2 threads`: a device pair, in a table."""
    return f"{label}, {cpu_words(threads).removeprefix('the ')}" if threads else label


def device_words(device: str, threads: int) -> str:
    """`cpu, 2 threads`, in a table."""
    return f"{device}, {counted(threads, 'thread')}" if threads else device


def place_text(row: Mapping[Any, Any]) -> str:
    """`on the CPU with 2 threads of devbox`."""
    device = cpu_words(row["threads"]) if row["device"] == "cpu" else row["device_label"]
    return f"on {device} of {row['machine']}"
