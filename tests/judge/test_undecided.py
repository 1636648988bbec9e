"""Which cells get more blocks: known answers."""

from pathlib import Path

from scripts.judge.undecided import undecided_cells
from scripts.read.table import load
from tests.corpus import Corpus

RATIOS: dict[str, dict[int, float]] = {
    "mlp": {8: 2.0, 32: 1.5, 128: 0.5, 512: 0.4},
    "lstm": dict.fromkeys((8, 32, 128, 512), 2.0),
}
COLD = {"cpu": 0.01, "vulkan": 0.01}


def why(folder: Path, *, blocks: int) -> dict[tuple[object, object], object]:
    """Why each workload and batch size of a file gets more."""
    plan = Corpus(
        workloads=("lstm", "mlp"), cold_seconds=COLD, blocks=blocks,
        ratio=lambda workload, _side, batch: RATIOS[workload][batch],
    )  # fmt: skip
    cells = undecided_cells(load([plan.write(folder)]), looks=1)
    assert {(cell["side"], cell["base"]) for cell in cells} == {("vulkan", "cpu")}
    return {(cell["workload"], cell["batch_size"]): cell["why"] for cell in cells}


def test_cells_on_both_sides_of_a_crossover_get_more_blocks(tmp_path: Path) -> None:
    around = dict.fromkeys([("mlp", 32), ("mlp", 128)], "around the crossover")
    assert why(tmp_path, blocks=8) == around


def test_with_a_single_block_every_cell_is_undecided(tmp_path: Path) -> None:
    cells = [(workload, batch) for workload in RATIOS for batch in RATIOS[workload]]
    assert why(tmp_path, blocks=1) == dict.fromkeys(cells, "undecided")
