from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.judge.verdicts import WORDS, verdicts
from scripts.read.table import load
from tests.corpus import Corpus
from tests.frames import absent, frame, pair, timed

SLOWER = [1.18, 1.22, 1.19, 1.21, 1.20]
CLOSE = [0.995, 1.005, 1.002, 0.998, 1.000]
WIDE = [0.70, 1.30, 1.10, 0.90, 1.00]


def only(rounds: pd.DataFrame, **options: Any) -> pd.Series:
    table = verdicts(rounds, **({"scope": "warm"} | options))
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [(SLOWER, "slower"), ([1 / r for r in SLOWER], "faster"), (CLOSE, "too close")],
)
def test_known_ratios_read_as_they_should(ratios: Sequence[float], verdict: str) -> None:
    row = only(frame(pair(ratios)))
    assert row["verdict"] == verdict
    assert row["reason"] == ""
    assert row["lo"] < row["ratio"] < row["hi"]
    assert row["ratio"] == pytest.approx(np.exp(np.log(ratios).mean()))
    assert (row["blocks"], row["margin"], row["cells"]) == (5, pytest.approx(0.05), 1)
    assert pd.isna(row["blocks_needed"])


def test_a_spread_of_thirty_per_cent_is_undecided_and_says_how_many_blocks_it_needs() -> None:
    row = only(frame(pair(WIDE)))
    assert row["verdict"] == "undecided"
    assert 30 <= row["blocks_needed"] <= 300
    between = f"between {row['lo']:.2f}x and {row['hi']:.2f}x"
    assert row["reason"] == f"{between}; about {row['blocks_needed']} repetitions would decide it"


@pytest.mark.parametrize("blocks", [1, 2])
def test_fewer_than_three_blocks_never_get_a_verdict_and_say_why(blocks: int) -> None:
    row = only(frame(pair([2.0, 2.01][:blocks])))
    assert row["verdict"] == "undecided"
    assert row["reason"] == f"{blocks} of at least 3 repetitions"
    assert row["ratio"] == pytest.approx(2.0, rel=0.01)
    assert np.isnan(row["p"])


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(1.2, "slower"), (1.0, "too close"), (0.8, "faster")]
)
def test_blocks_without_any_spread_are_taken_at_their_word(ratio: float, verdict: str) -> None:
    row = only(frame(pair([ratio] * 3)))
    assert (row["verdict"], row["p"]) == (verdict, pytest.approx(0.0, abs=1e-12))
    assert row["lo"] == pytest.approx(row["hi"])


def test_only_blocks_that_both_sides_have_are_paired() -> None:
    rounds = frame(
        timed([1.0, 1.0, None, 1.0, 100.0]), timed([1.2, None, 100.0, 1.21, None], side="cuda")
    )
    row = only(rounds)
    assert row["blocks"] == 2
    assert row["ratio"] == pytest.approx(np.sqrt(1.2 * 1.21))


@pytest.mark.parametrize("missing", [float("nan"), 0.0, -1.0])
def test_a_time_that_is_no_time_takes_its_block_out(missing: float) -> None:
    row = only(frame(timed([1.0] * 5), timed([*SLOWER[:4], missing], side="cuda")))
    assert (row["blocks"], row["verdict"]) == (4, "slower")


def test_a_cell_without_a_time_is_a_row_with_the_reason_of_each_side() -> None:
    row = only(
        frame(
            absent("timeout", side="cpu"),
            absent("unsupported", side="vulkan", detail="aten::x is missing"),
        )
    )
    assert row["verdict"] == "not measured"
    assert row["reason"] == "vulkan: unsupported (aten::x is missing); cpu: timeout"
    assert row["blocks"] == 0
    assert np.isnan(row["ratio"])


def test_sides_that_share_no_block_are_not_measured() -> None:
    row = only(frame(timed([1.0, None]), timed([None, 1.0], side="cuda")))
    assert (row["verdict"], row["reason"]) == ("not measured", "no repetition with both sides")


def test_blocks_that_got_through_before_a_failure_are_no_fair_sample() -> None:
    row = only(frame(pair(SLOWER), absent("oom", side="cuda")))
    assert (row["verdict"], row["reason"]) == ("not measured", "cuda: oom")


@pytest.mark.parametrize("reason", ["interrupted", "budget"])
def test_a_cell_that_was_cut_short_is_judged_by_the_blocks_it_has(reason: str) -> None:
    row = only(frame(pair(SLOWER[:4]), absent(reason, side="cuda")))
    assert (row["verdict"], row["blocks"]) == ("slower", 4)


def test_repeats_in_the_first_blocks_only_make_the_margin_of_all_blocks() -> None:
    again = timed([1.05, 1.06, 1.04], again=True)
    row = only(frame(pair(SLOWER), again))
    assert (row["blocks"], row["repeats"]) == (5, 1)
    assert row["noise_floor"] == pytest.approx(0.05, rel=0.01)
    assert row["margin"] == pytest.approx(0.157, abs=0.002)  # exp(3 x 0.0484) - 1
    assert row["verdict"] == "slower"


def test_a_repeat_that_a_cut_left_with_one_block_still_counts() -> None:
    row = only(frame(pair(SLOWER), timed([1.01], again=True)))
    assert (row["verdict"], row["repeats"]) == ("slower", 1)


def test_a_cell_that_was_not_reached_is_not_measured_and_says_so() -> None:
    row = only(frame(timed([1.0] * 3), absent("budget", side="cuda")))
    assert (row["verdict"], row["reason"]) == ("not measured", "cuda: budget")


def test_a_suspect_round_is_left_out_like_a_block_that_is_missing_and_that_is_said() -> None:
    doubts = ["", "load 3.1; swapping", "", "load 3.1", ""]
    ratios = [1.18, 9.0, 1.19, 9.0, 1.20]
    row = only(frame(timed([1.0] * 5), timed(ratios, side="cuda", suspect=doubts)))
    alone = only(frame(pair([1.18, None, 1.19, None, 1.20])))
    for column in ("verdict", "ratio", "lo", "hi", "p", "blocks"):
        assert row[column] == alone[column]
    assert (row["verdict"], row["blocks"], row["left_out"]) == ("slower", 3, 2)
    assert row["reason"] == "2 of 5 repetitions left out: load 3.1; swapping"


def test_fewer_than_three_sound_rounds_withhold_the_verdict_and_keep_the_numbers() -> None:
    doubts = ["", "load 3.1; swapping", "swapping", "load 3.1", ""]
    row = only(frame(timed([1.0] * 5), timed(SLOWER, side="cuda", suspect=doubts)))
    assert row["verdict"] == "suspect"
    assert row["reason"] == "load 3.1; swapping"
    assert row["ratio"] == pytest.approx(1.2, rel=0.01)
    assert row["lo"] < row["ratio"] < row["hi"]
    assert (row["blocks"], row["left_out"]) == (2, 3)
    assert np.isnan(row["p_adjusted"])


def test_a_suspect_cell_is_not_counted_among_the_cells_that_are_tested() -> None:
    table = verdicts(
        frame(pair(SLOWER), pair(SLOWER, batch_size=8, suspect="loss mismatch")), scope="warm"
    )
    assert table["verdict"].tolist() == ["suspect", "slower"]
    assert table["cells"].tolist() == [1, 1]


def test_warm_has_a_row_a_batch_size_and_total_a_row_for_each_number_of_epochs() -> None:
    rounds = frame(
        *(
            timed(seconds, side=side, cold=cold, epochs=epochs)
            for side, seconds, cold in (("cpu", [1.0] * 5, 0.0), ("cuda", [0.5] * 5, 3.0))
            for epochs in (1, 4, 16)
        )
    )
    assert only(rounds)["verdict"] == "faster"
    assert pd.isna(only(rounds)["epochs"])
    total = verdicts(rounds, scope="total")
    assert total["epochs"].tolist() == [1, 4, 16]
    assert total["ratio"].tolist() == pytest.approx([3.5, 1.25, 11 / 16])
    assert total["verdict"].tolist() == ["slower", "slower", "faster"]


def test_a_batch_size_without_one_of_its_epochs_values_still_has_its_warm_verdict() -> None:
    rounds = frame(pair(SLOWER), pair([1.0, 1.0]), absent("timeout", side="cuda", epochs=4))
    rounds = rounds.drop_duplicates(["side", "block", "epochs"])
    assert only(rounds)["verdict"] == "slower"
    assert verdicts(rounds, scope="total")["verdict"].tolist() == ["slower", "not measured"]


def test_a_doubt_about_one_number_of_epochs_is_a_doubt_about_the_warm_epochs() -> None:
    rounds = frame(pair(SLOWER, epochs=1, suspect="loss mismatch"), pair(SLOWER, epochs=4))
    assert only(rounds)["verdict"] == "suspect"
    assert verdicts(rounds, scope="total")["verdict"].tolist() == ["suspect", "slower"]


def test_rounds_of_two_files_never_pair() -> None:
    rounds = frame(timed([1.0] * 5, file="a.json"), timed(SLOWER, side="cuda", file="b.json"))
    assert verdicts(rounds, scope="warm").empty


def test_without_an_accelerator_the_table_is_empty_with_all_its_columns() -> None:
    table = verdicts(frame(timed([1.0] * 5)), scope="total")
    full = verdicts(frame(pair(SLOWER)), scope="total")
    assert table.empty
    assert table.columns.tolist() == full.columns.tolist()


def test_a_result_file_of_known_ratios_reads_as_they_are(tmp_path: Path) -> None:
    truth = {8: 2.0, 32: 1.0, 128: 0.5, 512: 0.5}
    corpus = Corpus(
        ratio=lambda _workload, _side, batch: truth[batch],
        absent={("mlp", 512, None, "vulkan"): ("oom", "out of memory")},
        suspect={("mlp", 8, 4, "vulkan"): ["loss mismatch"]},
        process_noise=0.005,
        cold_seconds={"cpu": 0.0, "vulkan": 0.0},
    )
    rounds = load([corpus.write(tmp_path)])
    warm = verdicts(rounds, scope="warm").set_index("batch_size")["verdict"]
    assert warm.to_dict() == {8: "suspect", 32: "too close", 128: "faster", 512: "not measured"}
    total = verdicts(rounds, scope="total").set_index(["batch_size", "epochs"])["verdict"]
    assert (total[8, 1], total[8, 4]) == ("slower", "suspect")
    assert set(total) <= set(WORDS)
