"""The grid is data: cells, their names, and the work for processes that follows from them."""

from bench.grid import (
    IMPLEMENTATION_NAMES,
    OPTIMIZER_NAMES,
    PRESETS,
    Cell,
    Side,
    cell_id,
    make_cells,
    plan_workloads,
)
from bench.workloads import WORKLOAD_NAMES


def cells_of(**axes: tuple[object, ...]) -> list[Cell]:
    given: dict[str, tuple[object, ...]] = {
        "workloads": ("mlp",),
        "batch_sizes": (8, 64),
        "epochs": (1, 2),
        "sides": ("cpu", "cuda"),
    }
    return make_cells(**(given | axes))  # type: ignore[arg-type]


def test_names_are_those_of_the_models() -> None:
    from models import WORKLOADS
    from models.optimizers import IMPLEMENTATIONS, OPTIMIZERS

    assert tuple(WORKLOADS) == WORKLOAD_NAMES
    assert tuple(OPTIMIZERS) == OPTIMIZER_NAMES
    assert set(IMPLEMENTATIONS) == set(IMPLEMENTATION_NAMES)


def test_every_combination_is_a_cell_once() -> None:
    cells = cells_of()
    assert len(cells) == len(set(cells)) == 2 * 2 * 2


def test_a_cell_is_named_by_its_axes() -> None:
    assert cell_id(Cell("mlp", 64, 2, "cuda")) == "mlp-64-2-cuda"
    assert cell_id(Cell("mlp", 64, 2, "cpu+threads=1")) == "mlp-64-2-cpu+threads=1"


def test_one_process_a_side_serves_every_selected_batch_size() -> None:
    (plan,) = plan_workloads(cells_of(batch_sizes=(64, 8, 512)))
    assert plan.batch_sizes[Side("cpu")] == plan.batch_sizes[Side("cuda")] == (8, 64, 512)
    assert plan.epochs == 2


def test_every_side_is_repeated_at_a_small_and_at_a_large_batch_size() -> None:
    (plan,) = plan_workloads(cells_of(batch_sizes=(8, 64, 512)))
    assert plan.batch_sizes[Side("cuda", again=True)] == (8, 512)
    assert plan.batch_sizes[Side("cpu", again=True)] == (8, 512)
    (plan,) = plan_workloads(cells_of(batch_sizes=(8, 32, 128, 512, 2048)))
    assert plan.batch_sizes[Side("cpu", again=True)] == (32, 512)


def test_a_single_batch_size_is_repeated_once() -> None:
    (plan,) = plan_workloads(cells_of(batch_sizes=(8,)))
    assert plan.batch_sizes[Side("cpu", again=True)] == (8,)


def test_cells_that_pytest_left_out_are_not_planned() -> None:
    selected = [cell for cell in cells_of() if cell.side == "cuda" and cell.batch_size == 64]
    (plan,) = plan_workloads(selected)
    assert set(plan.batch_sizes) == {Side("cuda"), Side("cuda", again=True)}
    assert plan.batch_sizes[Side("cuda")] == (64,)


def test_workloads_are_planned_in_the_order_of_their_cells() -> None:
    plans = plan_workloads(cells_of(workloads=("lstm", "mlp")))
    assert [plan.workload for plan in plans] == ["lstm", "mlp"]


def test_no_preset_names_a_batch_size_above_its_samples() -> None:
    assert all(max(preset.batch_sizes) <= preset.samples for preset in PRESETS.values())
    assert PRESETS["full"].batch_sizes[-1] == PRESETS["full"].samples


def test_the_repeats_of_the_default_grid_are_in_the_first_three_blocks() -> None:
    preset = PRESETS["default"]
    grid = {"workloads": preset.workloads, "batch_sizes": preset.batch_sizes}
    plans = plan_workloads(cells_of(**grid, epochs=preset.epochs))
    processes = [sum(len(plan.sides(block)) for plan in plans) for block in range(preset.blocks)]
    assert processes == [16, 16, 16, 8, 8]
    answers = plans[0].answers(preset.blocks)
    assert answers[Side("cuda")] == 5 * 5
    assert answers[Side("cuda", again=True)] == 2 * 3
