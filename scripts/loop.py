"""Which training loop a run timed, in words."""

from typing import Any

LEAN = {
    "loader": "slices",
    "placement": "resident",
    "gather": "vectorised",
    "sequences": "padded",
    "evaluate": "never",
}
COURSE = {
    "loader": "dataloader",
    "placement": "per-batch",
    "gather": "list",
    "sequences": "packed",
    "evaluate": "every-epoch",
}


def loop_words(run: dict[str, Any]) -> str:
    """`lean`, `course`, or what differs from the lean loop: `loader dataloader, gather list`.

    A run that says nothing of its loop is of before there was a choice.
    """
    loop = {name: run.get("loop", {}).get(name, value) for name, value in LEAN.items()}
    for name, known in (("lean", LEAN), ("course", COURSE)):
        if loop == known:
            return name
    return ", ".join(f"{name} {value}" for name, value in loop.items() if value != LEAN[name])
