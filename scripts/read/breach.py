"""Makes a document the record that it should be, or names what is wrong in it by its place."""

import json
import re
from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

import msgspec

from scripts.read.text import HALVES, LONGEST_TEXT, safe_text

R = TypeVar("R", bound=msgspec.Struct)
Place = list[str | int]

_WORDS = {
    "Expected": "expected",
    "Object missing": "lacks the",
    "Object contains": "has the",
    "Number out of range": "expected a smaller number",
}
_PATTERN = re.compile("`str` matching regex .*", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


class Breach(Exception):  # noqa: N818 - it is what a file has
    """What is wrong in a file, at which place, and the way out where it is not the usual one."""

    def __init__(self, where: Place, message: str, advice: str = "") -> None:
        self.where = where
        self.message = message
        self.advice = advice
        super().__init__(where, message, advice)

    def told(self, usual: str = "") -> str:
        """The message with the way out, to which a long message leaves its room."""
        advice, message = safe_text(self.advice or usual), safe_text(self.message)
        room = max(LONGEST_TEXT - len(advice) - 2, LONGEST_TEXT // 2)
        if len(message) > room:
            message = f"{message[: room - 1]}…"
        return "; ".join(filter(None, [message, advice]))


def once(where: Place, keys: Iterable[Hashable], message: str = "stands in the file twice") -> None:
    """Raises Breach at the first entry of a list whose key an earlier one has."""
    seen = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise Breach([*where, index], message)
        seen.add(key)


def bounded(where: Place, count: int, most: int, noun: str) -> None:
    """Raises Breach where there are more of something than can be read."""
    if count > most:
        raise Breach(where, f"have {count} {noun}, and {most} can be read")


def record_of(document: Any, record: type[R]) -> R:
    """Return the document as such a record; raises Breach for the first value that is none.

    Half a character in a text has become a private letter, which `safe_text` shows as that half.
    """
    try:
        return _converted(document, record)
    except msgspec.ValidationError as error:
        raise _breach(document, record, str(error)) from None


def _converted(document: Any, record: type[R]) -> R:
    try:
        return msgspec.convert(document, record)
    except UnicodeEncodeError:
        return msgspec.convert(_encodable(document), record)


def _refusal(document: Any, record: type[msgspec.Struct]) -> str | None:
    """What msgspec says of the document; None: it is such a record."""
    try:
        _converted(document, record)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _breach(document: Any, record: type[msgspec.Struct], words: str) -> Breach:
    message, _, place = words.rpartition(" - at `")
    if not message:  # the document itself
        return Breach([], _told(document, words))
    is_key = place.startswith("key` in `")
    path = place.removeprefix("key` in `") + "[...]" * is_key
    where, member = _followed(path, document, record, words)
    if is_key:
        return Breach(where[:-1], f"has the key {short(where[-1])}: {_told({}, message)}")
    return Breach(where, _told(member, message))


def _encodable(document: Any) -> Any:
    """The document with other letters for halves of characters, of which msgspec knows nothing.

    As many, and as odd: what a rule says of a text stays so.
    """
    return json.loads(json.dumps(document, ensure_ascii=False).translate(HALVES))


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
        return f"is {short(value)}, which is none of the field's values"
    more = "+=*" if r"\+" in message else ""  # in the names of sides
    message = _PATTERN.sub(f"a name of letters, digits and `_.:-{more}`, no more", message)
    for theirs, own in _WORDS.items():
        message = message.replace(theirs, own, 1) if message.startswith(theirs) else message
    if not isinstance(value, (dict, list)):
        message = f"is {short(value)}: {message}"
    return safe_text(message, longest=300)


def short(value: object) -> str:
    """A value out of a file as a message quotes it."""
    return safe_text(repr(value), longest=60)
