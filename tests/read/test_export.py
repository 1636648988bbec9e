"""The tidy table for other tools: the rows of `table.load`, as CSV."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import export
from scripts.read import table
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 32), "epochs": (1, 2), "blocks": 3}


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    lost: dict[Any, Any] = {("mlp", 8, None, "vulkan"): ("oom", "=1+1")}
    plans = [Corpus(machine="a", absent=lost, **SMALL), Corpus(machine="b\x1b[2J", **SMALL)]
    return [str(plan.write(tmp_path, f"file{place}")) for place, plan in enumerate(plans)]


def test_csv_gives_back_every_row_and_number(paths: list[str], tmp_path: Path) -> None:
    target = tmp_path / "rounds.csv"
    assert export.main([*paths, "--out", str(target)]) == 0
    known, read = table.load(paths), pd.read_csv(target)
    assert read.columns.tolist() == known.columns.tolist()
    for name in known.select_dtypes("number").columns:
        pd.testing.assert_series_equal(read[name], known[name], check_dtype=False)
    assert set(read["detail"].dropna()) == {"'=1+1"}
    assert set(read["machine"]) == {"a", "b\\x1b[2J"}


@pytest.mark.parametrize("name", ["rounds.parquet", "rounds", "rounds.json"])
def test_another_kind_of_file_is_refused(
    name: str, paths: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        export.main([*paths, "--out", str(tmp_path / name)])
    assert ended.value.code == 2
    assert "does not end in .csv" in capsys.readouterr().err


def test_bad_files_end_the_export_or_are_left_out(
    paths: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, target = tmp_path / "bad.json", tmp_path / "rounds.csv"
    bad.write_bytes(b"{}")
    assert export.main([*paths, str(bad), "--out", str(target)]) == 2
    assert not target.exists()
    assert export.main([*paths, str(bad), "--out", str(target), "--skip-bad"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[1].startswith(f"skipped: {bad}: crossover: is missing")
    assert f"columns in {target}" in said.out


def test_the_one_liner_of_the_readme_makes_a_tidy_frame(paths: list[str]) -> None:
    rounds = table.load(paths)
    table_ = rounds.pivot_table("step_seconds", "batch_size", "side", aggfunc="median")
    assert table_.columns.tolist() == ["cpu", "vulkan"]
    assert table_.index.tolist() == [8, 32]
    assert table_.notna().to_numpy().all()
