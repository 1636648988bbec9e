import numpy as np
import pytest

from scripts.judge.fits import curve, fit, fits, predicted, segments
from tests.frames import Row, frame, timed

SIZES = np.array([1, 8, 32, 128, 512, 2048], dtype=np.float64)


def line(side: str, steps: dict[int, float]) -> list[Row]:
    """Five blocks at each batch size with these step seconds, give or take 0.1 %."""
    return [
        row
        for size, step in steps.items()
        for row in timed(
            [step * 4096 / size * (1 + k / 1000) for k in (-1, 0, 1, 0, 0)],
            side=side,
            batch_size=size,
        )
    ]


def steps(fixed: float, sample: float, power: float) -> dict[int, float]:
    seconds = curve(SIZES, fixed=fixed, sample=sample, power=power)
    return dict(zip(SIZES.astype(int).tolist(), seconds.tolist(), strict=True))


@pytest.mark.parametrize(("form", "power"), [("additive", 1), ("smooth maximum", 2)])
def test_a_fit_finds_the_curve_that_made_the_cells_and_its_form(form: str, power: float) -> None:
    table = fits(frame(line("cpu", steps(3e-4, 2e-6, power))))
    best = table[table["best"]].iloc[0]
    assert (best["form"], best["cells"]) == (form, 6)
    assert best["fixed_seconds"] == pytest.approx(3e-4, rel=0.01)
    assert best["sample_seconds"] == pytest.approx(2e-6, rel=0.01)
    assert best["mean_error"] < 0.005
    assert table.loc[~table["best"], "mean_error"].item() > 0.02
    assert predicted(best, [64]) == pytest.approx(
        curve([64], fixed=3e-4, sample=2e-6, power=power), rel=0.01
    )


def test_the_mean_error_is_the_mean_distance_from_the_cells() -> None:
    seconds = curve(SIZES, fixed=1.0, sample=0.01, power=1) * [1.1, 0.9, 1.1, 0.9, 1.1, 0.9]
    fixed, sample, error = fit(SIZES, seconds, power=1)
    fitted = curve(SIZES, fixed=fixed, sample=sample, power=1)
    assert error == pytest.approx(np.abs(fitted / seconds - 1).mean())
    assert 0.05 < error < 0.15


def test_no_fit_runs_across_a_non_monotone_pair() -> None:
    seconds = {8: 1.0, 32: 1.1, 64: 1.2, 128: 0.6, 256: 0.8, 512: 1.3}
    table = fits(frame(line("cuda", seconds)))
    best = table[table["best"]]
    assert best[["smallest", "largest", "cells"]].to_numpy().tolist() == [[8, 64, 3], [128, 512, 3]]


def test_a_drop_within_the_noise_does_not_end_a_segment() -> None:
    assert segments([1.0, 0.97, 1.0, 0.94, 0.5]) == [slice(0, 3), slice(3, 4), slice(4, 5)]


@pytest.mark.parametrize("cells", [1, 2])
def test_two_cells_have_no_fit_since_it_would_have_no_error_to_show(cells: int) -> None:
    table = fits(frame(line("cpu", dict(list(steps(1.0, 0.1, 1).items())[:cells]))))
    assert table.empty
    assert "mean_error" in table.columns


def test_suspect_rounds_bend_no_curve() -> None:
    odd = timed([100.0] * 5, batch_size=64, suspect="host loaded")
    table = fits(frame(line("cpu", steps(3e-4, 2e-6, 1)), odd))
    assert table["cells"].tolist() == [6, 6]


def test_a_curve_that_misses_its_cells_describes_nothing() -> None:
    table = fits(frame(line("cpu", {1: 1.0, 8: 1.0, 32: 40.0, 128: 40.0})))
    assert table["mean_error"].min() > 0.15
    assert not table["best"].any()
