"""A value of another type or size than its field has is refused by file, cell and field."""

from pathlib import Path

from tests.read.files import Case, Edit, assert_refused, each_of, put

OWN = ("crossover",)
PROCESS = ("crossover", "processes", 0)
MEASUREMENT = ("crossover", "measurements", 0)
SIZE = ("benchmarks", 0, "params", "batch_size")
ARM = "crossover.measurements[0] (mlp-8-cpu)"
CELL = "benchmarks[0] (mlp-8-1-cpu)"

EDITS: list[Case] = [
    (
        "negative time",
        put(-1.0, *PROCESS, "context_seconds"),
        "crossover.processes[0].context_seconds",
        "is -1.0: expected `float` >= 0.0",
    ),
    (
        "zero epoch",
        put([0.0] * 4, *MEASUREMENT, "epoch_seconds"),
        f"{ARM}.epoch_seconds[0]",
        "is 0.0: expected `float` >= 1e-12",
    ),
    (
        "infinity by overflow",
        put(10**400, *PROCESS, "context_seconds"),
        "crossover.processes[0].context_seconds",
        "expected a smaller number",
    ),
    (
        "text for a number",
        put("fast", *MEASUREMENT, "loss"),
        f"{ARM}.loss",
        "is 'fast': expected `float | null`, got `str`",
    ),
    (
        "true for a number",
        put(True, *PROCESS, "import_seconds"),
        "crossover.processes[0].import_seconds",
        "is True: expected `float`, got `bool`",
    ),
    (
        "a side that is no name",
        put("cpu+\x1b[2J", "benchmarks", 0, "extra_info", "side"),
        "extra_info.side",
        "a name of letters, digits and `_.:-+=*`, no more",
    ),
    (
        "unknown reason",
        put("bored", "crossover", "absent", 0, "reason"),
        "crossover.absent[0] (mlp-8-1-vulkan).reason",
        "is 'bored', which is none of the field's values",
    ),
    (
        "path for a workload",
        put("../../x", "benchmarks", 0, "params", "workload"),
        "params.workload",
        "a name of letters",
    ),
    (
        "line break in a device",
        put("cpu\n", "benchmarks", 0, "params", "device"),
        "params.device",
        "a name of letters",
    ),
    (
        "no seconds",
        put([], "benchmarks", 0, "stats", "data"),
        CELL,
        "expected `array` of length >= 1",
    ),
    ("crossover is a list", put([], "crossover"), "crossover", "is no object"),
    ("measured as text", put("4", *OWN, "measured"), "measured", "expected `int`, got `str`"),
    (
        "an empty mark",
        put([""], *OWN, "blocks", 0, "suspect"),
        "crossover.blocks[0].suspect[0]",
        "is '': expected `str` of length >= 1",
    ),
    (
        "a negative process",
        put(-1, *OWN, "measurements", 2, "process"),
        "crossover.measurements[2].process",
        "is -1: expected `int` >= 0",
    ),
    (
        "no processes",
        lambda document: document["crossover"].pop("processes"),
        "crossover",
        "lacks the required field `processes`",
    ),
    (
        "a missing time",
        lambda document: document["crossover"]["processes"][0].pop("transfer_seconds"),
        "crossover.processes[0]",
        "lacks the required field `transfer_seconds`",
    ),
    (
        "a process without a workload",
        lambda document: document["crossover"]["processes"][1].pop("workload"),
        "crossover.processes[1]",
        "lacks the required field `workload`",
    ),
    ("no epochs", put([], *MEASUREMENT, "epoch_seconds"), f"{ARM}.epoch_seconds", "length >= 1"),
    ("8.0 for a count", put(8.0, *SIZE), "params.batch_size", "expected `int`, got `float`"),
    (
        "a power for a count",
        put(10**400, *SIZE),
        "params.batch_size",
        "expected `int` <= 1000000000",
    ),
    ("text for a count", put("8", *SIZE), "params.batch_size", "expected `int`, got `str`"),
    ("true for a count", put(True, *SIZE), "params.batch_size", "expected `int`, got `bool`"),
]


@each_of(EDITS)
def test_a_wrong_value_is_refused_by_file_cell_and_field(
    tmp_path: Path, edit: Edit, field: str, message: str
) -> None:
    assert_refused(tmp_path, edit, field, message)
