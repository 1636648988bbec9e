"""A corpus's result file (written in layout 1) in layout 2: each measurement once."""

import copy
from typing import Any

from bench.processes import ANSWER_FIELDS, PROCESS_FIELDS


def as_v2(document: dict[str, Any]) -> dict[str, Any]:
    """The same run as a version-2 file; the document itself stays as it is."""
    document = copy.deepcopy(document)
    own = document["crossover"]
    processes: dict[tuple[tuple[str, Any], ...], int] = {}
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    cells = [
        (row["params"], row["extra_info"].pop("rounds"), False) for row in document["benchmarks"]
    ]
    cells += [(row, row["rounds"], True) for row in own.pop("repeats")]
    for params, rounds, again in cells:
        for one in rounds:
            arm = {"workload": params["workload"], "device": params["device"], "again": again}
            if "threads" in params:
                arm["threads_asked"] = params["threads"]
            process = arm | {"block": one["block"]}
            process |= {name: one[name] for name in PROCESS_FIELDS if name in one}
            number = processes.setdefault(tuple(process.items()), len(processes))
            place = {"process": number, "batch_size": params["batch_size"]}
            row = place | {name: one[name] for name in ANSWER_FIELDS if name in one}
            rows[tuple(place.values())] = row
    own |= {"schema_version": 2, "processes": [dict(process) for process in processes]}
    own |= {"measurements": list(rows.values()), "measured": len(document["benchmarks"])}
    return document
