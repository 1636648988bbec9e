"""Tables for the tests: as text, imported, and as what a report makes of them."""

from typing import Any

from scripts.published.imported import Asked, imported
from scripts.read.breach import Breach, record_of
from scripts.read.checks.published import checked
from scripts.read.records.published import Published, PublishedFile
from scripts.tables.published import Imported

HEAD = "workload,batch_size,device,epoch_seconds"


def published(text: str, **said: Any) -> Published:
    """The file of a table, read again as a report reads it."""
    document = imported([("table.csv", text.encode())], Asked("them", "MIT", "typed", **said))
    return checked(record_of(document, PublishedFile)).crossover_imported


def tables_of(text: str, **said: Any) -> Imported:
    return Imported({"table": published(text, **said)})


def refusal(text: str, **said: Any) -> str:
    """What is said instead of a file."""
    try:
        published(text, **said)
    except Breach as breach:
        return f"{', '.join(map(str, breach.where))}: {breach.message}; {breach.advice}"
    return ""


def curve(ratios: dict[int, float]) -> str:
    """A table of CPU epochs of one second, and a GPU's of these, by batch size."""
    rows = [
        f"net,{size},{device},{seconds}"
        for size, ratio in ratios.items()
        for device, seconds in (("cpu", 1), ("cuda", ratio))
    ]
    return "\n".join([HEAD, *rows, ""])
