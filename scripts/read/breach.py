"""Whether a document is the record that it should be, and where it is not."""

import json
import re
from typing import Any

import msgspec

from scripts.read.text import safe_text

Place = list[str | int]

_WHOLE = {0xD800 + number: 0xF0000 + number for number in range(0x800)}
"""Private letters for lone surrogates, which JSON can hold (`"\\ud800"`) and UTF-8 cannot."""
_WORDS = {
    "Expected": "expected",
    "Object missing": "lacks the",
    "Object contains": "has the",
    "Number out of range": "expected a smaller number",
}
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


def breach(document: Any, record: type[msgspec.Struct]) -> tuple[Place, str] | None:
    """Where and why the document is not such a record, in words; None when it is one."""
    words = _refusal(document, record)
    if words is None:
        return None
    message, _, place = words.rpartition(" - at `")
    if not message:  # the document itself
        return [], _told(document, words)
    is_key = place.startswith("key` in `")
    path = place.removeprefix("key` in `") + "[...]" * is_key
    where, member = _followed(path, document, record, words)
    if is_key:
        return where[:-1], f"has the key {_short(where[-1])}: {_told({}, message)}"
    return where, _told(member, message)


def _refusal(document: Any, record: type[msgspec.Struct]) -> str | None:
    """What msgspec says of the document; None: it is such a record."""
    try:
        msgspec.convert(document, record)
    except msgspec.ValidationError as error:
        return str(error)
    except UnicodeEncodeError:
        return _refusal(_encodable(document), record)
    return None


def _encodable(document: Any) -> Any:
    """The document with other letters for halves of characters, of which msgspec knows nothing.

    As many, and as odd: what a rule says of a text stays so.
    """
    return json.loads(json.dumps(document, ensure_ascii=False).translate(_WHOLE))


def _followed(
    path: str, document: Any, record: type[msgspec.Struct], words: str
) -> tuple[Place, Any]:
    """The place that msgspec's path names, and what stands there.

    Of an object with free keys msgspec says `[...]`: the key is the one without which its words
    are others.
    """
    where: Place = []
    member = document
    for name, index in _STEP.findall(path):
        if index == "...":
            step: str | int = _key(document, where, member, record, words)
        else:
            step = name or int(index)
        where.append(step)
        member = member[step]
    return where, member


def _key(
    document: Any, where: Place, members: dict[str, Any], record: type[msgspec.Struct], words: str
) -> str:
    """The first key of the members at a place that msgspec's words are about."""
    names = list(members)
    while len(names) > 1:
        half = names[: len(names) // 2]
        less = _replaced(document, where, {name: members[name] for name in half})
        names = half if _refusal(less, record) == words else names[len(half) :]
    return names[0]


def _replaced(value: Any, where: Place, new: Any) -> Any:
    """The value with something new at a place; only what is on the way there is copied."""
    if not where:
        return new
    copy = value.copy()
    copy[where[0]] = _replaced(value[where[0]], where[1:], new)
    return copy


def _told(value: Any, message: str) -> str:
    """The message in this reader's words, with the value where that is short to tell."""
    if message.startswith("Invalid enum value"):
        return f"is {_short(value)}, which is none of the field's values"
    for theirs, own in _WORDS.items():
        message = message.replace(theirs, own, 1) if message.startswith(theirs) else message
    if not isinstance(value, (dict, list)):
        message = f"is {_short(value)}: {message}"
    return safe_text(message, longest=300)


def _short(value: object) -> str:
    return safe_text(repr(value), longest=60)
