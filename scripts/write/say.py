"""The console, and sentences of doors that draw nothing: no chart library is imported for them."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

NARROWEST, USUAL = 20, 80
"""Columns: with fewer, or with none as COLUMNS=0 has it, nothing could be read."""


class _Console(Console):
    """Leaves it to the door to end where nobody reads any more: rich would, with status 1."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - rich calls this where it has caught the error


def new_console() -> Console:
    """Return a console that takes every text as it is, and has the width for it."""
    console = _Console(highlight=False, markup=False, emoji=False)
    if console.width < NARROWEST:
        console.width = NARROWEST if console.width else USUAL
    return console


def say(lines: Iterable[str]) -> None:
    """Print sentences, wrapped between words on a terminal; elsewhere a line each."""
    console, told = new_console(), [*lines]  # what is wrong with one is raised before the first
    if told and console.is_terminal:
        console.print(Text("\n".join(told)))
    elif told:
        print("\n".join(told))
