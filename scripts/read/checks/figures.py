"""What pytest-benchmark's part of a learning file tells again: epochs to the target, by cell."""

import math
from collections import defaultdict

from scripts.read.breach import Breach, once
from scripts.read.metric import reached
from scripts.read.records.learning import Learning, LearningFile, LearningRun

_TOLERANCE = 1e-9


def check_figures(file: LearningFile) -> None:
    """Raises Breach for the first cell whose epochs are not those of its figure seeds."""
    own = file.crossover_learning
    epochs: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for run in own.runs:
        if run.seed in own.run.figure_seeds:
            epochs[run.axes[:-1]].append(_epochs(run, own))
    cells = [(one.params.workload, one.params.batch_size, one.params.optimizer)
             for one in file.benchmarks]  # fmt: skip
    once(["benchmarks"], cells)
    for index, (cell, entry) in enumerate(zip(cells, file.benchmarks, strict=True)):
        told = sorted(entry.stats.data)
        known = sorted(epochs[*cell, entry.extra_info.learning_rate])
        alike = (math.isclose(*pair, rel_tol=_TOLERANCE) for pair in zip(told, known, strict=False))
        if len(told) != len(known) or not all(alike):
            message = f"are {told}, but the figure seeds' runs say {known}"
            raise Breach(["benchmarks", index, "stats", "data"], message)


def _epochs(run: LearningRun, own: Learning) -> float:
    """Epochs of a run to the first look that finds its target; infinity: none does."""
    about, target = own.workloads[run.workload], own.run.targets[run.workload]
    looks = zip(run.steps, run.score, strict=True)
    steps = (step for step, score in looks if reached(about.metric, score, target))
    return next(steps, math.inf) / math.ceil(about.train_samples / run.batch_size)
