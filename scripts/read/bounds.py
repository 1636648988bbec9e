"""How large a valid file may be: a few megabytes can otherwise ask for terabytes of table.

Readers pair every accelerator with every thread setting at every batch size and number of epochs,
block by block, so the product counts, not the size of the file.
"""

from collections import Counter
from typing import Any

Document = dict[str, Any]
Place = list[str | int]

MOST_VALUES = {"workload": 256, "batch_size": 4096, "epochs": 4096, "device": 32, "threads": 64}
MOST_CELLS = 200_000
MOST_ROUNDS = 4_000_000


def excess(document: Document) -> tuple[Place, str] | None:
    """What a valid document has too much of: the place and the words; None when it is readable."""
    own = document["crossover"]
    measured = [entry["params"] for entry in document["benchmarks"]]
    cells = [*measured, *own["absent"]]
    for axis, most in MOST_VALUES.items():
        count = len({cell.get(axis, 0) for cell in cells})
        if count > most:
            return ["benchmarks"], f"have {count} values of {axis}, and {most} can be read"
    size = _grid(cells)
    if size > MOST_CELLS:
        return ["benchmarks"], f"span a grid of {size} cells, and {MOST_CELLS} can be read"
    blocks = len({entry["block"] for entry in own["processes"]})
    rounds = max(size * blocks, _shared_rounds(measured, own))
    if rounds > MOST_ROUNDS:
        return ["benchmarks"], f"span {rounds} rounds, and {MOST_ROUNDS} can be read"
    return None


def _grid(cells: list[Document]) -> int:
    """The cells of the full grid: every accelerator against every thread setting of the CPU."""
    places = {(cell["workload"], cell["batch_size"], cell["epochs"]) for cell in cells}
    devices = {cell["device"] for cell in cells}
    threads = {cell.get("threads", 0) for cell in cells}
    return len(places) * len(devices) * len(threads)


def _shared_rounds(cells: list[Document], own: Document) -> int:
    """Rounds of all cells together: the cells of one batch size share theirs."""
    processes = own["processes"]
    arms: Counter[tuple[str, str, int]] = Counter()
    for row in own["measurements"]:
        process = processes[row["process"]]
        arms[process["workload"], process["device"], row["batch_size"]] += 1
    return sum(arms[cell["workload"], cell["device"], cell["batch_size"]] for cell in cells)
