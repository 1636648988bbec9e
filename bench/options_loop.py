"""The command line's choice of a training loop: one by name, or step by step of the ladder."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.loop import EVALUATIONS, GATHERS, LOADERS, LOOPS, PLACEMENTS, SEQUENCES, Loop

_STEPS = {
    "--loader": (LOADERS, "minibatches by slicing a permutation, or from a DataLoader"),
    "--placement": (PLACEMENTS, "data on the device, or copied there a minibatch at a time"),
    "--gather": (GATHERS, "last real time step of a series by one gather, or by a Python list"),
    "--sequences": (SEQUENCES, "recurrent layers run on padded or on packed series"),
    "--evaluate": (EVALUATIONS, "predict everything again after an epoch, inside the clock"),
}


def add_loop_options(add: Callable[..., None]) -> None:
    """Adds `--loop` and its steps with `add(flag, text, choices=...)`."""
    about = "training loop: lean, or as it is taught (default: lean)"
    add("--loop", about, choices=tuple(LOOPS))
    for flag, (choices, text) in _STEPS.items():
        add(flag, f"{text} (default: the loop's)", choices=choices)


def read_loop(text: Callable[[str], str | None]) -> Loop:
    """The loop asked for; `text(flag)` is what was typed after a flag."""
    steps: dict[str, Any] = {flag.lstrip("-"): text(flag) for flag in _STEPS}
    given = {name: value for name, value in steps.items() if value is not None}
    return replace(LOOPS[text("--loop") or "lean"], **given)
