"""Reads one learning file, every check made, and tells files of each kind apart."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Lock

from scripts.read.breach import Breach, Place, bounded, once
from scripts.read.checks.figures import check_figures
from scripts.read.checks.published import KEY as PUBLISHED_KEY
from scripts.read.document import Kind, ResultError, file_content
from scripts.read.json_text import parsed
from scripts.read.metric import reached
from scripts.read.records.learning import Learning, LearningFile, LearningRun

KEY = "crossover_learning"
MOST_POINTS = 4_000_000
MOST_VALUES = {"batch_size": 64, "optimizer": 16, "learning_rate": 256}
"""Of one workload: every one is drawn."""
_PARSING = Lock()
_READERS = 4
"""Files looked into at once: reading waits for the disk, and each is held in memory."""


def kind_of(path: Path) -> str:
    """Return the key of a file's own part by its content: KEY, PUBLISHED_KEY, or "" for others.

    That is timing files as well as what cannot be read or is no JSON: their reader words that.
    """
    try:
        content = file_content(path)
        keys = [key for key in (KEY, PUBLISHED_KEY) if f'"{key}"'.encode() in content]
        with _PARSING:  # in memory at once is one document only
            document = parsed(content) if keys else None
    except (Breach, RecursionError, MemoryError):
        return ""
    if not isinstance(document, dict) or "crossover" in document:
        return ""
    return next((key for key in keys if key in document), "")


def by_kind(
    paths: Iterable[Path], *, imported: bool = False
) -> tuple[list[Path], list[Path], list[Path]]:
    """Return (timing files, learning files, imported tables); what is none counts as the first.

    Raises ResultError for an imported table where these may not be.
    """
    kinds: dict[str, list[Path]] = {"": [], KEY: [], PUBLISHED_KEY: []}
    names = list(paths)
    with ThreadPoolExecutor(_READERS) as threads:
        for path, kind in zip(names, threads.map(kind_of, names), strict=True):
            kinds[kind].append(path)
    if kinds[PUBLISHED_KEY] and not imported:
        message = "is an imported table, which takes no part in this; read it with report.py"
        raise ResultError(kinds[PUBLISHED_KEY][0], "", message)
    return kinds[""], kinds[KEY], kinds[PUBLISHED_KEY]


def checked(file: LearningFile) -> LearningFile:
    """Return the file itself; raises Breach where it contradicts itself."""
    own = file.crossover_learning
    if set(own.run.tuning_seeds) & set(own.run.figure_seeds):
        where: Place = [KEY, "run", "figure_seeds"]
        raise Breach(where, "holds a tuning seed: the figure would be biased")
    for name in own.workloads.keys() - own.run.targets.keys():
        raise Breach([KEY, "run", "targets"], f"has no target of {name}")
    where = [KEY, "runs"]
    once(where, [run.axes for run in own.runs])
    for index, run in enumerate(own.runs):
        for field, message in _faults(own, run):
            raise Breach([*where, index, field], message)
    bounded(where, sum(len(run.steps) for run in own.runs), MOST_POINTS, "looks")
    for axis, most in MOST_VALUES.items():
        known = {(run.workload, getattr(run, axis)) for run in own.runs}
        count = max(Counter(workload for workload, _ in known).values(), default=0)
        bounded(where, count, most, f"values of {axis} of a workload")
    check_figures(file)
    return file


def _faults(own: Learning, run: LearningRun) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a run: the field and the words."""
    if run.workload not in own.workloads:
        yield "workload", f"names no entry of {KEY}.workloads"
        return
    about = own.workloads[run.workload]
    if run.seed not in own.run.tuning_seeds + own.run.figure_seeds:
        yield "seed", "is neither a tuning nor a figure seed"
    if run.batch_size > about.train_samples:
        yield "batch_size", f"is larger than the {about.train_samples} training samples"
    curves = {"train_loss": run.train_loss, "loss": run.loss, "score": run.score}
    for name, curve in curves.items():
        if len(curve) != len(run.steps):
            yield name, "has another length than steps"
            return
        if name != "train_loss" and curve and curve[0] is None:
            yield name, "begins without a number: the untrained network has one"
    if any(later <= earlier for earlier, later in pairwise(run.steps)):
        yield "steps", "do not ascend"
    target = own.run.targets[run.workload]
    if run.ended == "target" and run.steps == [0]:
        yield "steps", "end untrained, but the target is called reached"
    found = any(reached(about.metric, score, target) for score in run.score)
    if run.ended == "target" and not found:
        yield "ended", f"is target, but no score reaches {target}"
    yield from _epoch_faults(run, steps=math.ceil(about.train_samples / run.batch_size))


def _epoch_faults(run: LearningRun, *, steps: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the ends of a run's epochs, `steps` being those of one."""
    ends = len(run.epoch_train_loss)
    if len(run.epoch_train_score) != ends:
        yield "epoch_train_score", "has another length than epoch_train_loss"
    elif not set(run.steps).issuperset(range(0, ends * steps, steps)):
        yield "epoch_train_loss", f"has {ends} entries, but steps lack the end of an epoch"


_FIRST = Kind(
    key=KEY,
    version=1,
    record=LearningFile,
    checked=checked,
    made_by="pytest bench --learning",
    repair="learn again or leave this file out",
)
LEARNING = replace(_FIRST, version=2, older=_FIRST)
