"""Whatever loads can be reported and compared: picoseconds or years, many cells or one."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts import compare, export, report
from scripts.figures import style as figures
from scripts.read import table
from tests.corpus import Corpus
from tests.fuzzing import changed, changes_of, written
from tests.write.reports import DRAWN, no_pictures

EXAMPLES = int(os.environ.get("CROSSOVER_FUZZ_EXAMPLES", "150"))
SETTINGS = settings(
    max_examples=max(settings().max_examples // 25, EXAMPLES // 1000),
    deadline=None,
    derandomize="CROSSOVER_FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1, 2), "blocks": 3, "samples": 64}
NAMED = Corpus(**SMALL).result()
CONTENT = written(NAMED)
EXTREMES: dict[str, dict[str, Any]] = {
    "picoseconds": {"step": 1e-11, "ratio": 1.0, "cold": 0.0},
    "years": {"step": 1e6, "ratio": 10.0, "cold": 1e8},
    "a ratio of a trillion": {"step": 1e-9, "ratio": 1e12, "cold": 1e-9},
    "a ratio of a trillionth": {"step": 1e3, "ratio": 1e-12, "cold": 1.0},
    "no cold start": {"step": 1e-3, "ratio": 2.0, "cold": 0.0},
}


def plan(*, step: float, ratio: float, cold: float, **more: Any) -> Corpus:
    return Corpus(
        cpu_step_seconds=lambda _workload, _batch: step,
        ratio=lambda _workload, _device, _batch: ratio,
        cold_seconds={"cpu": cold, "vulkan": cold},
        **(SMALL | more),
    )


def report_and_compare(paths: list[str], folder: Path) -> None:
    assert report.main([*paths, "--out", str(folder / "out"), "--dpi", "40"]) == 0
    assert compare.main([*paths, "--allow", "--csv", str(folder / "cells.csv")]) == 0
    assert export.main([*paths, "--out", str(folder / "rounds.csv")]) == 0


@pytest.mark.slow
def test_extreme_times_are_drawn_and_told(tmp_path: Path) -> None:
    paths = [
        str(plan(**own, machine=name).write(tmp_path, f"file{place}"))
        for place, (name, own) in enumerate(EXTREMES.items())
    ]
    report_and_compare(paths, tmp_path)
    assert len(list((tmp_path / "out").glob("heatmap-*.png"))) == len(EXTREMES)


@SETTINGS
@given(
    powers=st.tuples(st.floats(-11, 5), st.floats(-9, 3), st.floats(-13, 6)),
    blocks=st.integers(1, 4),
    noise=st.sampled_from([0.0, 0.01, 1.0]),
)
def test_any_times_are_told(
    powers: tuple[float, float, float],
    blocks: int,
    noise: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    step, ratio, cold = (10**power for power in powers)
    own: dict[str, Any] = {"step": step, "ratio": ratio, "cold": cold, "blocks": blocks}
    first = plan(**own, process_noise=noise).write(tmp_path)
    second = plan(**own, process_noise=noise, seed=1).write(tmp_path, "other")
    report_and_compare([str(first), str(second)], tmp_path)


@SETTINGS
@given(changes=changes_of(NAMED))
def test_any_changed_file_that_loads_is_told(
    changes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    path, other = tmp_path / "changed.json", Corpus(**SMALL).write(tmp_path)
    path.write_bytes(written(changed(CONTENT, changes)))
    try:
        table.load([path])
    except table.ResultError:
        return
    report_and_compare([str(path), str(other)], tmp_path)


def test_a_picture_of_too_many_pixels_is_made_coarser(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = figures.new_figure(width=100, height=2)
    whole = len(figures.encoded(figure, "png", dpi=100))
    monkeypatch.setattr(figures, "MOST_PIXELS", 20_000)
    coarse = figures.encoded(figure, "png", dpi=100)
    assert len(coarse) < whole
    assert int.from_bytes(coarse[16:20]) == 1000  # the width in a PNG's header: 10 dots an inch
