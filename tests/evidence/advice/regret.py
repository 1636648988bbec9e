"""`python -m tests.evidence.advice.regret FILES --workload NAME`: how much faster could it be?

The advice and every setting that might beat it - other batch sizes and optimisers, and learning
rates between those that were tried - are trained by a plain loop on this machine. Those that do
best with a few seeds are trained again with fresh ones, the advice too: of many settings the best
one looks better than it is. Regret is the advice's seconds over those of the best.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
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
from tests.evidence.advice.plain import Task, train

NEAR = 2.5
"""Settings that were learned to need more than so many times the advice's seconds are left out."""
BETWEEN = (0.56, 0.75, 1.0, 1.33, 1.78)
"""Learning rates, in multiples of the chosen ones: a third of what the search's steps are."""
FEW, MANY, FINALISTS = 5, 20, 3
LONGER = 3.0
"""Epochs trained, in multiples of those that were learned to hold."""
COLUMNS = ["workload", "target", "advised", "advised_seconds", "best", "best_seconds", "regret",
           "settings"]  # fmt: skip


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


def seconds_of(task: Task, row: Mapping[Any, Any], seeds: Sequence[int]) -> float:
    """Seconds until the epochs hold that hold for these seeds; infinite if none do."""
    stands, seconds = [], []
    for seed in seeds:
        trained = train(replace(task, seed=FIRST_SEED + seed))
        stands.append([False, *(reached(row["metric"], s, row["target"]) for s in trained.scores)])
        seconds.append(median(trained.seconds))
    [count] = whole_epochs(np.array(stands, dtype=float).mean(axis=0, keepdims=True))
    return float(count * median(seconds))


def name(task: Task) -> str:
    """`batch 32, adam 0.0056`."""
    return f"batch {task.batch_size}, {task.optimizer} {task.learning_rate:g}"


def main(arguments: list[str] | None = None) -> int:
    """Trains the rivals, prints them and the regret; 1 when that is above 1.1."""
    options = parser(__doc__).parse_args(arguments)
    question = Question(options.workload, target=options.target, machine=options.machine)
    row = advised(options.files, question)
    rows = known(options.files, question)
    rivals = list(settings(times_to_target(rows.epochs, rows.rounds), row))
    few = {task: seconds_of(task, row, range(FEW)) for task in rivals}
    for task, seconds in sorted(few.items(), key=lambda one: one[1]):
        print(f"{name(task)}: {seconds:.3g} s", flush=True)
    [advice] = tasks(row, 1)
    fresh = range(FEW, FEW + MANY)
    finalists = sorted(few, key=lambda task: few[task])[:FINALISTS]
    final = {task: seconds_of(task, row, fresh) for task in finalists}
    own = median(sum(train(replace(advice, seed=FIRST_SEED + seed)).seconds) for seed in fresh)
    best = min(final, key=lambda task: final[task])
    regret = own / min(own, final[best])
    print(
        f"{name(advice)}, the advice: {own:.3g} s; {name(best)}: {final[best]:.3g} s; {regret:.2f}"
    )
    if options.out:
        told = {
            "workload": row["workload"], "target": row["target"], "advised": name(advice),
            "advised_seconds": round(own, 4), "best": name(best),
            "best_seconds": round(final[best], 4), "regret": round(regret, 3),
            "settings": len(rivals),
        }  # fmt: skip
        write(options.out, COLUMNS, [told])
    return 0 if regret <= 1.1 else 1


if __name__ == "__main__":
    sys.exit(main())
