"""Several runs of a machine: the spread between them is behind every interval between machines."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scripts import compare
from scripts.judge.rule import interval
from scripts.machines.cells import compared
from scripts.machines.ranking import fastest, geometric_means, ranking
from scripts.machines.runs import between, machine_of, several
from scripts.read.table import Results, load_results
from scripts.tables.comparison import grouped
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1,), "sides": ("cpu",)}


def write(folder: Path, machine: str, run: int, factor: float) -> Path:
    """One run of a machine, whose CPU takes `factor` times the corpus's own seconds."""
    plan = Corpus(
        machine=f"{machine}{run}",
        seed=run,
        cpu_step_seconds=lambda _workload, size: factor * (3e-4 + 2e-6 * size),
        **SMALL,
    )
    document = plan.result()
    about = {"machine_id": machine * 12, "software_id": "1" * 12}
    document["machine_info"]["crossover"] |= about
    path = folder / f"{machine}{run}.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Three runs of `a`, and three of `b` that differ by more than their machines do."""
    factors = {"a": (1.0, 1.1, 0.9), "b": (1.1, 0.95, 1.05)}
    return load_results(
        write(tmp_path, name, run, factor)
        for name, own in factors.items()
        for run, factor in enumerate(own)
    )


def test_between_runs_is_the_t_test_of_their_means_with_one_variance() -> None:
    random = np.random.default_rng(3)
    own, base = random.normal(0.3, 0.2, 4), random.normal(0.0, 0.2, 3)
    low, high = interval(between(own[None], base[None]), level=0.05)
    expected = stats.ttest_ind(own, base).confidence_interval(0.95)
    np.testing.assert_allclose([low[0], high[0]], [expected.low, expected.high], rtol=1e-12)


def test_a_run_without_the_cell_counts_for_nothing_and_one_run_each_has_no_error() -> None:
    own = np.array([[0.1, 0.2, np.nan], [0.1, np.nan, np.nan]])
    base = np.array([[0.0, 0.1], [0.0, np.nan]])
    found = between(own, base)
    np.testing.assert_allclose(found.mean, [0.1, 0.1])
    assert found.freedom[0] == 2
    assert np.isnan([found.error[1], found.freedom[1]]).all()


def test_files_of_the_same_hardware_and_software_are_runs(results: Results) -> None:
    names = {f"{machine}{run}": f"{machine}0" for machine in "ab" for run in range(3)}
    assert machine_of(results.files) == names
    assert not several(results.rounds)


def test_one_run_each_calls_a_difference_that_its_runs_do_not(results: Results) -> None:
    alone = compared(results.rounds, base="a0")
    assert set(alone.loc[alone["machine"] == "b0", "verdict"]) == {"slower"}
    rounds, base = grouped(results.rounds, results.files, base="a1")
    assert base == "a0"
    assert several(rounds)
    cells = compared(rounds, base="a0")
    assert set(cells["machine"]) == {"b0"}
    assert set(cells["verdict"]) == {"undecided"}
    assert (cells[["runs", "base_runs"]] == 3).all(axis=None)
    assert (cells["lo"] < 1).all()
    assert (cells["hi"] > 1.1).all()


def test_means_and_ranks_stand_on_runs_too(results: Results) -> None:
    rounds, _base = grouped(results.rounds, results.files, base="a0")
    means = geometric_means(rounds, base="a0")
    truth = np.exp(np.mean(np.log([1.1, 0.95, 1.05])) - np.mean(np.log([1.0, 1.1, 0.9])))
    assert means["ratio"].to_numpy() == pytest.approx(truth, rel=0.02)
    assert set(means["verdict"]) == {"undecided"}
    ranks = ranking(rounds)
    assert set(ranks["machine"]) == {"a0", "b0"}
    assert (ranks["rank"] == 1).all()
    assert set(fastest(rounds)["machine"]) == {"a0"}


@pytest.mark.parametrize("runs", [False, True])
def test_the_terminal_says_what_the_intervals_stand_on(
    runs: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(write(tmp_path, name, run, 1.0)) for name in "ab" for run in range(2)]
    assert compare.main([*paths, *(["--group-runs"] if runs else [])]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert ("A run is the unit" in text) == runs
    assert ("how much a machine differs from one run to the next is not in them" in text) != runs
