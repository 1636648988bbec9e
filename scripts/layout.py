"""The layouts that result files have had: every version is read as the one that scripts work with.

Version 2 holds each measurement once (`crossover.processes`, `crossover.measurements`). Version 1
repeated a batch size's rounds in each of its cells; that is the form that the readers work with,
here without copies: cells of one batch size share the same round objects.
"""

from collections import defaultdict
from typing import Any

Document = dict[str, Any]
Place = list[str | int]
Arm = tuple[str, int, str, int, bool]

_PROCESS = (
    "block",
    "started",
    "import_seconds",
    "context_seconds",
    "transfer_seconds",
    "first_step_seconds",
    "warm_step_seconds",
    "threads",
)


def misplaced(document: Document) -> tuple[Place, str] | None:
    """The first measurement of a valid version-2 document that has no process; None if none."""
    own = document["crossover"]
    count = len(own["processes"])
    for index, row in enumerate(own["measurements"]):
        if row["process"] >= count:
            message = f"is {row['process']}, but there are {count} processes"
            return ["crossover", "measurements", index, "process"], message
    return None


def with_rounds(document: Document) -> Document:
    """A version-2 document with the cells' rounds and A/A repeats put where version 1 has them.

    Each round says in `_place` where it stands in the file.
    """
    own = document["crossover"]
    arms = _rounds_by_arm(own["processes"], own["measurements"])
    benchmarks, repeats = [], []
    for entry in document["benchmarks"]:
        params = entry["params"]
        rounds = arms.get(_arm(params, again=False), [])
        benchmarks.append(entry | {"extra_info": entry["extra_info"] | {"rounds": rounds}})
        again = arms.get(_arm(params, again=True), [])
        whole = [one for one in again if len(one["epoch_seconds"]) >= params["epochs"]]
        if whole:
            repeats.append(params | {"rounds": whole})
    return document | {"benchmarks": benchmarks, "crossover": own | {"repeats": repeats}}


def _rounds_by_arm(
    processes: list[dict[str, Any]], measurements: list[dict[str, Any]]
) -> dict[Arm, list[dict[str, Any]]]:
    shared = [{name: one[name] for name in _PROCESS if name in one} for one in processes]
    arms: dict[Arm, list[dict[str, Any]]] = defaultdict(list)
    for index, row in enumerate(measurements):
        process = processes[row["process"]]
        place = {"_place": ["crossover", "measurements", index]}
        arm = _arm(
            process | {"batch_size": row["batch_size"], "threads": process.get("threads_asked", 0)},
            again=process["again"],
        )
        arms[arm].append(row | shared[row["process"]] | place)
    for rounds in arms.values():
        rounds.sort(key=lambda one: one["block"])
    return arms


def _arm(axes: dict[str, Any], *, again: bool) -> Arm:
    workload, size, device = axes["workload"], axes["batch_size"], axes["device"]
    return (workload, size, device, axes.get("threads", 0), again)
