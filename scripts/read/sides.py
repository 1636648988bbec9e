"""What the name of a side tells: `cuda:1`, `cpu+threads=1`, `cuda*2+tf32+compile`.

A side is a torch device with its settings. The name of one is `device[*n][+setting[=value]]...`;
a side without settings is the plain one of its device.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

SIDES = "sides"
"""The family of the contests between the sides that a run was asked for; remedies and rungs have
the name of their device for one."""
_PRECISIONS = {"ieee", "tf32", "bf16"}
_WORDS: dict[str, tuple[str, Any]] = {
    **{name: ("precision", name) for name in sorted(_PRECISIONS)},
    "compile": ("compile", "default"),
    "graphs": ("compile", "reduce-overhead"),
    "channels-last": ("memory_format", "channels-last"),
    "keep-denormals": ("flush_denormals", False),
    **{name: ("optimizer_implementation", name) for name in ("for-loop", "foreach", "fused")},
}
"""The words without a value, and the setting that each tells."""


class Tolerance(NamedTuple):
    """By which share losses of the same work may differ: of the first minibatch, and held out."""

    first_loss: float
    loss: float


ALIKE = Tolerance(1e-3, 0.10)
"""Of sides that compute in one number format."""
ROUNDED = Tolerance(2e-2, 0.25)
"""Where only one of two sides computes in bf16, or in TF32."""


def device_of(side: str) -> str:
    """Return torch's device: `cuda:1`."""
    return side.partition("+")[0].partition("*")[0]


def settings_of(side: str) -> frozenset[str]:
    """Return the settings in which a side is not the plain one: `threads=1`, `bf16`."""
    return frozenset(side.split("+")[1:])


@lru_cache(1000)
def told_settings(side: str) -> dict[str, Any]:
    """Return the settings that the name of a side tells: `threads` 1, `precision` bf16."""
    head, *words = side.split("+")
    told: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        name, value = _WORDS.get(word, (name, value))
        told[name] = int(value) if name == "threads" else value
    return told | {"devices": int(head.partition("*")[2] or 1)}


def is_cpu(side: str) -> bool:
    """Return whether a side computes on the CPU: `cpu`, `cpu+threads=1`."""
    return device_of(side) == "cpu"


@lru_cache(1000)
def tolerance(one: str, other: str) -> Tolerance:
    """Return by how much the losses of two sides may differ."""
    formats = [settings_of(side) & _PRECISIONS for side in (one, other)]
    return ALIKE if formats[0] == formats[1] else ROUNDED


def default_base(sides: Sequence[str]) -> str:
    """Return what sides are compared with: the CPU where it is one of them, else the first."""
    return "cpu" if "cpu" in sides else next(iter(sides), "")


def contest(side: str, sides: Sequence[str], base: str) -> tuple[str, str]:
    """Return what a side is compared with (empty: it is the base), and the contest's family.

    The run's own `sides` meet its base. Any other is a remedy or a rung and meets the side that is
    like it but for the fewest settings: the plain one of its device.
    """
    if side in sides:
        return ("" if side == base else base), SIDES
    device, own = device_of(side), settings_of(side)
    alike = [name for name in sides if device_of(name) == device] or [base]
    alike.sort(key=device.__ne__)  # of `cpu` and `cpu*2` the device by itself
    unlike = {name: settings_of(name) for name in alike}
    return min(alike, key=lambda name: (len(unlike[name] ^ own), len(unlike[name]))), device
