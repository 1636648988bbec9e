"""Sentences of doors that draw nothing: no chart library is imported for them."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text


def say(lines: Iterable[str]) -> None:
    """Print sentences, wrapped between words on a terminal; elsewhere a line each."""
    console, told = Console(), [*lines]  # what is wrong with one is raised before the first
    if told and console.is_terminal:
        console.print(Text("\n".join(told)))
    elif told:
        print("\n".join(told))
