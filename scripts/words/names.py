"""Names in sentences: sides, machines, batch sizes, and lists of them."""

from collections.abc import Iterable, Mapping
from typing import Any

_GPUS = {"cuda", "mps", "xpu"}


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


def side_label(side: str, device_label: str) -> str:
    """`cuda+bf16 (NVIDIA H200)`: a side, with what its device's label says of the hardware."""
    device = side.partition("+")[0].partition("*")[0]
    return side + device_label.removeprefix(device)


def threads_of(side: str) -> int | None:
    """The threads of a CPU without other settings, 0 where they are not named; else None."""
    name, _, settings = side.partition("+")
    count = settings.removeprefix("threads=")
    if name != "cpu" or not (settings == "" or (count != settings and count.isdigit())):
        return None
    return int(count or 0)


def spoken(side: str, device_label: str) -> str:
    """A side in a sentence: `the GPU (NVIDIA H200)`, `the CPU`; one with settings has its name."""
    if side == "cpu":
        return "the CPU"
    if side in _GPUS and not is_software(device_label):
        return f"the GPU{device_label.removeprefix(side)}"
    return side_label(side, device_label)


def threads_words(threads: int) -> str:
    """`one thread`, `2 threads`; of an unknown number `all threads`."""
    return {0: "all threads", 1: "one thread"}.get(threads, f"{threads} threads")


def is_software(label: str) -> bool:
    """Whether a side's label names a software rasteriser, which shows no more than that it runs."""
    return label.endswith("a software rasteriser)")


def against(row: Mapping[Any, Any]) -> str:
    """`cuda+bf16 (NVIDIA H200) against cpu`: two sides, in a table and for switches."""
    return f"{side_label(row['side'], row['device_label'])} against {row['base']}"


def place_text(row: Mapping[Any, Any]) -> str:
    """`on cuda+bf16 (NVIDIA H200) of devbox`."""
    return f"on {side_label(row['side'], row['device_label'])} of {row['machine']}"
