from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scripts.judge.rule import FASTER, SLOWER, UNDECIDED
from tests.evidence.simulation import cells as simulate_cells
from tests.evidence.simulation import rules, simulate
from tests.evidence.simulation.fake_clock import NOISES, ROUNDS, experiment, log_ratios
from tests.evidence.simulation.rules import by_blocks, until_decided

ZERO = 0.0


def ramp(_random: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Process after process the machine is one per cent slower, and nothing else happens."""
    return np.broadcast_to(np.arange(shape[1])[None, :, None] * 0.01, shape).copy()


def test_blocks_alternate_which_device_goes_first() -> None:
    seconds = experiment(np.random.default_rng(0), ramp, truth=ZERO, cells=2, blocks=4)
    assert seconds.shape == (2, 4, 2, ROUNDS)
    np.testing.assert_allclose(log_ratios(seconds)[0], [0.01, -0.01, 0.01, -0.01])


def test_the_truth_is_how_much_slower_the_second_device_is() -> None:
    seconds = experiment(np.random.default_rng(0), ramp, truth=[0.2, -0.3], cells=2, blocks=4)
    np.testing.assert_allclose(log_ratios(seconds).mean(axis=-1), [0.2, -0.3])


@pytest.mark.parametrize(
    ("noise", "between", "within"),
    [("independent 5 %", 0.0, 0.05), ("process 1 %", 0.01, 0.02), ("process 2 %", 0.02, 0.02)],
)
def test_noise_has_the_spread_it_is_named_for(noise: str, between: float, within: float) -> None:
    line = NOISES[noise](np.random.default_rng(1), (2000, 10, ROUNDS))
    assert line.std(axis=-1, ddof=1).mean() == pytest.approx(within, rel=0.05)
    means = line.mean(axis=-1).var()
    assert np.sqrt(max(means - within**2 / ROUNDS, 0.0)) == pytest.approx(between, abs=0.002)


def test_one_process_in_five_is_slow_in_bimodal_noise() -> None:
    line = NOISES["bimodal"](np.random.default_rng(2), (500, 10, ROUNDS)).mean(axis=-1)
    assert (line > 0.07).mean() == pytest.approx(0.2, abs=0.02)


def test_neighbouring_rounds_of_a_wandering_machine_are_alike_across_processes() -> None:
    line = NOISES["autocorrelated"](np.random.default_rng(3), (500, 10, ROUNDS))
    assert line.std() == pytest.approx(0.03, rel=0.05)
    last, first = line[:, :-1, -1].ravel(), line[:, 1:, 0].ravel()
    assert np.corrcoef(last, first)[0, 1] == pytest.approx(0.95, abs=0.02)


def test_a_step_change_happens_once() -> None:
    line = NOISES["step change 15 %"](np.random.default_rng(4), (500, 10, ROUNDS))
    early, late = line[:, 0].mean(), line[:, -1].mean()
    assert late - early == pytest.approx(np.log(1.15), abs=0.02)


def test_later_looks_are_for_cells_that_are_still_undecided() -> None:
    margin = np.full(3, np.log(1.05))
    seconds = np.zeros((3, 15, 2, ROUNDS))
    seconds[0, :, 1] = 0.5
    seconds[0, 5:, 1] = -0.5
    seconds[1, :5, 1] = np.array([0.3, -0.3, 0.3, -0.3, 0.0])[:, None]
    seconds[1, 5:, 1] = 0.001
    seconds[2, :, 1] = 0.1 * np.resize([1.0, -1.0], 15)[:, None]
    looks = until_decided(seconds, margin)
    assert looks.words[0] == SLOWER
    assert by_blocks(seconds, margin).words[0] == UNDECIDED
    assert looks.words[1] == UNDECIDED
    assert looks.hi[1] < by_blocks(seconds[:, :5], margin, looks=3).hi[1]


def test_every_look_spends_a_third_of_alpha() -> None:
    random = np.random.default_rng(6)
    seconds = experiment(random, NOISES["process 2 %"], truth=0.1, cells=500, blocks=15)
    margin = np.full(500, np.log(1.05))
    looks = until_decided(seconds, margin)
    first, whole = (by_blocks(seconds[:, :5], margin, looks=number) for number in (3, 1))
    at_once = first.words != UNDECIDED
    assert 0 < at_once.sum() < (whole.words != UNDECIDED).sum()
    np.testing.assert_array_equal(looks.hi[at_once], first.hi[at_once])
    last = by_blocks(seconds, margin, looks=3).hi
    waited = looks.words == UNDECIDED
    np.testing.assert_array_equal(looks.hi[waited], last[waited])


@pytest.mark.parametrize("rule", [rules.pooled_t, rules.mann_whitney, rules.smallest])
def test_the_rules_in_use_tell_a_plain_difference_and_its_side(rule: rules.Judge) -> None:
    random = np.random.default_rng(5)
    noise = NOISES["process 1 %"]
    seconds = experiment(random, noise, truth=[0.5, -0.5], cells=2, blocks=5)
    assert rule(seconds, np.zeros(2)).words.tolist() == [SLOWER, FASTER]


def test_the_command_prints_the_table_and_writes_it_into_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate.main(["--long", str(tmp_path), "--cells", "40"]) == 0
    text = (tmp_path / "simulation.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == text.strip()
    table = pd.read_csv(tmp_path / "simulation.csv")
    assert len(table) == len(NOISES) * len(rules.RULES)
    assert (table["cells"] == 40).all()
    assert "| process 2 % | blocks, K = 9 |" in text
    assert (tmp_path / "simulation-grid.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--long", "/nowhere/at/all"], "/nowhere/at/all: is not a folder"),
        (["--cells", "3"], "--cells 3: at least 20"),
        (["--seed", "-1"], "--seed -1: at least 0"),
    ],
)
def test_a_wrong_argument_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        simulate.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_the_same_seed_gives_the_same_table() -> None:
    noise, rule = NOISES["bimodal"], rules.RULES["blocks, K = 5"]
    one, again, other = (
        simulate_cells.rates(rule, noise, cells=200, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
