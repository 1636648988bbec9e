"""An estimate on devices whose truth is known: it holds what it was not shown, or is not given."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts import predict
from scripts.bound.cards import Card, Range, card_named
from scripts.bound.estimate import LEAST, estimates, left_out, measured_pairs, spread
from scripts.read.table import load_results
from tests.bound.rows import ISSUED, cpu_file
from tests.causes.study_rows import diagnosis, peak, write
from tests.corpus import Corpus
from tests.evidence.prediction.__main__ import coverage

NETWORKS = ("mlp", "cnn", "lstm", "rnn")
SIZES = (8, 16, 32)
LAUNCHED = 2e-4 + 100 * np.sqrt(1.5e-6 * 5e-6)
"""What the host of ISSUED needs in the middle of the range."""


def gpu_file(folder: Path, *, took: dict[str, float], **plan: Any) -> Path:
    """A file of a GPU whose steps take so many times what the host needs, by network."""
    plan = {"batch_sizes": SIZES} | plan
    known = Corpus(
        sides=("cpu", "cuda"),
        workloads=tuple(took),
        cpu_step_seconds=lambda _workload, _batch: 1e-3,
        ratio=lambda workload, _side, _batch: took[workload] * LAUNCHED / 1e-3,
        process_noise=0.0,
        epoch_noise=0.0,
        **plan,
    )
    content = known.result()
    content["crossover"] |= {
        "dispatch": [{"workload": one} | ISSUED for one in took],
        "diagnosis": list(diagnosis(known)),
        "peaks": [peak(side) for side in known.sides],
    }
    return write(folder, content)


def pairs(path: Path) -> pd.DataFrame:
    results = load_results([path])
    return measured_pairs(results.rounds, results.dispatch, results.diagnosis)


def test_a_pair_is_what_a_device_took_of_what_is_expected(tmp_path: Path) -> None:
    found = pairs(gpu_file(tmp_path, took=dict.fromkeys(NETWORKS, 2.0)))
    assert set(found["kind"]) == {"cuda"}
    assert found["expected"].to_list() == pytest.approx([LAUNCHED] * 12)
    assert np.exp(found["log_ratio"]).to_list() == pytest.approx([2.0] * 12)


def test_a_cpu_issues_and_computes_in_turn(tmp_path: Path) -> None:
    known = Corpus(sides=("cpu", "cpu+threads=1"), workloads=("rnn",), batch_sizes=(1, 512))
    content = known.result()
    content["crossover"] |= {
        "dispatch": [{"workload": "rnn"} | ISSUED],
        "diagnosis": list(diagnosis(known)),
        "peaks": [peak(side) for side in known.sides],
    }
    expected = pairs(write(tmp_path, content))["expected"]
    moved = 1e4 + 1e6  # bytes, at 1e10 a second; at 512 the arithmetic at 1e11 takes longer
    assert expected.to_list() == pytest.approx([3e-4 + moved / 1e10, 3e-4 + 512 * 2e6 / 1e11])


@pytest.mark.parametrize(("table", "place", "left"), [("peaks", 1, 0), ("dispatch", 0, 3)])
def test_nothing_is_learned_from_what_was_looked_at_beside_others(
    table: str, place: int, left: int, tmp_path: Path
) -> None:
    path = gpu_file(tmp_path, took=dict.fromkeys(NETWORKS, 2.0), batch_sizes=(8,))
    content = json.loads(path.read_text())
    content["crossover"][table][place]["suspect"] = ["block 0: host loaded"]
    assert len(pairs(write(tmp_path, content))) == left


def test_a_prediction_of_a_busy_host_and_of_one_that_nobody_looked_at_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / name for name in ("busy", "unseen")]
    for folder in folders:
        folder.mkdir()
    busy = cpu_file(folders[0], issued=ISSUED | {"suspect": ["block 0: host loaded"]})
    unseen = Corpus(sides=("cpu",), machine="unseen").result()
    unseen["crossover"]["complete"] = False
    text = printed(capsys, busy, write(folders[1], unseen))
    assert ". Suspect, as the host was looked at: block 0: host loaded.\n" in text
    assert "unseen: the run ended before it looked at what the host does for a step;" in text


def test_the_interval_of_equal_devices_is_a_point_and_of_others_a_wide_one(tmp_path: Path) -> None:
    same = spread(pairs(gpu_file(tmp_path, took=dict.fromkeys(NETWORKS, 2.0))))
    assert same is not None
    cell = pd.DataFrame({"expected": [1e-3], "share": [0.0]})
    assert same.around(cell).to_numpy()[0] == pytest.approx([2e-3] * 3)
    took = dict(zip(NETWORKS, (1.0, 2.0, 2.0, 4.0), strict=True))
    other = spread(pairs(gpu_file(tmp_path, took=took)))
    assert other is not None
    spreads = np.log(2) * np.sqrt(2 / 3) * np.sqrt(1 + 1 / 4)  # t of 3 degrees of freedom: 3.18
    around = other.around(cell)
    assert around["seconds"][0] == pytest.approx(2e-3, rel=0.02)
    assert np.log(around["high"] / around["low"])[0] == pytest.approx(2 * 3.182 * spreads, rel=0.02)


def test_kernels_far_from_their_peaks_widen_large_batches_only() -> None:
    rows = [
        {"workload": name, "batch_size": 10 * share, "share": share, "log_ratio": slope * share}
        for name, slope in zip(NETWORKS, (1.0, 2.0, 2.0, 3.0), strict=True)
        for share in (0.1, 0.5, 0.9)
    ]
    known = spread(pd.DataFrame(rows))
    assert known is not None
    around = known.around(pd.DataFrame({"expected": [1.0, 1.0], "share": [0.0, 1.0]}))
    assert around["seconds"].to_list() == pytest.approx([1.0, np.exp(2.0)], rel=0.01)
    assert around["high"][0] < 1.05
    assert around["high"][1] > np.exp(2.0 + 2.5)


def test_each_network_is_held_against_the_others_and_one_far_off_is_a_miss(tmp_path: Path) -> None:
    took = dict(zip(NETWORKS, (2.0, 2.1, 1.9, 60.0), strict=True))
    table = coverage(left_out(pairs(gpu_file(tmp_path, took=took))))
    assert table["inside"].to_list() == [3, 3, 3, 0]
    assert table["missed"].iloc[3].startswith("cuda at 8: ")


def test_too_few_networks_give_no_estimate(tmp_path: Path) -> None:
    few = pairs(gpu_file(tmp_path, took=dict.fromkeys(NETWORKS[: LEAST - 1], 2.0)))
    assert spread(few) is None
    assert left_out(few).empty


def test_an_estimate_of_a_card_is_its_arithmetic_times_what_others_took(tmp_path: Path) -> None:
    known = spread(pairs(gpu_file(tmp_path, took=dict.fromkeys(NETWORKS, 3.0))))
    assert known is not None
    results = load_results([cpu_file(tmp_path, batch_sizes=(8, 4096))])
    box = Card("box", "Box", Range(1e12, 1e12), Range(1e15, 1e15))
    found = estimates(results.rounds, results.dispatch, box, known)
    assert found["seconds"].to_list() == pytest.approx([3 * LAUNCHED, 3 * 2e6 * 4096 / 1e12])


def printed(capsys: pytest.CaptureFixture[str], *files: Path, card: str = "t4") -> str:
    assert predict.main([*map(str, files), "--card", card]) == 0
    return capsys.readouterr().out


def test_without_a_measured_gpu_there_is_the_bound_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, cpu_file(tmp_path, batch_sizes=(8, 4096)), card="t4,h100")
    assert "No estimate: it takes 4 networks" in text
    assert (
        "Times faster than the CPU at best, by batch size (T4 and H100 where none is named):\n"
        "  devbox, mlp: 0.90x at 8; "
    ) in text
    assert "; T4 " in text
    assert ", H100 " in text
    assert "(estimate)" not in text


def test_with_one_there_is_an_interval_and_how_often_such_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / name for name in ("gpu", "own")]
    for folder in folders:
        folder.mkdir()
    took = dict(zip(NETWORKS, (2.0, 2.1, 1.9, 2.2), strict=True))
    gpu = gpu_file(folders[0], took=took)
    text = printed(capsys, gpu, cpu_file(folders[1]))
    assert "with each left out in turn, 100% of 12 cells lie in their interval of 95 %." in text
    assert "Times faster than the CPU at best (estimate), by batch size (T4):" in text
    assert "devbox (2), mlp: 0.90x (0.33x [0.26 to 0.41]) at 8; " in text


@pytest.mark.parametrize(
    ("card", "words"), [("gtx9", "'gtx9' is none of: k80, t4"), ("", "'' is none of")]
)
def test_a_card_that_is_not_known_is_refused(
    card: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        predict.main([str(cpu_file(tmp_path)), "--card", card])
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_a_file_of_before_is_told_how_to_be_measured_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict.main([str(cpu_file(tmp_path, issued=None)), "--card", "t4"]) == 2
    assert "crossover.dispatch: has not looked at what the host does" in capsys.readouterr().err


def test_what_no_network_is_held_against_is_no_estimate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gpu = gpu_file(tmp_path, took=dict.fromkeys(NETWORKS[:LEAST], 2.0))
    text = printed(capsys, gpu)
    assert "No estimate: it takes 4 networks" in text
    assert "(estimate)" not in text


def test_a_bound_on_a_busy_host_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, cpu_file(tmp_path, issued=ISSUED | {"suspect": ["host loaded"]}))
    assert ". Suspect, as the host was looked at: host loaded.\n" in text


def test_without_cpu_seconds_that_can_be_trusted_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cpu_file(tmp_path, suspect={("mlp", None, None, "cpu"): ["host loaded"]})
    assert predict.main([str(path), "--card", "t4"]) == 2
    assert "has no CPU seconds to compare with that are not suspect" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("rtx4090", "rtx4090"), ("RTX 4090", "rtx4090"), (" rtx-4090", "rtx4090"),
        ("NVIDIA A100-SXM4-80GB", "a100"), ("Tesla T4", "t4"), ("H100 PCIe", "h100"),
        ("RTX 4090 Ti", None), ("L40", None), ("4090", None), ("", None),
    ],
)  # fmt: skip
def test_a_card_is_known_as_people_write_it(name: str, key: str | None) -> None:
    card = card_named(name)
    assert (card and card.key) == key
