"""Geometric means, ranks and the fastest of each cell, against known truths and plain formulas."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scripts.machines.means import ALL, work_means
from scripts.machines.ranking import fastest, geometric_means, ranking
from scripts.read import table
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4)}


def cpu_times(factor: float) -> Any:
    """So many times the seconds of the corpus's own CPU."""
    return lambda _workload, batch_size: factor * (3e-4 + 2e-6 * batch_size)


def loaded(folder: Path, *plans: Corpus) -> pd.DataFrame:
    return table.load(plan.write(folder, f"file{place}") for place, plan in enumerate(plans))


def machine(name: str, factor: float = 1.0, **plan: Any) -> Corpus:
    own: dict[str, Any] = SMALL | {"sides": ("cpu",)} | plan
    return Corpus(machine=name, seed=len(name), cpu_step_seconds=cpu_times(factor), **own)


def test_a_geometric_mean_is_that_of_the_cells_ratios_with_welchs_interval_on_blocks(
    tmp_path: Path,
) -> None:
    rounds = loaded(tmp_path, machine("a"), machine("bb", 1.5, blocks=9))
    means = geometric_means(rounds, base="a").set_index("scope")
    logs = {}
    for name, own in rounds[~rounds["again"]].groupby("machine"):
        warm = own[own["epochs"] == 4]
        warm = warm.assign(log=np.log(warm["step_seconds"]))
        logs[name] = warm.groupby("block")["log"].mean().to_numpy(dtype=float)
    difference = logs["bb"].mean() - logs["a"].mean()
    expected = stats.ttest_ind(logs["bb"], logs["a"], equal_var=False).confidence_interval(0.95)
    row = means.loc["warm"]
    assert row["ratio"] == pytest.approx(np.exp(difference))
    assert (row["lo"], row["hi"]) == pytest.approx((np.exp(expected.low), np.exp(expected.high)))
    assert (row["cells"], row["blocks"], row["verdict"]) == (2, 5, "slower")
    assert means.loc["total", "cells"] == 4


def test_the_interval_does_not_take_cells_of_one_process_for_independent(tmp_path: Path) -> None:
    factors = {"a": (0.95, 1.02, 1.08, 0.97, 1.0), "bb": (1.03, 0.94, 0.99, 1.07, 1.01)}
    sizes = tuple(2**power for power in range(12))
    widths = []
    for grid in (sizes[3:4], sizes):
        plans = [
            machine(name, block_factors={"cpu": own}, batch_sizes=grid)
            for name, own in factors.items()
        ]
        rounds = loaded(tmp_path, *plans)
        warm = geometric_means(rounds, base="a").set_index("scope").loc["warm"]
        widths.append(np.log(warm["hi"] / warm["lo"]))
    # Twelve cells have the processes' spread in common: were they independent, the interval would
    # be 3.5 times narrower.
    assert widths[1] == pytest.approx(widths[0], rel=0.05)


def test_means_are_over_the_cells_that_all_machines_have_measured(tmp_path: Path) -> None:
    part = machine("bb", 1.5, batch_sizes=(8, 32))
    lost = machine("ccc", 1.0, absent={("mlp", 512, None, "cpu"): ("oom", "", 2)})
    rounds = loaded(tmp_path, machine("a", batch_sizes=(8, 32, 512)), part, lost)
    means = geometric_means(rounds, base="a").query("scope == 'warm'").set_index("machine")
    assert means["cells"].to_dict() == {"bb": 1, "ccc": 1}
    assert means["ratio"].to_dict() == pytest.approx({"bb": 1.5, "ccc": 1.0}, rel=0.03)


@pytest.mark.parametrize(("lost", "cells"), [(1, 2), (3, 1)])
def test_suspect_rounds_are_left_out_and_cells_without_enough_others_are_in_no_mean(
    tmp_path: Path, lost: int, cells: int
) -> None:
    marks = [f"block {number}: host loaded" for number in range(lost)]
    marked = machine("bb", suspect={("mlp", 8, None, "cpu"): marks})
    rounds = loaded(tmp_path, machine("a"), marked)
    means = geometric_means(rounds, base="a").set_index("scope")
    assert means["cells"].to_dict() == {"warm": cells, "total": 2 * cells}


def test_a_machine_without_the_side_leaves_the_others_means_alone(tmp_path: Path) -> None:
    both: dict[str, Any] = {"sides": ("cpu", "vulkan")}
    rounds = loaded(tmp_path, machine("a", **both), machine("bb", 1.5, **both), machine("ccc"))
    means = geometric_means(rounds, base="a").query("scope == 'warm'")
    assert means.groupby("side")["machine"].unique().map(list).to_dict() == {
        "cpu": ["bb", "ccc"],
        "vulkan": ["bb"],
    }
    assert set(means["cells"]) == {2}


def test_over_all_workloads_each_counts_the_same_and_variances_add_up(tmp_path: Path) -> None:
    plans = [machine(name, workloads=("mlp", "cnn")) for name in ("a", "bb")]
    rounds = loaded(tmp_path, *plans)
    found = work_means(rounds, scope="warm")
    own = [found[workload, "cpu"] for workload in ("mlp", "cnn")]
    whole = found[ALL, "cpu"]
    one, other = (means.table for means in own)
    np.testing.assert_allclose(whole.table["mean"], (one["mean"] + other["mean"]) / 2)
    np.testing.assert_allclose(whole.table["variance"], (one["variance"] + other["variance"]) / 4)
    assert (whole.table["freedom"] > 4).all()
    assert whole.cells == 4


def test_fewer_blocks_than_can_decide_have_a_mean_and_no_interval(tmp_path: Path) -> None:
    rounds = loaded(tmp_path, machine("a", blocks=2), machine("bb", 1.5, blocks=2))
    means = geometric_means(rounds, base="a")
    assert means["ratio"].notna().all()
    assert means[["lo", "hi"]].isna().all(axis=None)
    assert set(means["verdict"]) == {"undecided"}


def test_machines_that_are_too_close_share_a_rank(tmp_path: Path) -> None:
    rounds = loaded(
        tmp_path, machine("a", 2.0), machine("bb"), machine("ccc"), machine("dddd", 4.0)
    )
    ranks = ranking(rounds).query("scope == 'warm'").set_index("machine")
    assert ranks["rank"].to_dict() == {"bb": 1, "ccc": 1, "a": 3, "dddd": 4}
    assert ranks["tied_with"].to_dict() == {"bb": "ccc", "ccc": "bb", "a": "", "dddd": ""}
    assert set(ranks["undecided_with"]) == {""}
    assert ranks["seconds"].is_monotonic_increasing


def test_machines_that_nothing_is_decided_about_share_a_rank_and_that_is_said(
    tmp_path: Path,
) -> None:
    rounds = loaded(tmp_path, machine("a", blocks=2), machine("bb", 3.0, blocks=2))
    ranks = ranking(rounds).set_index(["scope", "machine"])
    assert set(ranks["rank"]) == {1}
    assert ranks.loc[("warm", "a"), "undecided_with"] == "bb"
    assert ranks.loc[("warm", "a"), "tied_with"] == ""


def test_the_fastest_of_a_cell_is_named_whatever_its_side(tmp_path: Path) -> None:
    def falling(_workload: str, _side: str, batch_size: int) -> float:
        return 4.0 if batch_size == 8 else 0.25

    both: dict[str, Any] = {
        "sides": ("cpu", "vulkan"),
        "ratio": falling,
        "cold_seconds": {"cpu": 0.01},
    }
    rounds = loaded(tmp_path, machine("a", 2.0, **both), machine("bb"), machine("ccc"))
    warm = fastest(rounds).query("scope == 'warm'").set_index("batch_size")
    assert warm["side"].to_dict() == {8: "cpu", 512: "vulkan"}
    assert warm.loc[512, "machine"] == "a"
    pair = (warm.loc[8, "machine"], warm.loc[8, "tied_with"])
    assert pair in {("bb", "ccc cpu"), ("ccc", "bb cpu")}
    assert (warm.loc[512, "tied_with"], warm.loc[512, "undecided_with"]) == ("", "")
    totals = fastest(rounds).query("scope == 'total'")
    assert totals.groupby("batch_size")["epochs"].apply(list).to_dict() == {8: [1, 4], 512: [1, 4]}


def test_a_suspect_cell_is_never_the_fastest(tmp_path: Path) -> None:
    marked = machine("bb", 0.1, suspect={(None, None, None, "cpu"): ["host loaded"]})
    table_ = fastest(loaded(tmp_path, machine("a"), marked))
    assert set(table_["machine"]) == {"a"}


def test_nothing_measured_anywhere_is_empty_tables(tmp_path: Path) -> None:
    gone: dict[Any, Any] = {(None, None, None, None): ("failed", "")}
    plans = [machine(name, absent=gone, repeats=False) for name in ("a", "bb")]
    rounds = loaded(tmp_path, *plans)
    assert len(geometric_means(rounds, base="a")) == 0
    assert len(ranking(rounds)) == 0
    assert len(fastest(rounds)) == 0


def test_the_order_of_the_files_changes_no_mean_and_no_rank(tmp_path: Path) -> None:
    paths = [machine(name, factor).write(tmp_path) for name, factor in (("a", 1), ("bb", 1.5))]
    one, other = table.load(paths), table.load(paths[::-1])
    assert json.dumps(geometric_means(one, base="a").to_dict()) == json.dumps(
        geometric_means(other, base="a").to_dict()
    )
    pd.testing.assert_frame_equal(ranking(one), ranking(other))
