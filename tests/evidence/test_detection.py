"""What the campaign's reader says of arms whose slow-down is known."""

from pathlib import Path

import pandas as pd
import pytest

from scripts.read.table import load
from tests.corpus import Corpus
from tests.evidence import detection
from tests.evidence.detection import judged, rates

ALONE, HOLM, SINGLE = detection.RULES
SLOWED = {"slowed:0": 1.0, "slowed:3": 1.03, "slowed:20": 1.2}


def campaign_file(folder: Path, *, process_noise: float = 0.004, name: str = "mlp-0") -> Path:
    corpus = Corpus(
        machine=name,
        batch_sizes=(16, 24, 32, 40, 48, 56),
        epochs=(1,),
        sides=("cpu", *SLOWED),
        ratio=lambda _workload, device, _size: SLOWED[device],
        cold_seconds=dict.fromkeys(("cpu", *SLOWED), 0.01),
        process_noise=process_noise,
    )
    return corpus.write(folder)


@pytest.fixture
def table(tmp_path: Path) -> pd.DataFrame:
    return rates_of(campaign_file(tmp_path))


def rates_of(file: Path) -> pd.DataFrame:
    return rates(judged(load([file]))).set_index(["slowdown_percent", "rule"])


def called(table: pd.DataFrame, slowdown: int, rule: str, *words: str) -> int:
    """Cells that a rule called one of these words."""
    rows = dict(zip(table.index, table.to_dict("records"), strict=True))
    return sum(int(rows[slowdown, rule][word]) for word in words)


def test_a_large_slowdown_is_found_and_none_is_not(table: pd.DataFrame) -> None:
    assert called(table, 20, ALONE, "called_slower") == 6
    assert called(table, 0, ALONE, "called_slower", "called_faster") == 0


def test_a_slowdown_below_the_margin_is_not_called_slower(table: pd.DataFrame) -> None:
    assert called(table, 3, HOLM, "called_slower") == 0


def test_every_cell_is_counted_once_for_each_rule(table: pd.DataFrame) -> None:
    words = ["called_slower", "called_faster", "too_close", "undecided"]
    assert (table["cells"] == 6).all()
    assert (table[words].sum(axis=1) == 6).all()


def test_the_interval_of_a_share_holds_the_share(table: pd.DataFrame) -> None:
    assert (table["slower_low"] <= table["slower_share"]).all()
    assert (table["slower_share"] <= table["slower_high"]).all()


def test_one_process_each_is_fooled_where_processes_differ(tmp_path: Path) -> None:
    noisy = campaign_file(tmp_path, process_noise=0.08)
    table = rates_of(noisy)
    assert called(table, 0, SINGLE, "called_slower", "called_faster") > 0
    assert called(table, 0, HOLM, "called_slower", "called_faster") == 0


def test_the_command_writes_table_and_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(campaign_file(tmp_path, name=name)) for name in ("mlp-0", "mlp-1")]
    assert detection.main([*files, "--out", str(tmp_path / "out")]) == 0
    assert detection.main([files[0], "--out", str(tmp_path / "out"), "--name", "one"]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    endings = ("csv", "png", "svg")
    assert names == {f"{name}.{kind}" for name in ("detection", "one") for kind in endings}
    assert "12 cells" in capsys.readouterr().out


def test_a_file_of_no_campaign_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Corpus().write(tmp_path)
    assert detection.main([str(file), "--out", str(tmp_path / "out")]) == 2
    assert "not of a campaign" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
