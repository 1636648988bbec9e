"""Changes to a result file, small and rough: of its values at any place, and of its bytes."""

import copy
import json
import math
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

LONG = "CROSSOVER_FUZZ_EXAMPLES"
"""The environment variable that asks for so many files a test."""
FILES = 10
"""Files of an example: what hypothesis draws, and others from a seed, which cost less."""

Place = tuple[str | int, ...]
Changes = list[tuple[Place, str, Place, Any]]

NUMBERS = (0, -1, 1, 2, 1.5, 1e308, 5e-324, -0.0, 10**30, 2**63, float("nan"), float("inf"))
TEXTS = ("", "cpu", "../../x", "\x1b[2J", "\ud800", "mlp\n", "\u202e", "x" * 10_001, "1", "\xa0")
NASTY: tuple[Any, ...] = (None, True, False, *NUMBERS, *TEXTS, [], {}, [1.0], [[]], {"a": None})
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def examples_of(usual: int) -> int:
    """How many files a test tries: as many as were asked for, or the usual number."""
    return int(os.environ.get(LONG, usual))


def fuzzed(examples: int) -> settings:
    """hypothesis's settings for so many files; the same ones every time unless it is a long run."""
    return settings(
        max_examples=max(1, examples // FILES),
        deadline=None,
        derandomize=LONG not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def places(value: Any, *, where: Place = ()) -> Iterator[Place]:
    """Every place in a document, the document itself first."""
    yield where
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for key, member in members:
        yield from places(member, where=(*where, key))


def at(document: Any, where: Place) -> Any:
    """The value at a place."""
    for part in where:
        document = document[part]
    return document


def put(document: Any, where: Place, value: Any) -> None:
    """Replaces the value at a place, in the document itself."""
    at(document, where[:-1])[where[-1]] = value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def nudged(value: Any, chance: random.Random) -> Any:
    """A number by a little, a lot or its sign; a text by its ends; a list by its order."""
    if is_number(value):
        factors = [1 + 1e-12, 1 + 1e-6, 1.01, 2, 0.5, 10, 1e-3, 1e6, -1]
        choices = [value * factor for factor in factors]
        choices += [value + 1, value - 1, math.nextafter(float(value), math.inf)]
        choices += [float(value), round(value), value]
        return chance.choice(choices)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        choices = [value + "\n", "../../" + value, value.upper(), value + " ", value[:-1]]
        choices += [value + "\x1b[2J", value * 50, value + "\u0301" * 9, "block 1: " + value]
        return chance.choice(choices)
    if isinstance(value, list):
        shuffled = chance.sample(value, len(value))
        return chance.choice([value[::-1], shuffled, value[:-1], value[1:], value * 2, [value]])
    if isinstance(value, dict) and value:
        names = list(value)
        name = chance.choice(names)
        renamed = chance.choice([name.upper(), name + " ", name + "_", name[:-1]])
        return {renamed if own == name else own: value[own] for own in names}
    return [value]


def retyped(value: Any, chance: random.Random) -> Any:
    """The same to a human eye, of another type to a machine."""
    if is_number(value):
        return chance.choice([str(value), float(value), [value], bool(value), {"value": value}])
    if isinstance(value, str):
        return chance.choice([[value], {"value": value}, None, value.encode().hex(), len(value)])
    if isinstance(value, list):
        return chance.choice([dict(enumerate(map(str, value))), str(value), len(value), None])
    return chance.choice([str(value), [value], None, 0])


def changed(content: bytes, changes: Changes) -> Any:
    """The document of some JSON with every change made whose place is still there."""
    document = json.loads(content)
    for where, how, other, value in changes:
        try:
            _change(document, where, how, other, value)
        except (KeyError, IndexError, TypeError, AttributeError, OverflowError, ValueError):
            continue
    return document


def _change(document: Any, where: Place, how: str, other: Place, value: Any) -> None:
    own = at(document, where)
    target = at(document, where[:-1])
    if how == "replace":
        put(document, where, copy.deepcopy(value))
    elif how == "remove":
        del target[where[-1]]
    elif how == "repeat" and isinstance(target, list):
        target.insert(int(where[-1]), copy.deepcopy(own))
    elif how == "repeat":
        target[f"{where[-1]}_"] = own
    elif how == "copy":
        put(document, where, copy.deepcopy(at(document, other)))
    elif how == "swap" and not _inside(where, other):
        first, second = copy.deepcopy(own), copy.deepcopy(at(document, other))
        put(document, where, second)
        put(document, other, first)
    elif how in ("nudge", "retype"):
        chance = random.Random(repr((where, other, value)))  # noqa: S311 - the same every time
        put(document, where, {"nudge": nudged, "retype": retyped}[how](own, chance))


def _inside(one: Place, other: Place) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


HOW = ("nudge",) * 6 + ("replace",) * 3 + ("retype", "remove", "repeat", "copy", "swap")


def changes_of(document: Any) -> st.SearchStrategy[Changes]:
    """One to three changes to a document: where, how, another place, a value."""
    everywhere = st.sampled_from(list(places(document))[1:])
    seeds = st.integers(0, 2**20)
    values = st.sampled_from([*NASTY]) | seeds | seeds | ANY_JSON
    change = st.tuples(everywhere, st.sampled_from(HOW), everywhere, values)
    return st.lists(change, min_size=1, max_size=3)


def more_changes(everywhere: list[Place], seed: int, count: int) -> Iterator[Changes]:
    """As `changes_of`, so many from one seed, at a tenth of the price."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    for _ in range(count):
        values = [chance.choice(NASTY), chance.random()]
        yield [
            (chance.choice(everywhere), chance.choice(HOW), chance.choice(everywhere),
             chance.choice(values))
            for _ in range(chance.randint(1, 3))
        ]  # fmt: skip


ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7")
Cut = tuple[int, int, int, bytes]

BYTES: dict[str, Callable[[bytes, Cut], bytes]] = {
    "replace": lambda text, cut: text[: cut[0]] + cut[3] + text[cut[0] + len(cut[3]) :],
    "insert": lambda text, cut: text[: cut[0]] + cut[3] + text[cut[0] :],
    "delete": lambda text, cut: text[: cut[0]] + text[cut[0] + cut[1] :],
    "truncate": lambda text, cut: text[: cut[0]],
    "behead": lambda text, cut: text[cut[0] :],
    "repeat": lambda text, cut: text[: cut[0] + cut[1]] + text[cut[0] :],
    "move": lambda text, cut: _moved(text, *cut[:3]),
    "flip": lambda text, cut: _flipped(text, cut[0], cut[2] % 8),
    "zero": lambda text, cut: text[: cut[0]] + bytes(cut[1]) + text[cut[0] + cut[1] :],
    "digit": lambda text, cut: _digit(text, cut[0], cut[2] % 10),
    "encode": lambda text, cut: text.decode().encode(ENCODINGS[cut[2] % len(ENCODINGS)]),
    "append": lambda text, cut: text + cut[3],
}


def _moved(text: bytes, start: int, length: int, to: int) -> bytes:
    rest = text[:start] + text[start + length :]
    to %= len(rest) + 1
    return rest[:to] + text[start : start + length] + rest[to:]


def _flipped(text: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(text)
    changed[place] ^= 1 << bit
    return bytes(changed)


def _digit(text: bytes, start: int, digit: int) -> bytes:
    """The next digit from a place on becomes another one: still JSON, nearly always."""
    place = next((i for i in range(start, len(text)) if text[i : i + 1].isdigit()), None)
    if place is None:
        return text
    return text[:place] + str(digit).encode() + text[place + 1 :]


FRAGMENTS = (
    b"NaN", b"-Infinity", b"1e400", b"-", b"0", b"00", b"e", b"}", b"]", b"{", b"[", b",", b":",
    b'"', b"\\", b"\\u0000", b"\\ud800", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0", b"true",
    b"null", b'"complete": true, ', b'"measured": 4, ', b" ", b"\n", b"/*x*/", b"9" * 5000,
)  # fmt: skip


def cuts_of(content: bytes) -> st.SearchStrategy[tuple[str, Cut]]:
    """One change to bytes: how, and start, length, another number and a fragment."""
    cut = st.tuples(
        st.integers(0, len(content) - 1),
        st.integers(0, 4) | st.integers(0, len(content)),
        st.integers(0, 2**20),
        st.sampled_from(FRAGMENTS) | st.binary(max_size=4),
    )
    return st.tuples(st.sampled_from([*BYTES, "digit", "digit"]), cut)


def more_cuts(length: int, seed: int, count: int) -> Iterator[tuple[str, Cut]]:
    """As `cuts_of`, so many from one seed, for a text of this length."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    for _ in range(count):
        fragment = chance.choice([chance.choice(FRAGMENTS), chance.randbytes(chance.randint(0, 4))])
        some = chance.choice([chance.randint(0, 4), chance.randint(0, length)])
        cut = (chance.randrange(length), some, chance.randrange(2**20), fragment)
        yield chance.choice([*BYTES, "digit", "digit"]), cut


def written(document: Any) -> bytes:
    """The document as Python writes JSON: NaN and infinities as words that JSON does not have."""
    return json.dumps(document).encode()
