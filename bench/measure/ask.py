"""Asking the machine about itself: systems deny files, and libraries raise whatever they like."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def ask(question: Callable[P, T | None], *about: P.args, **named: P.kwargs) -> T | None:
    """Returns the answer; None where there is none: no fact about a machine may end a run."""
    try:
        return question(*about, **named)
    except Exception:  # noqa: BLE001 - as said
        return None
