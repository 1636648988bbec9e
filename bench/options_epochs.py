"""How many epochs are trained and timed; totals of more epochs are derived from them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bench.grid import MOST_EPOCHS

FLAG = "--measured-epochs"


def add_epochs_option(add: Callable[..., Any]) -> None:
    """Adds the option; `add(flag, help)` does it."""
    add(
        FLAG, "epochs to train and time, or all; totals of more are derived (default: the preset's)"
    )


def read_measured_epochs(text: Callable[[str], str | None], default: int, *, largest: int) -> int:
    """The epochs that a worker trains: never more than `largest`, the most that are asked about.

    Raises `pytest.UsageError` for what a worker cannot train.
    """
    value = text(FLAG)
    if value == "all":
        if largest > MOST_EPOCHS:
            raise pytest.UsageError(
                f"{FLAG} all: --epochs {largest} is more than the {MOST_EPOCHS} that a worker "
                "trains; name a number here, and the rest is derived"
            )
        return largest
    if value is None:
        return min(default, largest)
    if not re.fullmatch(r"\d{1,12}", value) or not 1 <= int(value) <= MOST_EPOCHS:
        raise pytest.UsageError(
            f"{FLAG} {value}: takes whole numbers from 1 to {MOST_EPOCHS}, or all"
        )
    return min(int(value), largest)
