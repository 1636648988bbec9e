from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.judge.noise import floor_of, repeats
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
    calm = frame(pair(SLOWER), timed([1.1, 1 / 1.1, 1.1, 1 / 1.1, 1.0], again=True))
    assert only(calm)["noise_floor"] == pytest.approx(0.0, abs=1e-12)


def test_the_noise_floor_is_the_95th_percentile() -> None:
    means = np.log(1 + np.arange(-50, 51) / 1000)
    assert np.expm1(floor_of(means)) == pytest.approx(0.0487, abs=0.001)
    assert np.isnan(floor_of(np.empty(0)))


def test_each_repeat_is_judged_as_if_its_arms_were_devices() -> None:
    arms = {8: [1.2] * 5, 32: CLOSE, 128: WIDE, 512: [1.3]}
    rows = [timed([1.0] * len(ratios), batch_size=size) for size, ratios in arms.items()]
    rows += [timed(ratios, batch_size=size, again=True) for size, ratios in arms.items()]
    table = repeats(frame(*rows), scope="warm")
    assert table["verdict"].tolist() == ["differs", "too close", "undecided", "undecided"]
    assert table["blocks"].tolist() == [5, 5, 5, 1]
    assert table["ratio"].tolist() == pytest.approx(
        [1.2, np.exp(np.log(CLOSE).mean()), np.exp(np.log(WIDE).mean()), 1.3]
    )


def test_arms_that_agree_to_the_last_digit_are_copies_and_tell_no_noise_floor() -> None:
    own = [1.0, 1.01, 0.99]
    copied = timed(own, again=True)
    rounds = frame(timed(own), timed([1.2, 1.21, 1.19], side="cuda"), copied)
    table = repeats(rounds, scope="warm")
    assert table["verdict"].tolist() == ["copied"]
    assert table[["ratio", "error", "lo", "hi"]].isna().all(axis=None)
    row = only(rounds)
    assert np.isnan(row["noise_floor"])
    assert (row["repeats"], row["margin"]) == (0, pytest.approx(0.05))


def test_total_seconds_have_a_noise_floor_of_their_own() -> None:
    rounds = frame(pair(SLOWER), timed([1.01, *[1.0] * 4], again=True, cold=0.3))
    assert only(rounds)["noise_floor"] == pytest.approx(0.002, abs=1e-4)
    assert only(rounds, scope="total")["noise_floor"] == pytest.approx(0.3, abs=0.01)


def test_a_device_that_differs_from_itself_beyond_its_blocks_widens_the_margin() -> None:
    again = timed([1.12] * 5, again=True)
    row = only(frame(pair(SLOWER), again))
    assert (row["noise_floor"], row["repeats"]) == (pytest.approx(0.12), 1)
    assert row["margin"] == pytest.approx(1.12**3 - 1)
    assert row["verdict"] == "undecided"  # 20 % lie inside, but 10 % are never called too close


def test_noise_that_the_blocks_show_leaves_the_margin_at_five_per_cent() -> None:
    again = timed([1.3, 0.9, 1.2], again=True)
    row = only(frame(pair(SLOWER), again))
    assert (row["noise_floor"], row["repeats"]) == (pytest.approx(0.12, abs=0.01), 1)
    assert (row["margin"], row["verdict"]) == (pytest.approx(0.05), "slower")


def test_the_noise_floor_counts_both_devices_of_the_pair_and_no_other() -> None:
    rounds = frame(
        pair(SLOWER),
        timed([1.5] * 5, side="vulkan"),
        timed([1.01] * 5, again=True),
        timed([s * 1.03 for s in SLOWER], side="cuda", again=True),
        timed([3.0] * 5, side="vulkan", again=True),
    )
    table = verdicts(rounds, scope="warm").set_index("side")
    floors = [np.expm1(np.quantile(np.log(own), 0.95)) for own in ([1.01, 1.03], [1.01, 2.0])]
    assert table["noise_floor"].tolist() == pytest.approx(floors)
    assert table["repeats"].tolist() == [2, 2]


def test_without_repeats_the_margin_is_five_per_cent_and_the_noise_floor_unknown() -> None:
    row = only(frame(pair(SLOWER)))
    assert np.isnan(row["noise_floor"])
    assert (row["repeats"], row["margin"]) == (0, pytest.approx(0.05))


def crowded(first: float, rest: Sequence[float], *, seed: int) -> pd.DataFrame:
    """Cells of these true ratios whose five blocks spread by 3 %, each of its own processes."""
    truth = np.array([first, *rest])
    ratios = truth[:, None] * np.exp(np.random.default_rng(seed).normal(0.0, 0.03, (len(truth), 5)))
    return frame(*(pair(own, batch_size=size) for size, own in enumerate(ratios.tolist(), start=1)))


def test_a_cell_that_is_decided_alone_has_to_be_so_among_many() -> None:
    row = verdicts(crowded(1.08, [1.05] * 9, seed=1), scope="warm").iloc[0]
    assert row["p"] == pytest.approx(0.0072, abs=0.0001)
    assert row["p_adjusted"] == pytest.approx(10 * row["p"])
    assert row["verdict"] == "undecided"
    alone = "slower alone, not among 10 cells; about 6 repetitions would decide it"
    assert row["reason"] == f"between 1.06x and {row['hi']:.2f}x; {alone}"


@pytest.mark.parametrize(
    ("strict", "factor", "verdict"), [(False, 10 / 6, "slower"), (True, 5, "undecided")]
)
def test_clear_cells_make_the_next_one_easier_to_believe_less_so_when_strict(
    strict: bool, factor: float, verdict: str
) -> None:
    rounds = crowded(1.10, [1.5] * 5 + [1.05] * 4, seed=2)
    row = verdicts(rounds, scope="warm", strict=strict).iloc[0]
    assert row["p_adjusted"] == pytest.approx(factor * row["p"])
    assert row["verdict"] == verdict


def test_a_quiet_cell_among_noisy_ones_is_believed_to_be_noisy() -> None:
    faint = pair([1.06, 1.12, 1.10, 1.13, 1.14])
    assert only(frame(faint))["verdict"] == "slower"
    crowd = [pair(WIDE, batch_size=size) for size in range(100, 119)]
    row = verdicts(frame(faint, *crowd), scope="warm").iloc[0]
    assert row["verdict"] == "undecided"
    assert row["blocks_needed"] > 5


def test_planned_looks_share_alpha_and_widen_the_interval() -> None:
    one, three = (only(frame(pair(SLOWER)), looks=looks) for looks in (1, 3))
    assert (one["alpha"], three["alpha"], three["looks"]) == (0.05, pytest.approx(0.05 / 3), 3)
    assert three["hi"] - three["lo"] > 1.3 * (one["hi"] - one["lo"])


def test_one_verdict_in_twenty_is_expected_to_be_wrong_at_most() -> None:
    rounds = frame(pair(SLOWER), pair(CLOSE, file="b.json"), pair(WIDE, file="c.json"))
    table = pd.concat([verdicts(rounds, scope="warm"), verdicts(rounds, scope="total", looks=3)])
    assert expected_wrong(table) == pytest.approx(4 * 0.05)
    assert expected_wrong(table[table["verdict"] == "undecided"]) == 0.0
