"""Which name is meant by one that nobody knows. Come here to change when a line asks so."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST, ALIKE = 60, 0.65


def meant(typed: str, known: Iterable[str]) -> str:
    """Returns `; is it mlp?`; nothing where no known name is like what was typed."""
    names = {name.lower(): name for name in known}
    found = get_close_matches(typed[:LONGEST].lower(), names, n=1, cutoff=ALIKE)
    return f"; is it {names[found[0]]}?" if found else ""
