"""What a run says before it measures, so that nobody waits for an answer that cannot come."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.console.beforehand import plan_lines
from bench.measure.budget import LEAST_ROUNDS
from bench.record.state import Facts, TimingRun
from tests.bench_fakes import SETTINGS


def said(tmp_path: Path, *, real: int = 0, name: str = "gru", **changed: object) -> list[str]:
    settings = replace(SETTINGS, samples=128, **changed)  # type: ignore[arg-type]
    run = TimingRun(settings, tmp_path / "box.json", resume=False, overwrite=False, command="")
    about = {"train_samples": real, "timed_from": "repeated 4 times"} if real else {}
    return plan_lines(run, Facts({}, {name: about}, {}, {}, ""))


@pytest.mark.parametrize(("blocks", "sides"), [(LEAST_ROUNDS, ("cpu", "cuda")), (1, ("cpu",))])
def test_a_run_that_can_answer_says_nothing(
    blocks: int, sides: tuple[str, ...], tmp_path: Path
) -> None:
    assert said(tmp_path, blocks=blocks, sides=sides) == []


def test_too_few_blocks_are_told_before_they_are_measured(tmp_path: Path) -> None:
    assert said(tmp_path, blocks=2) == ["--blocks 2: no cell gets a verdict; that takes 3 blocks"]


def test_what_an_epoch_is_of_somebodys_own_data_is_told(tmp_path: Path) -> None:
    assert said(tmp_path, real=32) == [
        "gru: an epoch is 128 samples, its data repeated 4 times; --samples 32 is all of it once"
    ]
    assert said(tmp_path, real=128) == []
    assert said(tmp_path, real=32, name="mlp") == []
