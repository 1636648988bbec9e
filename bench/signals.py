"""Ctrl-C, SIGTERM and a closed terminal: each ends a run with what it has."""

import signal
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest


def until_the_end(config: pytest.Config, state: AbstractContextManager[None]) -> None:
    """Enters a state that lasts until pytest ends."""
    stack = ExitStack()
    stack.enter_context(state)
    config.add_cleanup(stack.close)


@contextmanager
def ended_by_signals() -> Generator[None]:
    """The first Ctrl-C, SIGTERM or closed terminal raises KeyboardInterrupt; later ones do nothing.

    One more while the first is dealt with would end the dealing: no result, a traceback. SIGINT is
    ignored in a shell's background jobs, where somebody who sends it still means it; a closed
    terminal that is ignored (nohup) stays so.
    """

    def interrupt(*_: object) -> None:
        for name in names:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        raise KeyboardInterrupt

    names = ["SIGINT", "SIGTERM"]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        names.append("SIGHUP")
    with _handled(names, interrupt):
        yield


@contextmanager
def unheard_signals() -> Generator[None]:
    """The same signals do nothing: the result is being written, which takes seconds at most."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    with _handled(names, signal.SIG_IGN):
        yield


@contextmanager
def _handled(names: list[str], handler: Any) -> Generator[None]:
    before = {name: signal.signal(getattr(signal, name), handler) for name in names}
    try:
        yield
    finally:
        for name, earlier in before.items():
            signal.signal(getattr(signal, name), earlier)
