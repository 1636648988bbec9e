"""The bound and the CPU's own answer in sentences."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.bound.cards import cards
from scripts.bound.floor import bounds
from scripts.read.table import load_results
from scripts.why.faults import page_faults
from scripts.words.host.bound import bound_line, graphs_words
from scripts.words.host.cpu import cpu_line
from tests.bound.rows import ISSUED, cpu_file
from tests.causes.test_faults import counted
from tests.frames import frame


def told(folder: Path, **plan: Any) -> pd.DataFrame:
    results = load_results([cpu_file(folder, **plan)])
    return bounds(results.rounds, results.dispatch, [cards()["t4"]])


def said(folder: Path, **plan: Any) -> str:
    return bound_line(told(folder, **plan))


def test_a_cpu_that_is_done_before_the_host_could_issue_the_step_is_not_beaten(
    tmp_path: Path,
) -> None:
    words = said(tmp_path)
    assert words.startswith(
        "At batch size 8 no GPU can beat this CPU on mlp: the host needs 350 µs to issue a step, "
        "at least, and the CPU has trained it in 316 µs."
    )


@pytest.mark.parametrize(
    ("step", "begin"),
    [
        (lambda _workload, batch: 1e-4 * (1 + batch / 32), "Up to batch size 32 no GPU can beat"),
        (lambda _workload, _batch: 1e-4, "At no batch size that was measured can a GPU beat"),
        (lambda _workload, _batch: 7e-4, "On mlp a GPU is at best 2.0 times faster at batch size"),
    ],
)
def test_how_far_the_cpu_is_ahead_is_said(tmp_path: Path, step: object, begin: str) -> None:
    assert said(tmp_path, cpu_step_seconds=step).startswith(begin)


def test_a_cpu_whose_slowest_process_a_gpu_may_beat_is_not_called_unbeaten(tmp_path: Path) -> None:
    factors = {"cpu": [1.0, 1.0, 2.0]}
    words = said(tmp_path, blocks=3, block_factors=factors)
    assert words.startswith("On mlp a GPU is at best 0.9 times as fast")


def test_a_host_that_was_loaded_is_told_about(tmp_path: Path) -> None:
    words = said(tmp_path, issued=ISSUED | {"suspect": ["block 0: host loaded"]})
    assert words.endswith("Suspect, as the host was looked at: block 0: host loaded.")


def test_graphs_change_that_by_so_much_at_most(tmp_path: Path) -> None:
    words = graphs_words(told(tmp_path))
    assert words.endswith("issue a step in 2.50 µs at best, 140 times less than here.")


def test_cards_and_epochs_are_told_at_the_largest_batch_size(tmp_path: Path) -> None:
    words = said(tmp_path, cpu_step_seconds=lambda _workload, _batch: 3.5e-3)
    assert "At batch size 512 these can be faster, at best: T4 10 times." in words
    # 8 steps of 3.5 ms an epoch, of which 0.35 ms stay at the least
    paid = "A cold start of 0.05 to 5 s pays there after 2 to 199 epochs of 4,096 samples"
    assert words.endswith(f"{paid}, at least.")


def test_cards_that_could_gain_alike_are_told_together(tmp_path: Path) -> None:
    results = load_results([cpu_file(tmp_path, cpu_step_seconds=lambda *_: 3.5e-3)])
    three = [cards()[name] for name in ("t4", "rtx4090", "h100")]
    found = bounds(results.rounds, results.dispatch, three)
    assert "at best: T4, RTX 4090 and H100 10 times." in bound_line(found)
    found.loc[found["card"] == "t4", "best_speedup"] = 3.0
    assert "at best: T4 3.0 times; RTX 4090 and H100 10 times." in bound_line(found)


def test_a_cold_start_never_pays_where_the_cpu_cannot_be_beaten(tmp_path: Path) -> None:
    words = said(tmp_path, cpu_step_seconds=lambda _workload, _batch: 1e-4)
    assert words.endswith("T4 not at all. Its cold start can never pay there.")


def rates(**by_size: int) -> pd.DataFrame:
    rows = [
        {"workload": "cnn", "side": "cpu", "batch_size": int(size[1:]), "samples_a_second": rate}
        for size, rate in by_size.items()
    ]
    return pd.DataFrame(rows)


NONE = page_faults(frame(counted(faults=0, system=0.0, user=1.0, workload="cnn", batch_size=8)))


def test_the_fastest_batch_size_and_what_it_gains() -> None:
    line = cpu_line(rates(b8=1000, b32=2000, b128=4000), NONE)
    assert line == (
        "cnn trains fastest at batch size 128 on cpu: 4,000 samples per second, 4.0 times as many "
        "as at 8."
    )


def test_larger_batches_that_are_slower_are_told_with_their_page_faults() -> None:
    faults = page_faults(
        frame(counted(faults=73_000, system=0.5, user=0.5, workload="cnn", batch_size=512))
    )
    line = cpu_line(rates(b8=1000, b128=4000, b512=2000), faults)
    assert line.endswith(
        "Larger batches are slower: 50% of that at 512; page faults take 50% of a step's CPU "
        "seconds at 512."
    )


def test_a_batch_size_that_is_nearly_as_fast_is_not_called_slower() -> None:
    assert "slower" not in cpu_line(rates(b8=1000, b128=4000, b512=3700), NONE)
