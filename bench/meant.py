"""Words of strangers in a line of ours: which name they meant, and what of theirs can be shown."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST, ALIKE = 60, 0.65
COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""What terminals take as commands."""


def meant(typed: str, known: Iterable[str]) -> str:
    """Returns `; is it mlp?`; nothing where no known name is like what was typed."""
    names = {name.lower(): name for name in known}
    found = get_close_matches(typed[:LONGEST].lower(), names, n=1, cutoff=ALIKE)
    return f"; is it {names[found[0]]}?" if found else ""


def plain(text: str) -> str:
    """Returns a text without colours; what cannot be shown is `?`: it could clear the screen."""
    text = COLOURS.sub("", text)
    return "".join(letter if letter.isprintable() else "?" for letter in text)
