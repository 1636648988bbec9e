"""The first sentences of a report: where a side is ahead, and from how many epochs on."""

import re
import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd

from scripts.judge.break_even import AFTER, FROM_FIRST, NEVER
from scripts.judge.crossover import ABOVE, ALWAYS, BELOW, INTERVAL, REVERSE, SEVERAL
from scripts.judge.crossover import NEVER as NOWHERE
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.read.text import counted
from scripts.words.crossovers import Row, number_words
from scripts.words.names import listed
from scripts.words.verdicts import break_even_words

_DEVICE = {
    INTERVAL: "is slower than {other} below batch {at} and faster above",
    NOWHERE: "is slower than {other} {everywhere}",
    ALWAYS: "is faster than {other} {everywhere}",
    ABOVE: "is slower than {other} up to batch {at} ({open} above)",
    BELOW: "is faster than {other} from batch {at} ({open} below)",
    REVERSE: "is faster than {other} below batch {at} and slower above",
    SEVERAL: "is now slower, now faster than {other} as the batch grows",
    CLOSE: "is as fast as {other} at every batch size",
    UNDECIDED: "is not decided to be slower or faster than {other}",
    SUSPECT: "cannot be judged (suspect)",
    NOT_MEASURED: "could not be compared with {other}",
}
_THREADS = {
    INTERVAL: "pay from batch {at}",
    NOWHERE: "are slower than {other} {everywhere}",
    ALWAYS: "pay {everywhere}",
    ABOVE: "do not pay up to batch {at} ({open} above)",
    BELOW: "pay from batch {at} ({open} below)",
    REVERSE: "pay below batch {at} only",
    SEVERAL: "now pay, now do not, as the batch grows",
    CLOSE: "make no difference at any batch size",
    UNDECIDED: "are not decided to pay",
    SUSPECT: "cannot be judged (suspect)",
    NOT_MEASURED: "could not be compared with {other}",
}
MARKS = {SLOWER: "-", CLOSE: "=", FASTER: "+", SUSPECT: "!", "unknown": "?"}
"""A letter per verdict, for strips; what is not told is unknown."""
_SHORT = {INTERVAL: "overtakes at batch {at}", REVERSE: "falls behind at batch {at}"}


def mark_of(verdict: str) -> str:
    """The letter of a verdict: `+`."""
    return MARKS.get(verdict, MARKS["unknown"])


def marks_key() -> str:
    """What the letters mean."""
    return ", ".join(f"{mark} {word}" for word, mark in MARKS.items())


def verdict_sentence(subject: str, other: str, curves: pd.DataFrame, *, most: int = 5) -> str:
    """The verdict on a side over all networks: `Once warm, the GPU is slower than ...`.

    `curves` are its warm rows of `crossovers`; of more than `most` alike the range is told.
    """
    phrases, it = (_THREADS, "they") if _is_threads(subject) else (_DEVICE, "it")
    groups: dict[str, dict[str, list[str]]] = {}
    order = curves.sort_values("kind", key=lambda kinds: kinds.map(_place), kind="stable")
    for curve in order.to_dict("records"):
        words = _filled(phrases[_kind(curve)], curve, other)
        places = groups.setdefault(words, {})
        places.setdefault(_at(curve) if "{at}" in words else "", []).append(curve["workload"])
    parts: list[str] = []
    for words, places in groups.items():
        where = _where(places, most)
        named = any(f"than {other}" in part for part in parts)
        text = words.replace(f" than {other}", "") if named else words
        parts.append(text.replace("{at}", where) if "{at}" in text else f"{text} {where}")
    text = f"; {it} ".join(parts)
    return f"Once warm, {subject} {text}."


def _kind(curve: Row) -> str:
    """The kind of crossover; SUSPECT where nothing is decided because all that was measured is."""
    verdicts = {cell.partition(" ")[2] for cell in str(curve["cells"]).split("; ")}
    suspect = curve["kind"] == UNDECIDED and verdicts - {NOT_MEASURED} == {SUSPECT}
    return SUSPECT if suspect else str(curve["kind"])


def _place(kind: str) -> int:
    """Where a kind is told: what crosses first, what is open last."""
    return 2 if kind in (UNDECIDED, NOT_MEASURED) else int(kind != INTERVAL)


def _where(places: Mapping[str, Sequence[str]], most: int) -> str:
    """`48 on mlp and 96 on cnn`; of many networks `48 to 96 on 9 networks`."""
    count = sum(map(len, places.values()))
    ends = sorted(places, key=lambda at: [int(number) for number in re.findall(r"\d+", at)])
    if count <= most:
        *parts, last = (f"{at} on {listed(places[at])}" for at in ends)
        comma = "," * any(" and " in part for part in parts)
        return f"{', '.join(parts)}{comma} and {last}" if parts else last.strip()
    return f"{' to '.join(dict.fromkeys((ends[0], ends[-1])))} on {count} networks".strip()


def network_words(
    subject: str, other: str, curve: Row, even: pd.DataFrame, *, reason: str = ""
) -> str:
    """The answer for one network in a line: `overtakes at batch 48 [32 to 71]; one epoch ...`.

    `even` are its rows of `break_even`, `reason` is why it, or what is open, was not measured.
    """
    kind = _kind(curve)
    phrases = _THREADS if _is_threads(subject) else _DEVICE | _SHORT
    at = "" if kind in (ABOVE, BELOW) else number_words(curve)
    words = _filled(phrases[kind], curve, other).replace("{at}", at or _at(curve))
    for word in (SLOWER, FASTER):
        words = words.replace(f"is {word} than {other}", word)
    why = f": {textwrap.shorten(reason, 80, placeholder=' ...')}" if reason else ""
    if kind == NOT_MEASURED:
        return f"{words}{why}"
    if _open(curve) == NOT_MEASURED:
        words = words.removesuffix(")") + f"{why})"
    return "; ".join(filter(None, (words.removeprefix("is "), _epochs_of_one(even))))


def epochs_sentence(even: pd.DataFrame, *, of: str = "") -> str:
    """What the cold start changes, over all networks of a side; empty where nothing is decided.

    `of` names the side, where there are others.
    """
    start = f"Cold start{of and f' of {of}'} included"
    told = even[even["kind"].isin((AFTER, FROM_FIRST, NEVER))]
    first, later = (told[told["kind"] == kind] for kind in (FROM_FIRST, AFTER))
    if told.empty:
        return ""
    if len(first):
        places = [
            f"{name} from batch {own['batch_size'].min()} on"
            for name, own in first.groupby("workload", sort=False)
        ]
        return f"{start}, one epoch already pays on {listed(places)}."
    if later.empty:
        return f"{start}, it never pays."
    best = later.sort_values("epochs").iloc[0].to_dict()
    never = "one epoch never pays; " if len(told) == len(even) and best["epochs"] > 1 else ""
    return (
        f"{start}, {never}it first pays after {break_even_words(best)} epochs "
        f"({best['workload']}, batch {best['batch_size']})."
    )


def _epochs_of_one(even: pd.DataFrame) -> str:
    """From how many epochs on one network pays, its cold start included."""
    first, later = (even[even["kind"] == name] for name in (FROM_FIRST, AFTER))
    if len(first):
        sizes = listed(sorted(first["batch_size"]))
        return f"one epoch already pays at batch {sizes}"
    if later.empty:
        return "however many epochs" if len(even) and (even["kind"] == NEVER).all() else ""
    best = later.sort_values("epochs").iloc[0].to_dict()
    known = even["kind"].isin((AFTER, NEVER)).all() and best["epochs"] > 1
    start, does = ("one epoch never pays, ", "does") if known else ("", "pays")
    epochs = counted(best["epochs"], "epoch")
    return f"{start}from {epochs} on it {does} (batch {best['batch_size']})"


def _filled(phrase: str, curve: Row, other: str) -> str:
    """The phrase with all but where it crosses."""
    decided, cells = (
        str(curve[name]).count(mark) for name, mark in (("rests_on", ","), ("cells", ";"))
    )
    everywhere = "at every batch size" if decided == cells else "wherever that is decided"
    return phrase.format(other=other, everywhere=everywhere, at="{at}", open=_open(curve))


def _open(curve: Row) -> str:
    """What all cells are beyond the last one that is decided: `undecided` where these differ."""
    cells = [cell.partition(" ") for cell in str(curve["cells"]).split("; ")]
    last = {ABOVE: "lower", BELOW: "upper"}.get(str(curve["kind"]))
    if last is None:
        return UNDECIDED
    sizes = [size for size, _, _ in cells]
    place = sizes.index(str(curve[last]))
    beyond = cells[place + 1 :] if last == "lower" else cells[:place]
    words = {word for _, _, word in beyond}
    return words.pop() if len(words) == 1 else UNDECIDED


def _at(curve: Row) -> str:
    """`48`, or between which batch sizes: `32 to 128`; of what is open the end that is known."""
    ends = {ABOVE: "lower", BELOW: "upper"}
    if curve["kind"] in ends:
        return str(curve[ends[curve["kind"]]])
    at = curve["crosses_at"]
    return f"{curve['lower']} to {curve['upper']}" if pd.isna(at) else f"{at:.0f}"


def overtakes_words(curve: Row) -> str:
    """From which batch size on a side is faster, in a bracket: `53`, `any`, `none`, `?`."""
    kind = _kind(curve)
    at = _at(curve) if kind in (INTERVAL, BELOW) else "?"
    return {ALWAYS: "any", NOWHERE: "none"}.get(kind, at)


def _is_threads(subject: str) -> bool:
    return subject.endswith(" threads")


def fastest_words(rounds: pd.DataFrame) -> str:
    """At which batch size the networks train fastest: `mlp and cnn train fastest at batch 8`."""
    sound = rounds[rounds["block"].notna() & (rounds["doubt"] == "")]
    cells = sound.groupby(["workload", "batch_size"], sort=False)["samples_a_second"].median()
    if cells.empty:
        return "no cell has a time" + " that is not suspect" * bool(rounds["block"].notna().any())
    networks = cells.groupby("workload", sort=False)
    best, several = networks.idxmax(), networks.size() > 1
    alike: dict[tuple[bool, int], list[str]] = {}
    for name, size in best:
        alike.setdefault((several[name], size), []).append(name)
    return listed(
        f"{listed(names)} {'train' + 's' * (len(names) == 1) + ' fastest' if many else 'only'} "
        f"at batch {size}"
        for (many, size), names in alike.items()
    )
