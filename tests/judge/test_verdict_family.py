from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.judge.noise import floor_of, margin_of, repeats
from scripts.judge.verdicts import expected_wrong, verdicts
from tests.frames import frame, pair, timed

SLOWER = [1.18, 1.22, 1.19, 1.21, 1.20]
CLOSE = [0.995, 1.005, 1.002, 0.998, 1.000]
WIDE = [0.70, 1.30, 1.10, 0.90, 1.00]


def only(rounds: pd.DataFrame, **options: Any) -> pd.Series:
    table = verdicts(rounds, **({"scope": "warm"} | options))
    assert len(table) == 1
    return table.iloc[0]


def test_the_noise_floor_is_made_of_the_means_of_cells_and_not_of_single_blocks() -> None:
    calm = frame(pair(SLOWER), timed([1.1, 1 / 1.1, 1.1, 1 / 1.1, 1.0], arm="again"))
    assert only(calm)["noise_floor"] == pytest.approx(0.0, abs=1e-12)


def test_the_noise_floor_is_the_95th_percentile_and_the_margin_twice_that_or_five_per_cent() -> (
    None
):
    means = np.log(1 + np.arange(-50, 51) / 1000)
    floor = floor_of(means)
    assert np.expm1(floor) == pytest.approx(0.0487, abs=0.001)
    assert margin_of(floor) == pytest.approx(np.log1p(2 * np.expm1(floor)))
    assert margin_of(floor_of(means / 10)) == pytest.approx(np.log(1.05))
    assert np.isnan(floor_of(np.empty(0)))


def test_each_repeat_is_judged_as_if_its_arms_were_devices() -> None:
    arms = {8: [1.2] * 5, 32: CLOSE, 128: WIDE, 512: [1.3]}
    rows = [timed([1.0] * len(ratios), batch_size=size) for size, ratios in arms.items()]
    rows += [timed(ratios, batch_size=size, arm="again") for size, ratios in arms.items()]
    table = repeats(frame(*rows), scope="warm")
    assert table["verdict"].tolist() == ["differs", "too close", "undecided", "undecided"]
    assert table["blocks"].tolist() == [5, 5, 5, 1]
    assert table["ratio"].tolist() == pytest.approx(
        [1.2, np.exp(np.log(CLOSE).mean()), np.exp(np.log(WIDE).mean()), 1.3]
    )


def test_total_seconds_have_a_noise_floor_of_their_own() -> None:
    rounds = frame(pair(SLOWER), timed([1.0] * 5, arm="again", cold=0.3))
    assert only(rounds)["noise_floor"] == pytest.approx(0.0)
    assert only(rounds, scope="total")["noise_floor"] == pytest.approx(0.3)


def test_a_noisy_machine_against_itself_widens_the_margin_until_a_difference_is_none() -> None:
    again = timed([1.12] * 5, arm="again")
    row = only(frame(pair(SLOWER), again))
    assert (row["noise_floor"], row["repeats"]) == (pytest.approx(0.12), 1)
    assert row["margin"] == pytest.approx(0.24)
    assert row["verdict"] == "too close"


def test_the_noise_floor_counts_both_devices_of_the_pair_and_no_other() -> None:
    rounds = frame(
        pair(SLOWER),
        timed([1.5] * 5, device="vulkan"),
        timed([1.01] * 5, arm="again"),
        timed([s * 1.03 for s in SLOWER], device="cuda", arm="again"),
        timed([3.0] * 5, device="vulkan", arm="again"),
    )
    table = verdicts(rounds, scope="warm").set_index("device")
    floors = [np.expm1(np.quantile(np.log(own), 0.95)) for own in ([1.01, 1.03], [1.01, 2.0])]
    assert table["noise_floor"].tolist() == pytest.approx(floors)
    assert table["repeats"].tolist() == [2, 2]


def test_without_repeats_the_margin_is_five_per_cent_and_the_noise_floor_unknown() -> None:
    row = only(frame(pair(SLOWER)))
    assert np.isnan(row["noise_floor"])
    assert (row["repeats"], row["margin"]) == (0, pytest.approx(0.05))


def test_a_cell_that_is_decided_alone_has_to_survive_holm_among_many() -> None:
    faint = pair([1.06, 1.12, 1.10, 1.13, 1.14])
    assert only(frame(faint))["verdict"] == "gpu slower"
    crowd = [pair(WIDE, batch_size=size) for size in range(100, 119)]
    table = verdicts(frame(faint, *crowd), scope="warm")
    row = table[table["batch_size"] == 64].iloc[0]
    assert row["verdict"] == "undecided"
    assert row["reason"].startswith("gpu slower alone, not among 20 cells; about ")
    assert row["blocks_needed"] > 5
    assert row["p_holm"] == pytest.approx(20 * row["p"])


def test_planned_looks_share_alpha_and_widen_the_interval() -> None:
    one, three = (only(frame(pair(SLOWER)), looks=looks) for looks in (1, 3))
    assert (one["alpha"], three["alpha"], three["looks"]) == (0.05, pytest.approx(0.05 / 3), 3)
    assert three["hi"] - three["lo"] > 1.3 * (one["hi"] - one["lo"])


def test_the_expected_number_of_wrong_verdicts_is_alpha_for_each_family_with_a_verdict() -> None:
    rounds = frame(pair(SLOWER), pair(CLOSE, file="b.json"), pair(WIDE, file="c.json"))
    table = pd.concat([verdicts(rounds, scope="warm"), verdicts(rounds, scope="total", looks=3)])
    assert expected_wrong(table) == pytest.approx(4 * 0.05)
    assert expected_wrong(table[table["verdict"] == "undecided"]) == 0.0
