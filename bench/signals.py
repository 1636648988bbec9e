"""Ctrl-C, SIGTERM and a closed terminal: each ends a run with what it has."""

import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def ended_by_signals() -> Generator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt.

    SIGINT is ignored in a shell's background jobs, where somebody who sends it still means it; a
    closed terminal that is ignored (nohup) stays so.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = ["SIGINT", "SIGTERM"]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        names.append("SIGHUP")
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
