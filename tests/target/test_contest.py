"""Sides against their base in time to a target, at equal batch sizes and each at its best."""

from pathlib import Path

import pytest

from scripts.judge.verdicts import verdicts
from scripts.read.table import load
from scripts.target.contest import contest, contests, noise_margin
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.target.plans import LEARNED, TIMED, Say
from tests.target.test_target import at, joined


@pytest.mark.parametrize(
    ("ratio", "word"),
    [(2.0, "slower"), (0.5, "faster"), (1.0, "too close"), (1.06, "undecided")],
)
def test_equal_batch_sizes_share_their_seeds_so_the_ratio_is_that_of_the_seconds(
    ratio: float, word: str, tmp_path: Path
) -> None:
    times, rounds = joined(
        tmp_path,
        learning={"noise": 0.3},
        ratio=lambda *_cell: ratio,
        cold_seconds={"cpu": 1e-9, "cuda": 1e-9},
        process_noise=0.01,
    )
    row = contests(times, rounds).set_index("at").loc["64"]
    assert row["verdict"] == word
    assert row["ratio"] == pytest.approx(ratio, rel=0.05)


def test_each_side_is_judged_at_its_own_best_batch_size_as_well(tmp_path: Path) -> None:
    def ratio(_workload: str, _side: str, size: int) -> float:
        return {16: 4.0, 64: 1.0, 256: 0.1}[size]

    times, rounds = joined(
        tmp_path,
        ratio=ratio,
        cpu_step_seconds=lambda _workload, size: 1e-5 * size,
        cold_seconds={"cpu": 1e-9, "cuda": 1e-9},
    )
    row = contests(times, rounds).set_index("at").loc["best"]
    assert row["side_batch"] == 256
    cpu = times[times["side"] == "cpu"]
    assert row["base_batch"] == cpu.sort_values("seconds").iloc[0]["batch_size"]
    assert row["base_batch"] != 256


def test_suspect_blocks_are_left_out_while_three_sound_ones_remain(tmp_path: Path) -> None:
    three, all_ = (
        joined(tmp_path, block_suspect={("mlp", block): ["host loaded"] for block in blocks})[0]
        for blocks in ((0, 1), range(5))
    )
    assert (at(three, 64)["blocks"], at(three, 64)["suspect"]) == (3, "")
    assert (at(all_, 64)["blocks"], at(all_, 64)["suspect"]) == (5, "host loaded")
    verdict = contest(at(all_, 64, "cuda"), at(all_, 64), margin=0.05)
    assert (verdict["verdict"], verdict["reason"]) == ("suspect", "host loaded")
    assert verdict["ratio"] > 0


def test_two_blocks_decide_nothing(tmp_path: Path) -> None:
    times, rounds = joined(tmp_path, blocks=2, ratio=lambda *_cell: 9.0)
    assert set(contests(times, rounds)["verdict"]) == {"undecided"}


def test_optimisers_of_one_computer_are_judged_against_the_fastest_whatever_file_timed_them(
    say: Say,
) -> None:
    def timed(name: str, factor: float) -> Corpus:
        return Corpus(
            **TIMED | {"sides": ("cpu",)},
            machine=f"box-{name}",
            run={"optimizer": name},
            cpu_step_seconds=lambda _workload, size: factor * 1e-5 * size,
        )

    lines = say(plans=[timed("sgd", 1.0), timed("adam", 2.0), LearnCorpus(**LEARNED)]).splitlines()
    (best,) = [line for line in lines if line.startswith("on cpu of box-sgd: train with")]
    assert ", SGD 0.01, " in best
    assert "box-adam" not in "\n".join(lines)  # it is the same computer
    (verdict,) = [line for line in lines if "each at its best, Adam" in line]
    assert verdict.startswith("on cpu of box-sgd, each at its best, Adam takes ")
    assert verdict.endswith("] the time of SGD.")
    assert 1.8 < float(verdict.partition("takes ")[2].partition("x")[0]) < 2.2
    alone = say(plans=[timed("sgd", 1.0), LearnCorpus(**LEARNED)])
    assert "each at its best" not in alone  # what Adam's steps take is not known


def test_the_margin_is_that_of_the_verdicts(tmp_path: Path) -> None:
    for noise in (0.001, 0.2):
        rounds = load([Corpus(process_noise=noise).write(tmp_path)])
        expected = verdicts(rounds, scope="warm")["margin"].unique()
        assert noise_margin(rounds) == pytest.approx(expected.item())
