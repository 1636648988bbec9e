"""Several runs of a machine: the spread between them is behind every interval between machines."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scripts import compare, report
from scripts.judge.rule import interval
from scripts.machines.cells import compared
from scripts.machines.ranking import fastest, geometric_means, ranking
from scripts.machines.runs import as_blocks, between, machine_of, several
from scripts.machines.shift import LARGER, NO_INTERVAL
from scripts.read.table import Results, load_results
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison, grouped
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1,), "sides": ("cpu",)}


def write(folder: Path, machine: str, run: int, factor: float, **more: Any) -> Path:
    """One run of a machine, whose CPU takes `factor` times the corpus's own seconds."""
    shape = SMALL | {"cpu_step_seconds": lambda _workload, size: factor * (3e-4 + 2e-6 * size)}
    plan = Corpus(machine=f"{machine}{run}", seed=run, **shape | more)
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


def together(results: Results, base: str) -> Comparison:
    """The comparison of their machines, files of one machine its runs."""
    analysis = Analysis(results)
    return grouped(Comparison(analysis, analysis.rounds, base=base))


def crossings(folder: Path, **factors: tuple[float, ...]) -> Results:
    """Runs of machines whose GPU takes as long as the CPU at batch size 64, times a factor."""
    plan: dict[str, Any] = {"batch_sizes": (8, 64, 512), "sides": ("cpu", "cuda")}
    return load_results(
        write(
            folder, name, run, 1.0, ratio=lambda _w, _d, size, own=own: own * (64 / size) ** 0.5,
            **plan,
        )
        for name, every in factors.items()
        for run, own in enumerate(every)
    )  # fmt: skip


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
    both = together(results, "a1")
    assert both.base == "a0"
    assert both.several
    cells = both.cells
    assert set(cells["machine"]) == {"b0"}
    assert set(cells["verdict"]) == {"undecided"}
    assert (cells[["runs", "base_runs"]] == 3).all(axis=None)
    assert (cells["lo"] < 1).all()
    assert (cells["hi"] > 1.1).all()


def test_means_and_ranks_stand_on_runs_too(results: Results) -> None:
    rounds = together(results, "a0").rounds
    means = geometric_means(rounds, base="a0")
    truth = np.exp(np.mean(np.log([1.1, 0.95, 1.05])) - np.mean(np.log([1.0, 1.1, 0.9])))
    assert means["ratio"].to_numpy() == pytest.approx(truth, rel=0.02)
    assert set(means["verdict"]) == {"undecided"}
    ranks = ranking(rounds)
    assert set(ranks["machine"]) == {"a0", "b0"}
    assert (ranks["rank"] == 1).all()


def test_the_fastest_of_one_run_each_is_not_told_apart_where_runs_differ_by_more(
    results: Results,
) -> None:
    alone, both = fastest(results.rounds), fastest(together(results, "a0").rounds)
    assert set(alone["machine"]) == {"a2"}
    assert not alone["undecided_with"].str.contains("b0 cpu").any()
    assert set(both["machine"]) == {"a0"}
    assert set(both["undecided_with"]) == {"b0 cpu"}


def test_a_run_is_one_block_with_the_mean_of_its_log_seconds(results: Results) -> None:
    rounds = together(results, "a0").rounds
    own = as_blocks(rounds, scope="warm").query("machine == 'a0' and batch_size == 8")
    runs = [results.rounds[results.rounds["machine"] == f"a{run}"] for run in range(3)]
    means = [
        np.log(one.query("batch_size == 8 and not again")["epoch_seconds"].astype(float)).mean()
        for one in runs
    ]
    assert own.query("not again")["block"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.log(own.query("not again")["epoch_seconds"]), means)


def test_a_crossover_moves_only_where_runs_agree_on_it(tmp_path: Path) -> None:
    apart = crossings(tmp_path, a=(0.5, 2.0, 1.0), b=(2.0, 0.5, 1.0))
    alone = Comparison(Analysis(apart), Analysis(apart).rounds, base="a0").moves
    assert alone.query("machine == 'b0' and scope == 'warm'")["moves"].tolist() == [LARGER]
    both = together(apart, "a0")
    assert both.moves.query("scope == 'warm'")["moves"].tolist() == [NO_INTERVAL]
    middle = both.verdicts.query("scope == 'warm' and batch_size == 64")
    assert middle["blocks"].tolist() == [3, 3]
    assert middle["ratio"].to_numpy() == pytest.approx(1.0, rel=0.05)
    alike = crossings(tmp_path, c=(0.5, 0.52, 0.48), d=(2.0, 2.1, 1.9))
    assert together(alike, "c0").moves.query("scope == 'warm'")["moves"].tolist() == [LARGER]


def test_a_price_of_any_run_is_that_of_its_machine(results: Results) -> None:
    analysis = Analysis(results)
    prices = {"a1": 2.0, "b2": 0.5}
    both = grouped(Comparison(analysis, analysis.rounds, "a0", prices))
    assert both.prices == {"a0": 2.0, "b0": 0.5}
    ratio = both.cells["cost_ratio"] / both.cells["ratio"]
    assert ratio.to_numpy() == pytest.approx(0.25)


@pytest.mark.parametrize("runs", [False, True])
def test_the_terminal_says_what_the_intervals_stand_on(
    runs: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(write(tmp_path, name, run, 1.0)) for name in "ab" for run in range(2)]
    assert compare.main([*paths, *(["--group-runs"] if runs else [])]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert ("A run is the unit" in text) == runs
    assert ("counts how much runs differ" in text) != runs


def test_runs_of_a_single_machine_are_compared_with_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(write(tmp_path, "a", run, 1.0)) for run in (1, 2)]
    assert compare.main([*paths, "--group-runs"]) == 2
    words = "all files are runs of a1; name another machine's too, or leave it out"
    assert capsys.readouterr().err == f"--group-runs: {words}\n"
    assert report.main([*paths, "--group-runs", "--brief"]) == 0
