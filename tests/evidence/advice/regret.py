"""`python -m tests.evidence.advice.regret FILES --workload NAME`: how much faster could it be?

The advice and every setting that might beat it - other batch sizes and optimisers, and learning
rates between those that were tried - are trained by a plain loop on this machine, the most
promising first, until `--seconds` are spent. Those that do best with a few seeds are trained again
with fresh ones, in turn with the advice: of many settings the best one looks better than it is.
Regret is the advice's seconds over those of the best.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from scripts.read.metric import reached
from scripts.target.question import Question, known
from scripts.target.standing import whole_epochs
from scripts.target.time import times_to_target
from tests.evidence.advice.follow import FIRST_SEED, advised, parser, tasks, write
from tests.evidence.advice.plain import Task, Trained, train

NEAR = 2.5
"""Settings that were learned to need more than so many times the advice's seconds are left out."""
BETWEEN = (0.56, 0.75, 1.0, 1.33, 1.78)
"""Learning rates, in multiples of the chosen ones: a third of what the search's steps are."""
FEW, MANY, FINALISTS = 5, 20, 3
LONGER = 3.0
"""Epochs trained, in multiples of those that were learned to hold."""
SEARCHING = 0.6
"""Of the time is for the search among all rivals."""
SLOWER = 1.25
"""A rival ends when it has taken so many times the advice's seconds: it is not faster."""
COLUMNS = ["workload", "target", "machine", "side", "advised", "advised_seconds", "best",
           "best_seconds", "regret", "tried", "settings"]  # fmt: skip


def settings(times: pd.DataFrame, row: Mapping[Any, Any]) -> Iterator[Task]:
    """The advice's rivals, each for as many epochs as may be needed."""
    place = (times["machine_id"] == row["machine_id"]) & (times["side"] == row["side"])
    near = times[place & (times["seconds"] <= NEAR * row["seconds"])]
    near = near.sort_values("seconds").drop_duplicates(["optimizer", "batch_size"])
    for rival in near.to_dict("records"):
        [task] = tasks(rival, 1)
        for factor in BETWEEN:
            rate = float(f"{task.learning_rate * factor:.3g}")
            yield replace(task, learning_rate=rate, epochs=int(LONGER * task.epochs))


def taught(task: Task, seed: int) -> Trained:
    """Trains a task from one of the seeds that no file has."""
    return train(replace(task, seed=FIRST_SEED + seed))


def seconds_of(runs: Sequence[Trained], row: Mapping[Any, Any]) -> float:
    """Seconds until the epochs hold that hold for these runs; infinite if none do."""
    last = min(len(run.scores) for run in runs)
    stands = [
        [False, *(reached(row["metric"], score, row["target"]) for score in run.scores[:last])]
        for run in runs
    ]
    [count] = whole_epochs(np.array(stands, dtype=float).mean(axis=0, keepdims=True))
    return float(count * median(median(run.seconds) for run in runs))


def search(rivals: Iterable[Task], row: Mapping[Any, Any], *, until: float) -> dict[Task, float]:
    """Seconds of each rival with a few seeds, of as many rivals as there is time for."""
    found: dict[Task, float] = {}
    for task in rivals:
        if found and time.monotonic() > until:
            break
        found[task] = seconds_of([taught(task, seed) for seed in range(FEW)], row)
        print(f"{name(task)}: {found[task]:.3g} s", flush=True)
    return found


def by_turns(tasks: Sequence[Task], seeds: Iterable[int]) -> dict[Task, list[Trained]]:
    """Runs of each task, seed by seed, so that a slow minute of the machine meets all alike."""
    runs: dict[Task, list[Trained]] = {task: [] for task in tasks}
    for seed in seeds:
        for task in tasks:
            runs[task].append(taught(task, seed))
    return runs


def name(task: Task) -> str:
    """`batch 32, adam 0.0056`."""
    return f"batch {task.batch_size}, {task.optimizer} {task.learning_rate:g}"


def regret_of(row: Mapping[Any, Any], times: pd.DataFrame, seconds: float) -> dict[str, Any]:
    """A row of the table: the advice against the best of its rivals."""
    begun = time.monotonic()
    [advice] = tasks(row, 1)
    first = median(sum(taught(advice, seed).seconds) for seed in range(FEW))
    rivals = [replace(task, most_seconds=SLOWER * first) for task in settings(times, row)]
    few = search(rivals, row, until=begun + seconds * SEARCHING)
    finalists = sorted(few, key=lambda task: few[task])[:FINALISTS]
    runs = by_turns([advice, *finalists], range(FEW, FEW + MANY))
    own = median(sum(run.seconds) for run in runs.pop(advice))
    final = {advice: own} | {task: seconds_of(runs[task], row) for task in finalists}
    best = min(final, key=lambda task: final[task])
    about = {name: row[name] for name in COLUMNS if name in row}
    return about | {
        "advised": name(advice), "advised_seconds": round(own, 4), "best": name(best),
        "best_seconds": round(final[best], 4), "regret": round(own / final[best], 3),
        "tried": len(few), "settings": len(rivals),
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Trains the rivals, prints them and the regret; 1 when that is above 1.1."""
    own = parser(__doc__)
    own.add_argument("--seconds", type=float, default=900.0, help="what it may take, about")
    options = own.parse_args(arguments)
    question = Question(options.workload, target=options.target, machine=options.machine)
    rows = known(options.files, question)
    row = advised(options.files, question)
    told = regret_of(row, times_to_target(rows.epochs, rows.rounds), options.seconds)
    print(
        f"{told['advised']}, the advice: {told['advised_seconds']:.3g} s; {told['best']}: "
        f"{told['best_seconds']:.3g} s; regret {told['regret']:.2f}, "
        f"{told['tried']} of {told['settings']} settings tried"
    )
    if options.out:
        write(options.out, COLUMNS, [told])
    return 0 if told["regret"] <= 1.1 else 1


if __name__ == "__main__":
    sys.exit(main())
