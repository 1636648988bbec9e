"""What a machine may be called under which its file is shared."""

import re

from scripts.read.document import ResultError
from scripts.read.text import safe_text

_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LONGEST = 40
_ANYBODYS = {
    *("my-machine", "mine", "try", "test", "machine", "laptop", "desktop", "server", "localhost"),
    *("example", "results", "result", "file"),
}


def require_name(name: str, words: dict[str, str] | None = None) -> None:
    """Raise ResultError for a name that says nothing, or that says whose the machine is.

    `words` are the names of this host and its user.
    """
    own = {word.lower() for word in words or {}}
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        why = f"is not up to {_LONGEST} small letters, digits, dots and hyphens"
    elif name in _ANYBODYS:
        why = "is what anybody's may be called"
    elif name in own:
        why = "is this host's or its user's own name"
    else:
        return
    advice = "name the hardware, as epyc-h200 or macbook-m3"
    raise ResultError("", "--name", f"{safe_text(name)} {why}; {advice}")
