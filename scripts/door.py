"""How every door ends: its status, a line for what cannot be read or written, and signals."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from scripts.read.document import ResultError
from scripts.read.text import filled
from scripts.write.say import NARROWEST

INTERRUPTED, UNREAD = 130, 141
"""Status of a door that Ctrl-C ended, and of one whose words nobody reads any more (`| head`)."""


def answered(action: Callable[[], object]) -> int:
    """Runs what a door does; 2 and one line on stderr for files that cannot be read or written.

    Ctrl-C, SIGTERM and a closed terminal end it alike, with what it has started.
    """
    sys.stdout = sys.stdout or _nowhere()  # `>&-` closes it
    sys.stderr = sys.stderr or _nowhere()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with _ended_by_signals():
            action()
            sys.stdout.flush()
    except ResultError as error:
        _refuse(str(error))
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None:
            words = f"cannot be used: {error.strerror or error}; name another place"
            _refuse(str(ResultError(error.filename, "", words)))
            return 2
        sys.stdout = _nowhere()  # it is flushed once more at the end
        if isinstance(error, BrokenPipeError):
            return UNREAD
        print(f"standard output: cannot be written: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _refuse(text: str) -> None:
    """Prints it, on a terminal with no word broken."""
    if sys.stderr.isatty():
        text = filled(text, max(shutil.get_terminal_size().columns, NARROWEST), whole=True)
    print(text, file=sys.stderr)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal raise KeyboardInterrupt, as Ctrl-C does.

    So does Ctrl-C itself, which until then has ended the process (`scripts/__init__.py`).
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [getattr(signal, name) for name in names]
    heard = [one for one in heard if signal.getsignal(one) is signal.SIG_DFL]  # not under nohup
    for one in heard:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one in heard:
            signal.signal(one, signal.SIG_DFL)
