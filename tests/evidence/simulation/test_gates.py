"""The verdict rule held to its word on a fake clock: seeded, 10 000 cells a figure."""

import numpy as np
import pytest

from scripts.judge.noise import SMALLEST_DELTA
from scripts.judge.rule import FASTER, SLOWER
from tests.evidence.simulation import grid as simulate_grid
from tests.evidence.simulation.cells import rates
from tests.evidence.simulation.fake_clock import NOISES, experiment, margins
from tests.evidence.simulation.rules import RULES, by_blocks

CELLS = 10_000
FIVE, NINE = "blocks, K = 5", "blocks, K = 9"
LOOKS = "blocks until decided, looks at 5, 9, 15"
POOLED = ["rounds pooled, t test, K = 5", "rounds pooled, Mann-Whitney, K = 5"]


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("rule", ["blocks, K = 3", FIVE, NINE])
def test_at_most_one_cell_in_a_hundred_is_wrongly_called_and_no_sign_is_wrong(
    noise: str, rule: str
) -> None:
    found = rates(RULES[rule], NOISES[noise], cells=CELLS, seed=1)
    assert found["wrong_verdict"] <= 0.01
    assert found["wrong_sign"] == 0.0
    assert found["wrong_close"] <= 0.05


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("blocks", [3, 5, 9])
def test_the_same_holds_in_a_run_without_any_repeats_to_widen_its_margin(
    noise: str, blocks: int
) -> None:
    random = np.random.default_rng(2)
    seconds = experiment(random, NOISES[noise], truth=0.0, cells=CELLS, blocks=blocks)
    words = by_blocks(seconds, np.full(CELLS, np.log1p(SMALLEST_DELTA))).words
    assert np.isin(words, (SLOWER, FASTER)).mean() <= 0.01


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("repeats", [1, 4])
def test_a_noise_floor_of_few_repeats_is_no_worse(noise: str, repeats: int) -> None:
    random = np.random.default_rng(10)
    own = margins(random, NOISES[noise], runs=CELLS // 20, blocks=3, repeats=repeats)
    seconds = experiment(random, NOISES[noise], truth=0.0, cells=CELLS, blocks=3)
    words = by_blocks(seconds, np.repeat(own, 20)).words
    assert np.isin(words, (SLOWER, FASTER)).mean() <= 0.01


@pytest.mark.parametrize("noise", ["independent 5 %", "process 1 %", "process 2 %"])
@pytest.mark.parametrize("rule", [FIVE, NINE])
def test_the_interval_covers_the_truth_95_times_in_a_hundred(noise: str, rule: str) -> None:
    found = rates(RULES[rule], NOISES[noise], cells=CELLS, seed=3)
    assert found["coverage"] == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("rule", [NINE, LOOKS])
def test_a_true_difference_of_ten_per_cent_is_found(rule: str) -> None:
    found = rates(RULES[rule], NOISES["process 2 %"], cells=CELLS, seed=4)
    assert found["found_at_10_percent"] >= 0.95


@pytest.mark.parametrize("rule", POOLED)
def test_the_gates_would_catch_rounds_that_are_pooled_over_processes(rule: str) -> None:
    found = rates(RULES[rule], NOISES["process 1 %"], cells=2000, seed=5)
    assert found["wrong_verdict"] > 0.1


@pytest.mark.parametrize("noise", ["process 2 %", "bimodal", "step change 15 %"])
def test_looking_three_times_keeps_the_promise_of_one_look(noise: str) -> None:
    found = rates(RULES[LOOKS], NOISES[noise], cells=CELLS, seed=6)
    assert found["wrong_verdict"] <= 0.01
    assert found["wrong_sign"] == 0.0
    assert found["coverage"] >= 0.94


@pytest.mark.parametrize("side", ["inside", "outside"])
def test_few_grids_have_any_wrong_word_even_with_all_cells_on_the_margin(side: str) -> None:
    truth = simulate_grid.TRUTHS[f"all just {side} the margin"]
    holm, alone = (
        simulate_grid.judged(simulate_grid.RULES[rule], truth, grids=600, seed=7).wrong()
        for rule in ("K = 5", "K = 5, no Holm")
    )
    assert holm.any(axis=(1, 2)).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)
    assert alone.any(axis=(1, 2)).mean() > 0.3


def test_the_crossover_interval_holds_the_true_crossover() -> None:
    rule = simulate_grid.RULES["K = 5"]
    answer = simulate_grid.judged(rule, simulate_grid.crossing_curves, grids=250, seed=8)
    found = simulate_grid.curve_rates(answer)
    assert found["crossover_wrong"] <= 0.002
    assert found["crossover_interval"] > 0.7
    assert found["doublings"] <= 3


def test_holm_lets_the_looks_find_in_a_grid_what_five_blocks_cannot() -> None:
    truth = simulate_grid.TRUTHS["all cells 1.10"]
    five, looks = (
        np.isin(
            simulate_grid.judged(simulate_grid.RULES[rule], truth, grids=100, seed=9).words, SLOWER
        ).mean()
        for rule in ("K = 5", "until decided")
    )
    assert five < 0.5
    assert looks >= 0.95
