"""A value that contradicts another one is refused by file, cell and field."""

from pathlib import Path

import pytest

from scripts.read.table import load
from tests.corpus import Corpus
from tests.read.files import (
    Case,
    Document,
    Edit,
    assert_refused,
    each_of,
    put,
    refusal,
    saved,
)

OWN = ("crossover",)
PROCESS = ("crossover", "processes", 0)
MEASUREMENT = ("crossover", "measurements", 0)
SIZE = ("benchmarks", 0, "params", "batch_size")
ARM = "crossover.measurements[0] (mlp-8-cpu)"
CELL = "benchmarks[0] (mlp-8-1-cpu)"


def longer_events(document: Document) -> None:
    row = document["crossover"]["measurements"][0]
    row["event_seconds"] = [1.01 * seconds for seconds in row["epoch_seconds"]]


EDITS: list[Case] = [
    (
        "unknown workload",
        put("foo", "benchmarks", 0, "params", "workload"),
        "benchmarks[0] (foo-8-1-cpu)",
        "no entry of crossover.workloads",
    ),
    (
        "fewer seconds than rounds",
        lambda document: document["benchmarks"][0]["stats"]["data"].pop(),
        f"{CELL}.stats.rounds",
        "is not the number",
    ),
    (
        "another first loss on one device",
        put(2.4, *MEASUREMENT, "first_loss"),
        "first_loss",
        "not one work",
    ),
    (
        "another total",
        put(1.0, "benchmarks", 0, "stats", "data", 2),
        f"{CELL}.stats.data[2]",
        "cold start and epochs add up to",
    ),
    (
        "another number of steps",
        put(511, *MEASUREMENT, "steps"),
        f"{ARM}.steps",
        "4096 samples / batch size",
    ),
    (
        "events longer than the wall clock",
        longer_events,
        f"{ARM}.epoch_seconds",
        "the clock stopped before the device",
    ),
    (
        "fewer events than epochs",
        put([1e-9], *MEASUREMENT, "event_seconds"),
        f"{ARM}.event_seconds",
        "another length",
    ),
    (
        "fewer epochs than the cell is about",
        put([1.0], *MEASUREMENT, "epoch_seconds"),
        f"{ARM}.epoch_seconds",
        "fewer epochs",
    ),
    (
        "a cell twice",
        lambda document: document["benchmarks"].append(document["benchmarks"][0]),
        "(mlp-8-1-cpu)",
        "stands in the file twice",
    ),
    (
        "a side of another device",
        put("cuda", "benchmarks", 0, "params", "device"),
        "benchmarks[0] (mlp-8-1-cpu).params.device",
        "is 'cuda', and the side is 'cpu'",
    ),
    (
        "a base that is no side",
        put("cuda", "crossover", "run", "base"),
        "crossover.run.base",
        "is 'cuda', which is no side of the run",
    ),
    (
        "a cell both absent and measured",
        lambda document: document["crossover"]["absent"].append(
            document["benchmarks"][0]["params"] | {"side": "cpu", "reason": "failed"}
        ),
        "crossover.absent[1] (mlp-8-1-cpu)",
        "has a measured entry",
    ),
    (
        "a block twice",
        put(1, *PROCESS, "block"),
        "(mlp-8-cpu).block",
        "stands in this cell twice",
    ),
    (
        "no learning rate",
        put({}, "crossover", "run", "learning_rates"),
        "crossover.run.learning_rates",
        "no learning rate of mlp",
    ),
    (
        "a lost cell without a time",
        lambda document: document["crossover"]["absent"].pop(),
        "crossover.planned",
        "is 24, but 23 cells are told",
    ),
    ("lost cells", put(3, *OWN, "measured"), "crossover.measured", "is 3, but 23 cells"),
    ("more cells than rows", put(25, *OWN, "measured"), "measured", "is 25, but 23 cells"),
    ("fewer planned", put(3, *OWN, "planned"), "crossover.planned", "is 3, but 24 cells are told"),
    (
        "whole and interrupted",
        put("interrupted", *OWN, "absent", 0, "reason"),
        "crossover.complete",
        "is true, but 1 cells were interrupted",
    ),
    (
        "a mark for a workload that is not there",
        put("cnn", *OWN, "blocks", 0, "workload"),
        "crossover.blocks[0].workload",
        "names no entry of crossover.workloads",
    ),
    (
        "a block more than there is",
        put(6, *OWN, "run", "blocks_done", "mlp"),
        "crossover.run.blocks_done.mlp",
        "is 6, but 5 blocks are what every timed cell has",
    ),
    (
        "a first loss in one process only",
        put(None, *OWN, "measurements", 4, "first_loss"),
        "first_loss",
        "is null, but another process of the block had 2.31: not one work",
    ),
    (
        "a process that is not there",
        put(99, *OWN, "measurements", 2, "process"),
        "crossover.measurements[2].process",
        "is 99, but there are 13 processes",
    ),
    (
        "a lost measurement",
        lambda document: document["crossover"]["measurements"].pop(0),
        f"{CELL}.stats.rounds",
        "is not the number of",
    ),
    (
        "a measurement twice",
        lambda document: document["crossover"]["measurements"].append(
            document["crossover"]["measurements"][0]
        ),
        f"{CELL}.stats.rounds",
        "is not the number of",
    ),
    (
        "a measurement of another batch size",
        put(9, *MEASUREMENT, "batch_size"),
        f"{CELL}.stats.rounds",
        "is not the number of",
    ),
    (
        "an epoch that does not add up",
        lambda document: document["crossover"]["measurements"][0]["epoch_seconds"].__setitem__(
            0, 9.0
        ),
        f"{CELL}.stats.data[0]",
        "cold start and epochs add up to",
    ),
]


@each_of(EDITS)
def test_a_contradiction_is_refused_by_file_cell_and_field(
    tmp_path: Path, edit: Edit, field: str, message: str
) -> None:
    assert_refused(tmp_path, edit, field, message)


def shifted(side: str, share: float) -> Document:
    """A file in which the first losses of one side are by this share larger."""
    document = Corpus(sides=("cpu", side), repeats=False).result()
    own = document["crossover"]
    for row in own["measurements"]:
        if own["processes"][row["process"]]["side"] == side:
            row["first_loss"] *= 1 + share
    return document


@pytest.mark.parametrize(
    ("side", "share", "good"),
    [
        ("cpu+threads=1", 0.0005, True),
        ("cpu+threads=1", 0.01, False),
        ("cpu+bf16", 0.01, True),
        ("cpu+bf16", 0.03, False),
    ],
)
def test_the_first_losses_of_a_block_differ_by_no_more_than_the_number_formats_allow(
    side: str, share: float, good: bool, tmp_path: Path
) -> None:
    path = saved(tmp_path, shifted(side, share))
    if good:
        assert set(load([path])["suspect"]) == {""}
    else:
        assert "not one work" in refusal(path)
