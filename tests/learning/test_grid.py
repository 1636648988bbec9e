"""The learning grid: real batch sizes, the ladder of learning rates, looks and caps."""

from itertools import pairwise
from pathlib import Path

import pytest

from bench import workloads
from bench.learning.grid import (
    FULL,
    LEARN_PRESETS,
    beyond,
    cap_of,
    half_way,
    is_rung,
    learn_cell_id,
    make_learn_cells,
    next_look,
    rate_window,
    real_sizes,
    settled_after,
)
from bench.workloads import WORKLOAD_NAMES, train_samples
from models import WORKLOADS, load_dataset


def test_the_numbers_of_training_samples_are_those_of_the_data() -> None:
    real = {name: len(load_dataset(w.dataset).train.targets) for name, w in WORKLOADS.items()}
    assert {name: train_samples(name) for name in WORKLOAD_NAMES} == real


def test_data_that_cannot_be_read_is_one_line_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "MODELS", tmp_path)
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "mnist-5k.safetensors.gz"
    for damage in (lambda: None, lambda: path.write_bytes(b"torn")):
        damage()
        with pytest.raises(pytest.UsageError, match="is missing or damaged: get it again with"):
            train_samples.__wrapped__("mlp")


def test_a_batch_size_beyond_the_data_is_the_full_batch_once() -> None:
    assert real_sizes(270, (4, 256, 512, 2048, FULL)) == (4, 256, 270)


def test_cells_are_workload_by_workload_with_their_own_optimisers() -> None:
    cells = make_learn_cells(
        {"lstm": (4, 270), "mlp": (8,)}, {"lstm": ("sgd", "adam"), "mlp": ("sgd",)}
    )
    assert list(map(learn_cell_id, cells)) == [
        "lstm-4-sgd",
        "lstm-270-sgd",
        "lstm-4-adam",
        "lstm-270-adam",
        "mlp-8-sgd",
    ]


def test_the_default_grid_goes_from_4_to_the_full_batch_in_at_least_six_sizes() -> None:
    preset = LEARN_PRESETS["default"]
    for name in ("mlp", "cnn-series", "lstm"):
        sizes = real_sizes(train_samples(name), preset.workloads[name])
        assert len([size for size in sizes if size >= 4]) >= 6
        assert 4 in sizes
        assert sizes[-1] == train_samples(name)
    assert len(preset.optimizers) == 2
    assert len(preset.tuning_seeds) == 2
    assert len(preset.figure_seeds) == 10


def test_the_full_grid_has_every_workload_from_one_sample_to_all() -> None:
    preset = LEARN_PRESETS["full"]
    assert tuple(preset.workloads) == WORKLOAD_NAMES
    for name in WORKLOAD_NAMES:
        sizes = real_sizes(train_samples(name), preset.workloads[name])
        assert (sizes[0], sizes[-1]) == (1, train_samples(name))


@pytest.mark.parametrize("name", LEARN_PRESETS)
def test_a_presets_seeds_either_choose_or_show(name: str) -> None:
    preset = LEARN_PRESETS[name]
    assert not set(preset.tuning_seeds) & set(preset.figure_seeds)


def test_four_learning_rates_follow_the_square_root_of_the_batch_size_on_one_ladder() -> None:
    assert rate_window(0.1, 32) == (0.01, 0.0316, 0.1, 0.316)
    assert rate_window(0.1, 320) == (0.0316, 0.1, 0.316, 1.0)
    assert rate_window(0.1, 3200) == (0.1, 0.316, 1.0, 3.16)
    assert rate_window(0.1, 4) == (0.00316, 0.01, 0.0316, 0.1)


def test_the_rung_past_an_edge_is_the_ladders_next() -> None:
    assert beyond((0.01, 0.0316), 0.1, upwards=True) == 0.1
    assert beyond((0.01, 0.0316), 0.1, upwards=False) == 0.00316


def test_a_half_step_lies_between_two_rungs_and_is_none() -> None:
    assert half_way(0.1, 0.1) == (0.0562, 0.178)
    assert half_way(0.0316, 0.1) == (0.0178, 0.0562)
    assert all(is_rung(rate, 0.1) for rate in (0.01, 0.0316, 0.1, 3.16))
    assert not any(is_rung(rate, 0.1) for rate in (0.0562, 0.178, 1.78))


def test_a_run_ends_when_it_has_done_the_epochs_and_the_steps_of_the_cap_in_whole_epochs() -> None:
    caps = [cap_of(epoch, cap_epochs=30, cap_steps=1000) for epoch in (1000, 1, 8, 125)]
    assert caps == [30_000, 1000, 1000, 3750]
    assert cap_of(9, cap_epochs=30, cap_steps=1000) == 112 * 9


def test_a_figure_seed_trains_on_to_twice_its_epochs_and_two_more_at_least() -> None:
    assert settled_after(1000, 100) == 2000
    assert settled_after(1001, 100) == 2100
    assert settled_after(30, 100) == 300


@pytest.mark.parametrize("epoch", [1, 2, 9, 125, 4000])
def test_held_out_data_is_looked_at_at_each_epochs_end_and_often_between(epoch: int) -> None:
    looks = [0]
    while looks[-1] < 40 * epoch:
        looks.append(next_look(looks[-1], epoch))
    assert set(range(0, 41 * epoch, epoch)) <= set(looks)
    assert looks[: min(epoch, 10)] == list(range(min(epoch, 10)))
    for before, after in pairwise(looks):
        apart = epoch / (8 if before < 2 * epoch else 2)
        assert after - before <= max(1, apart)
        assert after - before <= max(1, 0.08 * before + 1)
    assert len(looks) < 250


def test_a_presets_targets_are_at_least_as_hard_as_the_goals_of_their_workloads() -> None:
    for name, target in LEARN_PRESETS["default"].targets.items():
        workload = WORKLOADS[name]
        assert workload.goal is not None
        assert workload.score.reached(target, workload.goal)
        assert target != workload.goal
