from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.evidence.simulation import cells, in_use, looks, simulate
from tests.evidence.simulation.clock import NOISES, Plan, Runs, simulated

SHAPE = (400, 5, 4, 4, 5)


def drawn(noise: str) -> np.ndarray:
    return NOISES[noise](np.random.default_rng(1), SHAPE, Plan())


@pytest.mark.parametrize(("noise", "spread"), [("spread 2 %", 0.02), ("spread 20 %", 0.2)])
def test_processes_spread_as_their_noise_is_named_and_share_most_of_it(
    noise: str, spread: float
) -> None:
    seconds = drawn(noise)
    assert seconds.std() == pytest.approx(spread, rel=0.02)
    first, second = seconds[..., 0].ravel(), seconds[..., 1].ravel()
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("noise", ["tails t3, 5 %", "tails t2, 5 %"])
def test_heavy_tails_are_as_wide_in_the_middle_and_reach_further(noise: str) -> None:
    plain, heavy = drawn("spread 5 %"), drawn(noise)
    quartiles = [np.subtract(*np.quantile(seconds, [0.75, 0.25])) for seconds in (plain, heavy)]
    assert quartiles[1] == pytest.approx(quartiles[0], rel=0.2)
    assert np.abs(heavy).max() > 2 * np.abs(plain).max()


def test_one_process_in_fifty_is_five_times_slower_or_more() -> None:
    slow = (drawn("spikes 2 %") > np.log(4)).all(axis=-1)
    assert slow.mean() == pytest.approx(0.02, abs=0.003)


def test_a_switching_host_is_slow_about_half_of_the_time_and_for_neighbours_together() -> None:
    slow = drawn("switching host").mean(axis=-1) > np.log(1.3) / 2
    assert slow.mean() == pytest.approx(0.5, abs=0.1)
    together = slow[:, :, :, 0] == slow[:, :, :, 1]
    assert together.mean() > 0.8


def test_a_drifting_host_is_a_fifth_slower_at_the_end() -> None:
    seconds = drawn("drift 20 %")
    rise = seconds[:, -1, -1, :2].mean() - seconds[:, 0, 0, :2].mean()
    assert rise == pytest.approx(np.log(1.2), rel=0.15)


def test_blocks_alternate_so_that_drift_leaves_most_ratios_alone() -> None:
    made = simulated(
        np.random.default_rng(2), NOISES["drift 20 %"], truth=0.0, runs=400, plan=Plan(blocks=4)
    )
    assert made.cells.mean() == pytest.approx(0.0, abs=0.005)


def test_the_truth_is_by_how_much_the_second_side_is_slower() -> None:
    truth = np.linspace(-0.5, 0.5, 20)
    made = simulated(
        np.random.default_rng(3), NOISES["spread 2 %"], truth=truth, runs=200, plan=Plan()
    )
    np.testing.assert_allclose(made.cells.mean(axis=(0, 2)), truth, atol=0.01)
    assert made.again.shape == (200, 16, 3)
    assert made.again.mean() == pytest.approx(0.0, abs=0.01)


def test_later_looks_are_for_undecided_cells_and_the_report_judges_all_blocks() -> None:
    random = np.random.default_rng(4)
    ratios = np.array([[0.5] * 15, [0.0] * 5 + [0.5] * 10])
    made = Runs(
        Plan(workloads=2, sizes=1, blocks=15),
        ratios[None] + random.normal(0.0, 0.03, (1, 2, 15)),
        random.normal(0.0, 0.03, (1, 4, 3)),
    )
    made.cells[0, 1, :5] = [0.9, -0.4, 1.0, -0.5, 0.2]
    first, last, blocks = looks.judged(made)
    assert first[0].tolist() == ["slower", "undecided"]
    assert last[0, 0] == "slower"
    assert blocks[0, 0] == 5
    assert blocks[0, 1] > 5


def test_rules_that_pool_epochs_call_identical_cells_different() -> None:
    table = in_use.table(pairs=500, seed=5).to_dict("records")
    none, _little, some, _much = table
    assert none["t_test"] == pytest.approx(0.05, abs=0.03)
    assert some["process_spread"] == 0.02
    assert min(some["t_test"], some["mann_whitney"]) > 0.3


def test_the_command_prints_the_page_and_writes_it_into_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate.main(["--long", str(tmp_path), "--runs", "2"]) == 0
    text = (tmp_path / "simulation.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == text.strip()
    assert "| spread 5 %: 1.2x found |" in text
    table = pd.read_csv(tmp_path / "simulation.csv")
    assert (table["runs"] == 2).all()
    assert set(table["plan"]) == set(cells.PLANS)
    assert (tmp_path / "simulation-curves.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--long", "/nowhere/at/all"], "/nowhere/at/all: is not a folder"),
        (["--runs", "-3"], "--runs -3: at least 1"),
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


def test_the_same_seed_gives_the_same_rates() -> None:
    one, again, other = (
        list(cells.rates("spread 5 %", 1.2, Plan(), ("now",), runs=20, seed=seed))
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
