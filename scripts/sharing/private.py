"""What of a result file is nobody's business: paths, names of host and user, ids of single cards.

One would come here to have something else taken out before a file is shared.
"""

import getpass
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from scripts.read.text import counted, safe_text

NODE = "machine_info.node"
MACHINE = "machine_info.crossover.machine"
COMMAND = "crossover.run.command"
_OUT = re.compile(r"(--benchmark-json[= ])('[^']*'|\S+)")
_PATH = re.compile(
    r"(?<![\w./\\>)\]-])(?:file:/+|~\w*[/\\]|[A-Za-z]:[\\/]|(?:\.\.[\\/])+|\\\\|/(?!/))"
    r"(?=\S)[^\s'\"`,;()\[\]{}<>|]+"
)
_CARD = re.compile(r"\b(?:GPU|MIG)-[0-9a-fA-F]{8}[0-9a-fA-F-]*")
_NOBODYS = {"root", "user", "admin", "ubuntu", "debian", "runner", "localhost", "colab"}
"""Names of hosts and users that tell nothing of anybody."""
ROW_DEPTH = 3
"""What lies deeper in a file is one line: as `pytest bench` writes it."""


def own_words() -> dict[str, str]:
    """Return the names of this host and this user, and what takes their place."""
    host = socket.gethostname()
    words = {host: "<host>", host.partition(".")[0]: "<host>"}
    with suppress(OSError, KeyError, ImportError):  # a user without a name; Windows has no pwd
        words[getpass.getuser()] = "<user>"
    return {
        word: mark
        for word, mark in words.items()
        if len(word) > 2 and word.lower() not in _NOBODYS and not word.isdigit()
    }


def scrubbed(text: str, words: dict[str, str]) -> str:
    """Return a text without paths, ids of cards, and these words."""
    text = _CARD.sub("<card>", _PATH.sub("<path>", text))
    for word, mark in words.items():
        text = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", mark, text, flags=re.IGNORECASE)
    return text


def cleaned(document: dict[str, Any], name: str, words: dict[str, str]) -> dict[str, Any]:
    """Return the document of a result file under a machine's name, what is private taken out.

    `words` as of `own_words`. Of the commit only what identifies it stays: a branch or a folder may
    be called like its owner.
    """

    def change(field: str, text: str) -> str:
        if field in (NODE, MACHINE):
            return name
        if field == COMMAND:
            text = _OUT.sub(rf"\g<1>results/{name}.json", text)
        return scrubbed(text, words)

    commit = document.get("commit_info")
    if isinstance(commit, dict):
        kept = {key: commit[key] for key in ("id", "time", "dirty") if key in commit}
        document = document | {"commit_info": kept}
    answer: dict[str, Any] = _mapped(document, change)
    return answer


def private_texts(document: dict[str, Any]) -> Iterator[str]:
    """Yield `field: text` for each text of a document that holds a path or the id of a card."""
    for field, texts in texts_of(document).items():
        for text in texts:
            if scrubbed(text, {}) != text:
                yield f"{field}: {safe_text(text)}"


def texts_of(document: object) -> dict[str, list[str]]:
    """Return every text of a document once, by its field (`flags[]`: those of a list)."""
    found: dict[str, dict[str, None]] = {}

    def note(field: str, text: str) -> str:
        found.setdefault(field, {})[text] = None
        return text

    _mapped(document, note)
    return {field: list(texts) for field, texts in found.items()}


def shown(document: object) -> Iterator[str]:
    """Yield a line per field with its texts; of those that differ in digits only the first."""
    for field, texts in texts_of(document).items():
        alike: dict[str, list[str]] = {}
        for text in texts:
            alike.setdefault(re.sub(r"\d+", "0", text), []).append(text)
        words = [
            safe_text(own[0], longest=2000)
            + (f" (and {counted(len(own) - 1, 'other')} that differ in digits)" if own[1:] else "")
            for own in alike.values()
        ]
        yield f"{field}: {', '.join(words) or '(empty)'}"


def json_text(value: Any, depth: int = ROW_DEPTH, indent: str = "") -> str:
    """Return the value as JSON, indented as far as `depth`, in one line below."""
    if depth == 0 or not isinstance(value, dict | list) or not value:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    begin, end = "{}" if isinstance(value, dict) else "[]"
    rows = (
        ("" if name is None else f"{json.dumps(name)}: ") + json_text(item, depth - 1, indent + " ")
        for name, item in pairs
    )
    return f"{begin}\n{indent} " + f",\n{indent} ".join(rows) + f"\n{indent}{end}"


def _mapped(value: Any, change: Callable[[str, str], str], field: str = "") -> Any:
    """The same value, its texts changed by `change(field, text)`; the keys of objects stay."""
    if isinstance(value, str):
        return change(field, value)
    if isinstance(value, list):
        return [_mapped(item, change, f"{field}[]") for item in value]
    if isinstance(value, dict):
        return {
            key: _mapped(item, change, f"{field}.{key}" if field else key)
            for key, item in value.items()
        }
    return value
