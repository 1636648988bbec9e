"""JSON out of untrusted bytes: one document without surprises, or a Breach with what to do.

Python's own parser decides, and words the refusal. msgspec, which is faster even with the check of
its answer, is asked first: that counts where it is certain to be the same.
"""

import json
from typing import Any, NoReturn

import msgspec

from scripts.read.breach import Breach
from scripts.read.foreign import COPY, LEAVE, no_json, require_ours

MOST_HELD_BYTES = 700 * 2**20
"""What a document may take in memory, about; that of 10 000 cells and 15 blocks takes half."""
COSTS = {b"{": 220, b"[": 90, b",": 44, b'"': 42}
"""Bytes that an object with a member, a list, a number and half a text take, each a new one."""


def parsed(content: bytes) -> object:
    """The JSON document that the bytes are, strictly by RFC 8259; raises Breach otherwise.

    Refused as well: a key twice in one object, and more of anything than any result has.
    """
    require_ours(content)
    _require_text(content)
    if sum(content.count(mark) * cost for mark, cost in COSTS.items()) > MOST_HELD_BYTES:
        message = (
            f"would take more than {MOST_HELD_BYTES // 2**20} MiB of memory, as no result does"
        )
        raise Breach([], message, LEAVE)
    document = _certain(content)
    return _strict(_decoded(content)) if document is None else document


def _strict(text: str) -> object:
    """What Python's parser says, a key that stands twice and what is no number refused."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        advice = f"{COPY}; if the run was cut short, --resume it"
        part = Breach([where], f"is not whole JSON ({error.msg})", advice)
        raise no_json(text) or part from None
    except ValueError:
        raise Breach([], "holds a number of thousands of digits") from None
    except RecursionError:
        raise Breach([], "is nested too deeply to be a result file", LEAVE) from None


def _certain(content: bytes) -> object | None:
    """What msgspec reads, where that is what the strict parser says as well; None: ask that one.

    Of a key that stands twice msgspec keeps the last one. Written again, the document then has
    fewer colons: each key has one, texts keep theirs, and nothing else has any.
    """
    if b"\\" in content and b"\\u003" in content:  # an escaped colon, or nearly
        return None
    try:
        document: object = msgspec.json.decode(content)
        again = msgspec.json.encode(document)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return document if again.count(b":") == content.count(b":") else None


def _require_text(content: bytes) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Breach([], "is not UTF-8 but UTF-16 or UTF-32 text", "save it as UTF-8")
    place = content.find(b"\0")
    if place >= 0:
        raise Breach([], f"is not UTF-8 text but has NUL bytes (the first: byte {place})", COPY)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Breach([], f"is not UTF-8 text (byte {error.start})", COPY) from None


def _no_constant(word: str) -> NoReturn:
    raise Breach([], f"{word} is no JSON number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _value in pairs:
            if name in seen:
                raise Breach([], f"the key {name[:60]!r} stands twice in one object")
            seen.add(name)
    return members
