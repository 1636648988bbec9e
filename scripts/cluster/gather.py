"""One learning file out of those of a job array, each of which has some cells of the grid."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.read.document import ResultError
from scripts.read.learning_file import KEY

LISTS = ("runs", "absent")
BY_WORKLOAD = ("targets", "own_learning_rates")
OWN = {"command", "started", "finished", "processes", *BY_WORKLOAD}
"""What parts of one run may differ in."""


def gathered(paths: Sequence[Path], *, command: str) -> dict[str, Any]:
    """Returns what one run of all cells would have written, cells in the order of these files.

    Raises ResultError where two parts are not of the same options and software.
    """
    documents = [json.loads(path.read_bytes()) for path in paths]
    whole = documents[0]
    own, run = whole[KEY], whole[KEY]["run"]
    run["command"] = command
    for path, document in zip(paths[1:], documents[1:], strict=True):
        _require_same(path, _work(whole), _work(document))
        part = document[KEY]
        whole["benchmarks"] += document["benchmarks"]
        for name in LISTS:
            own[name] += part[name]
        own["planned"] += part["planned"]
        own["workloads"] |= part["workloads"]
        for name in BY_WORKLOAD:
            run[name] |= part["run"][name]
        run["started"] = min(run["started"], part["run"]["started"])
        run["finished"] = max(run["finished"], part["run"]["finished"])
    return dict(whole)


def _work(document: Any) -> dict[str, Any]:
    machine, run = document["machine_info"]["crossover"], document[KEY]["run"]
    asked = {name: value for name, value in run.items() if name not in OWN}
    return asked | {name: machine[name] for name in ("torch", "python", "cpu_capability")}


def _require_same(path: Path, first: dict[str, Any], other: dict[str, Any]) -> None:
    for name, value in first.items():
        if other.get(name) != value:
            was = f"{name} is {other.get(name)}, elsewhere {value}"
            raise ResultError(path, "", f"{was}; remove this part and type the command again")
