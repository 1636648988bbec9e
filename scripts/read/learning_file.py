"""Reads one learning file, which anybody may have written: a valid document or a ResultError."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from scripts.read.breach import Place, breach
from scripts.read.document import Document, ResultError, file_content
from scripts.read.json_text import NotJson, parsed
from scripts.read.records.learning import LearningFile

KEY = "crossover_learning"
LEARNING_VERSION = 1
MOST_POINTS = 4_000_000
_READERS = 4
"""Files looked into at once: reading waits for the disk, and each is held in memory."""
MOST_VALUES = {"batch_size": 64, "optimizer": 16, "learning_rate": 256}
"""Of one workload: every one is drawn."""

Breach = tuple[Place, str]

_REPAIR = "learn again or leave this file out"


def is_learning(path: Path) -> bool:
    """Whether the file is a learning file by its content.

    False as well for what cannot be read or is no JSON: the reader of timing files words that.
    """
    try:
        content = file_content(path)
        if f'"{KEY}"'.encode() not in content:
            return False
        document = parsed(content)
    except (ResultError, NotJson, RecursionError, MemoryError):
        return False
    return isinstance(document, dict) and KEY in document and "crossover" not in document


def by_kind(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """(timing files, learning files) of these paths; what is neither counts as a timing file."""
    kinds: tuple[list[Path], list[Path]] = ([], [])
    names = list(paths)
    with ThreadPoolExecutor(_READERS) as threads:
        for path, learning in zip(names, threads.map(is_learning, names), strict=True):
            kinds[learning].append(path)
    return kinds


def read(path: Path) -> Document:
    """The document of one learning file, valid by its records; raises ResultError otherwise."""
    try:
        document = parsed(file_content(path))
        _recognise(path, document)
        found = refusal(document)
    except NotJson as error:
        raise ResultError(path, error.where, error.message) from None
    except (RecursionError, MemoryError):
        raise ResultError(path, "", "is too large or nested too deeply; leave it out") from None
    if found is not None:
        where, message = found
        raise ResultError(path, field_name(document, where), f"{message}; {_REPAIR}")
    assert isinstance(document, dict)  # noqa: S101 - its records say so
    return document


def refusal(document: object) -> Breach | None:
    """The first thing that keeps a document from being read, by its records or its own numbers."""
    found = breach(document, LearningFile)
    if found is not None:
        return found
    assert isinstance(document, dict)  # noqa: S101 - its records say so
    return next(_breaches(document[KEY]), None)


def _recognise(path: Path, document: object) -> None:
    own = document.get(KEY) if isinstance(document, dict) else None
    if own is None:
        raise ResultError(path, KEY, "is missing: this is not of `pytest bench --learning`")
    version = own.get("schema_version") if isinstance(own, dict) else None
    if type(version) is int and version > LEARNING_VERSION:
        message = f"is {version}, newer than this reader's {LEARNING_VERSION}; update Crossover"
        raise ResultError(path, f"{KEY}.schema_version", message)


def _breaches(own: Document) -> Iterator[Breach]:
    """What must hold between the fields of a document that its records allow."""
    run, seen, points = own["run"], set(), 0
    if set(run["tuning_seeds"]) & set(run["figure_seeds"]):
        yield [KEY, "run", "figure_seeds"], "holds a tuning seed: the figure would be biased"
    for name in own["workloads"].keys() - run["targets"].keys():
        yield [KEY, "run", "targets"], f"has no target of {name}"
    for index, row in enumerate(own["runs"]):
        axes = ("workload", "batch_size", "optimizer", "learning_rate", "seed")
        key = tuple(row[axis] for axis in axes)
        if key in seen:
            yield [KEY, "runs", index], "stands in the file twice"
        seen.add(key)
        points += len(row["steps"])
        for field, message in _run_breaches(own, row):
            yield [KEY, "runs", index, field], message
    if points > MOST_POINTS:
        yield [KEY, "runs"], f"have {points} looks, and {MOST_POINTS} can be read"
    for axis, most in MOST_VALUES.items():
        values = Counter(name for name, _ in {(row["workload"], row[axis]) for row in own["runs"]})
        if values and max(values.values()) > most:
            count = max(values.values())
            yield [KEY, "runs"], f"have {count} values of {axis} of a workload; {most} can be read"


def _run_breaches(own: Document, row: Document) -> Iterator[tuple[str, str]]:
    if row["workload"] not in own["workloads"]:
        yield "workload", f"names no entry of {KEY}.workloads"
        return
    about = own["workloads"][row["workload"]]
    if row["seed"] not in own["run"]["tuning_seeds"] + own["run"]["figure_seeds"]:
        yield "seed", "is neither a tuning nor a figure seed"
    if row["batch_size"] > about["train_samples"]:
        yield "batch_size", f"is larger than the {about['train_samples']} training samples"
    steps = row["steps"]
    for name in ("train_loss", "loss", "score"):
        if len(row[name]) != len(steps):
            yield name, "has another length than steps"
            return
    if any(later <= earlier for earlier, later in pairwise(steps)):
        yield "steps", "do not ascend"
    for name in ("loss", "score"):
        if steps and row[name][0] is None:
            yield name, "begins without a number: the untrained network has one"
    target = own["run"]["targets"][row["workload"]]
    last = row["score"][-1] if steps else None
    if row["ended"] == "target" and steps == [0]:
        yield "steps", "end untrained, but the target is called reached"
    if (row["ended"] == "target") != reached(about["goal_metric"], last, target):
        yield "ended", f"is {row['ended']}, but the last score is {last} and the target {target}"


def reached(metric: str, score: float | None, target: float) -> bool:
    """Whether a held-out score is at least as good as the target (None and nan never are)."""
    if score is None:
        return False
    return score <= target if metric == "bits_per_character" else score >= target


def field_name(document: object, where: Place) -> str:
    """`crossover_learning.runs[3] (mlp-64-adam-0.01-0).score[2]`: the place, its run named."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in where]
    if where[:2] == [KEY, "runs"] and len(where) > 2:
        assert isinstance(document, dict)  # noqa: S101 - it has runs
        row = document[KEY]["runs"][where[2]]
        axes = ("workload", "batch_size", "optimizer", "learning_rate", "seed")
        named = isinstance(row, dict) and [str(row.get(axis))[:60] for axis in axes]
        parts[2] += f" ({'-'.join(named)})" if named else ""
    return "".join(parts)[1:]
