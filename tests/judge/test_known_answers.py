"""Hand-written result files of five blocks, read as a user does: by report.py, from its tables."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from tests.corpus import Corpus
from tests.write.reports import DRAWN, no_pictures

STEADY = (0.99, 1.01, 0.995, 1.005, 1.0)
Tables = tuple[pd.DataFrame, pd.DataFrame]
Read = Callable[[Mapping[int, float], Sequence[float]], Tables]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Writes the file of these true ratios by batch size, each block's times its factor.

    Gives the warm rows of verdicts.csv and of crossovers.csv.
    """
    monkeypatch.setattr(DRAWN, no_pictures)

    def run(ratios: Mapping[int, float], factors: Sequence[float]) -> Tables:
        plan = Corpus(
            batch_sizes=tuple(ratios),
            epochs=(1,),
            ratio=lambda _workload, _device, batch: ratios[batch],
            block_factors={"cpu": [1.0] * 5, "vulkan": factors},
            epoch_noise=0.0,
            repeats=False,
        )
        out = tmp_path / "report"
        assert report.main([str(plan.write(tmp_path)), "--out", str(out)]) == 0
        tables = (pd.read_csv(out / name) for name in ("verdicts.csv", "crossovers.csv"))
        verdicts, curves = (table[table["scope"] == "warm"] for table in tables)
        return verdicts, curves

    return run


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ((1.18, 1.22, 1.19, 1.21, 1.20), "slower"),
        ((0.78, 0.82, 0.79, 0.81, 0.80), "faster"),
        ((0.995, 1.005, 0.997, 1.003, 1.0), "too close"),
        ((0.70, 1.30, 1.10, 0.90, 1.00), "undecided"),
    ],
)
def test_five_blocks_of_known_ratios_read_as_they_are(
    read: Read, ratios: Sequence[float], verdict: str
) -> None:
    row = read({64: 1.0}, ratios)[0].iloc[0]
    assert (row["verdict"], row["blocks"]) == (verdict, 5)
    assert row["lo"] < row["ratio"] < row["hi"]
    assert row["margin"] == pytest.approx(0.05)
    assert (20 < row["blocks_needed"] < 500) == (verdict == "undecided")


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ({8: 3.0, 32: 1.5, 128: 0.8, 512: 0.3}, {"kind": "interval", "lower": 32, "upper": 128}),
        ({8: 3.0, 32: 1.5, 128: 1.4, 512: 1.2}, {"kind": "never", "lower": 512}),
        ({8: 0.5, 32: 0.4, 128: 0.3, 512: 0.2}, {"kind": "always", "upper": 8}),
        (
            {8: 3.0, 32: 0.6, 128: 0.8, 512: 1.4},
            {
                "kind": "several",
                "crossings": "to faster between 8 and 32; to slower between 128 and 512",
            },
        ),
    ],
)
def test_a_curve_of_known_ratios_crosses_where_it_does(
    read: Read, ratios: Mapping[int, float], expected: dict[str, Any]
) -> None:
    row = read(ratios, STEADY)[1].iloc[0]
    assert {name: row[name] for name in expected} == expected
