"""Lines on the console, and the last ones of a run: what became of it and what to type next."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bench.measure.journal import journal_path
from bench.record.state import RunState

_NARROWEST = 20


def say(console: Console, text: str, *, whole: bool = False) -> None:
    """Prints a line, on a terminal wrapped between words; as it is in a file, or to be typed."""
    soft = whole or not console.is_terminal
    console.print(text, markup=False, highlight=False, soft_wrap=soft)


@contextmanager
def refused_in_lines() -> Iterator[None]:
    """Raises a `pytest.UsageError` of inside so that pytest, on a terminal, breaks no word of it.

    Elsewhere it stays one line.
    """
    try:
        yield
    except pytest.UsageError as error:
        if not sys.stderr.isatty():
            raise
        room = max(shutil.get_terminal_size().columns - len("ERROR: "), _NARROWEST)
        whole = {"break_long_words": False, "break_on_hyphens": False}
        lines = textwrap.wrap(str(error), room, **whole)  # type: ignore[arg-type]
        raise pytest.UsageError("\n".join(lines)) from None


def print_help(console: Console, options: Mapping[str, str]) -> None:
    """Prints what each option means, below its name."""
    for flag, words in options.items():
        say(console, flag)
        console.print(Padding(Text(words), (0, 0, 0, 4)))


def say_next(
    run: RunState[Any, Any], console: Console, *, figure: str, done: str, command: str
) -> None:
    """Says where everything is and what to type next.

    `figure` is what the journal has each of, `done` what was done, `command` what reads the file.
    """
    journal = journal_path(run.path)
    there = [str(place) for place in (run.path, journal) if place.is_file()]
    goes_on = journal.is_file()
    finish = "finish" if goes_on else "start again"
    flag = " and --resume" if goes_on else " and --overwrite" * run.path.is_file()
    finish += f" with the same command{flag}"
    if run.stopped:
        say(console, f"stopped: {run.stopped}")
    if run.write_error:
        kept = f"; every {figure} is in {journal}" * goes_on
        say(console, f"{run.write_error}{kept}")
    if run.stopped or run.write_error:
        say(console, f"mend that, then {finish}")
    elif not run.complete:
        kept = f"is in {' and '.join(there)}" if there else f"is lost: {run.path} is gone"
        say(console, f"interrupted: what was {done} {kept}")
        say(console, finish)
    else:
        say(console, f"written: {run.path}", whole=True)
        if not run.checked:
            kept = f"{journal} stays: no scripts/read is here to check the result"
            say(console, f"{kept}; remove it when the result reads elsewhere")
        say(console, f"next: {command}", whole=True)
