"""A file of today as one of version 2 would have said the same, for the tests of reading both."""

from typing import Any

from scripts.read.sides import device_of

Document = dict[str, Any]

_REMEDIES = {"fused": "fused-optimizer", "placement=per-batch": "resident-data"}
"""Settings that were remedies by another name; the last undid what the run had already."""
_ROUND = (
    "context_seconds", "transfer_seconds", "first_step_seconds", "warm_step_seconds",
    "epoch_seconds", "steps", "first_loss", "loss", "score", "evaluated_after_epochs",
)  # fmt: skip


def version_2(document: Document) -> Document:
    """The document with devices and threads for sides, and variants for remedies."""
    own, run = document["crossover"], dict(document["crossover"]["run"])
    sides, blocks = run.pop("sides"), run["blocks"]
    del run["base"]
    timed = [_timed(row, blocks) for row in document["benchmarks"] if _side(row) in sides]
    absent = [_placed(row) for row in own["absent"] if row["side"] in sides]
    numbers = [index for index, one in enumerate(own["processes"]) if one["block"] < blocks]
    places = {number: place for place, number in enumerate(numbers)}
    rows = [row for row in own["measurements"] if row["process"] in places]
    more = {
        "schema_version": 2,
        "run": run,
        "planned": len(timed) + len(absent),
        "measured": len(timed),
        "absent": absent,
        "processes": [_placed(own["processes"][number], "threads_asked") for number in numbers],
        "measurements": [row | {"process": places[row["process"]]} for row in rows],
        "blocks": [row for row in own["blocks"] if row["block"] < blocks],
        "variants": list(_variants(own, sides, blocks).values()),
    }
    more |= {name: [_placed(row) for row in own.get(name, [])] for name in ("diagnosis", "peaks")}
    return document | {"benchmarks": timed, "crossover": own | more}


def _side(row: Document) -> str:
    return str(row["extra_info"]["side"])


def _placed(row: Document, threads: str = "threads", side: str = "") -> Document:
    """The row with a device and its threads; 0: torch's own."""
    side = side or row["side"]
    count = [one.partition("=")[2] for one in side.split("+") if one.startswith("threads=")]
    kept = {name: value for name, value in row.items() if name not in ("side", "threads")}
    if threads != "threads":
        kept = {name: value for name, value in row.items() if name != "side"}
    return kept | {"device": device_of(side), threads: int(*count)}


def _timed(row: Document, blocks: int) -> Document:
    data = row["stats"]["data"][:blocks]
    marks = {name: value for name, value in row["extra_info"].items() if name != "side"}
    return row | {
        "params": _placed(row["params"], side=_side(row)),
        "extra_info": marks,
        "stats": {"rounds": len(data), "data": data},
    }


def _variants(own: Document, sides: list[str], blocks: int) -> dict[tuple[Any, ...], Document]:
    """By workload, batch size, side and whether it repeats: what was measured after the run."""
    found: dict[tuple[Any, ...], Document] = {}
    for row in own["measurements"]:
        process = own["processes"][row["process"]]
        if process["block"] >= blocks:
            key = (process["workload"], row["batch_size"], process["side"], process["again"])
            variant = found.setdefault(key, _variant(*key, sides) | {"rounds": []})
            figures = {name: {**process, **row}[name] for name in _ROUND}
            variant["rounds"].append(figures | {"block": process["block"] - blocks})
    for row in own["absent"]:
        if row["side"] not in sides:
            key = (row["workload"], row["batch_size"], row["side"], False)
            why = {"reason": row["reason"], "detail": row["detail"]}
            found.setdefault(key, _variant(*key, sides) | why)
    return found


def _variant(workload: str, size: int, side: str, again: bool, sides: list[str]) -> Document:
    plain, _, setting = side.rpartition("+")
    name = _REMEDIES.get(setting, setting.replace("loop=", "loop-"))
    is_plain = side in sides
    row = {"workload": workload, "batch_size": size, "again": again, "suspect": []}
    row |= {"variant": "plain" if is_plain else name, "applied": name == "resident-data"}
    return _placed(row, side=side if is_plain else plain)
