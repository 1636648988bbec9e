"""Lines on the console, and the last ones of a run: what became of it and what to type next."""

from typing import Any

from rich.console import Console

from bench.measure.journal import journal_path
from bench.record.state import RunState


def say(console: Console, text: str) -> None:
    """Prints a line as it is, however wide the terminal."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def say_next(
    run: RunState[Any, Any], console: Console, *, figure: str, done: str, command: str
) -> None:
    """Says where everything is and what to type next.

    `figure` is what the journal has each of, `done` what was done, `command` what reads the file.
    """
    if run.stopped:
        say(console, f"stopped: {run.stopped}")
    if run.write_error:
        say(console, f"{run.write_error}; every {figure} is in {journal_path(run.path)}")
    if run.stopped or run.write_error:
        say(console, "mend that, then finish with the same command and --resume")
    elif not run.complete:
        say(console, f"interrupted: what was {done} is in {run.path} and {journal_path(run.path)}")
        say(console, "finish with the same command and --resume")
    else:
        say(console, f"written: {run.path}")
        if not run.checked:
            kept = f"{journal_path(run.path)} stays: no scripts/read is here to check the result"
            say(console, f"{kept}; remove it when the result reads elsewhere")
        say(console, f"next: {command}")
