"""The verdict rule held to its word on a fake clock: seeded, few hundred runs a figure."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.evidence.simulation import cells, curves, looks, machines
from tests.evidence.simulation.clock import NOISES, Plan


def rates(noise: str, ratio: float, plan: Plan, *, rule: str = "now", runs: int) -> dict[str, Any]:
    (found,) = cells.rates(noise, ratio, plan, (rule,), runs=runs, seed=1)
    return found


@pytest.mark.parametrize(
    ("noise", "ratio", "least", "most_before"),
    [
        ("spread 5 %", 1.2, 0.85, 0.10),
        ("spread 5 %", 1.3, 0.98, 0.45),
        ("spread 10 %", 1.3, 0.70, 0.05),
        ("spread 10 %", 1.5, 0.95, 0.15),
        ("spread 20 %", 2.0, 0.90, 0.10),
        ("spikes 2 %", 2.0, 0.95, 0.50),
    ],
)
def test_what_differs_is_found_which_the_rule_before_did_not(
    noise: str, ratio: float, least: float, most_before: float
) -> None:
    assert rates(noise, ratio, Plan(), runs=300)["found"] >= least
    assert rates(noise, ratio, Plan(), rule="before", runs=100)["found"] <= most_before


@pytest.mark.parametrize("noise", [name for name in NOISES if name != "offsets 3 %"])
@pytest.mark.parametrize(
    ("plan", "most"), [(Plan(), 0.005), (Plan(blocks=3), 0.01), (Plan(workloads=1), 0.01)]
)
def test_what_does_not_differ_is_seldom_called_so(noise: str, plan: Plan, most: float) -> None:
    assert rates(noise, 1.0, plan, runs=150)["wrong"] <= most


@pytest.mark.parametrize("noise", [name for name in NOISES if "offsets" not in name])
def test_no_sign_is_wrong_and_ten_per_cent_are_hardly_ever_too_close(noise: str) -> None:
    found = rates(noise, 1.1, Plan(), runs=100)
    assert found["wrong_sign"] == 0.0
    assert found["wrong"] <= 0.005


@cache
def halves() -> pd.DataFrame:
    return cells.mixed(runs=200, seed=2)


def test_few_words_are_wrong_even_with_half_of_the_cells_on_the_margin() -> None:
    table = halves()
    assert table.loc[table["rule"] == "now", "wrong_share"].max() <= 0.05


def test_strict_runs_have_any_wrong_word_in_five_per_cent_at_most() -> None:
    table = halves()
    assert table.loc[table["rule"] == "strict", "any_wrong"].max() <= 0.05
    assert table.loc[table["rule"] == "now", "any_wrong"].max() > 0.05


@pytest.mark.parametrize("shape", curves.SHAPES)
@pytest.mark.parametrize(("noise", "widest"), [("spread 5 %", 0.5), ("spread 10 %", 1.0)])
def test_the_crossovers_interval_holds_it_and_is_narrow(
    noise: str, widest: float, shape: str
) -> None:
    found = curves.rates(noise, shape, blocks=5, runs=300, seed=3)
    assert found["covers"] == pytest.approx(0.95, abs=0.03)
    assert found["doublings"] <= widest
    assert found["given"] > 0.99


def test_looks_find_more_and_hardly_ever_take_a_word_back() -> None:
    for noise, least in (("spread 5 %", 0.99), ("spread 10 %", 0.75)):
        found = looks.rates(noise, 1.3, runs=60, seed=4)
        assert found["at_the_end"] >= least
        assert found["taken_back"] <= 0.01
        assert found["turned"] == 0.0


def test_several_runs_hold_the_ratio_of_two_machines_which_blocks_of_one_do_not() -> None:
    covers = machines.of_machines(comparisons=1000, seed=5).set_index("runs")["covers"]
    assert covers[1] < 0.6
    assert covers[3] == pytest.approx(0.95, abs=0.03)


def test_the_stretched_interval_of_a_time_to_target_holds_it() -> None:
    table = machines.of_targets(pairs=400, seed=6).set_index("K")
    assert table["covers"].between(0.92, 0.98).all()
    assert table["covered_before"].min() < 0.85
    assert table["wrong"].max() <= 0.02


def test_words_on_arrays_are_those_of_the_verdicts_of_a_file() -> None:
    from scripts.judge.verdicts import verdicts
    from tests.evidence.simulation.clock import simulated
    from tests.evidence.simulation.rules import moderated
    from tests.frames import frame, pair, timed

    random = np.random.default_rng(7)
    truth = np.resize(np.log([1.0, 1.15, 1.3, 0.8]), 20)
    made = simulated(random, NOISES["spread 5 %"], truth=truth, runs=1, plan=Plan())
    rows, again = [], np.exp(made.again[0]).reshape(4, 2, 2, 3)
    for cell, ratios in enumerate(np.exp(made.cells[0]).tolist()):
        workload, place = divmod(cell, 5)
        about: dict[str, Any] = {"workload": f"w{workload}", "batch_size": 8 << place}
        rows.append(pair(ratios, **about))
        if place in (1, 3):
            cpu, gpu = again[workload, :, place // 2]
            rows.append(timed(cpu.tolist(), again=True, **about))
            own = (gpu * np.array(ratios[:3])).tolist()
            rows.append(timed(own, again=True, side="cuda", **about))
    table = verdicts(frame(*rows), scope="warm")
    judged = moderated(made)
    assert table["verdict"].tolist() == judged.words[0].tolist()
    assert table["margin"].to_numpy() == pytest.approx(np.expm1(judged.margin[0]))
    assert len(table["verdict"].unique()) > 1
