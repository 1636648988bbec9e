"""The page of files in which nothing was timed: learning, and tables of others."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import import_table, report
from tests.learn_corpus import LearnCorpus
from tests.published.tables import HEAD
from tests.write.page.test_page import Elements
from tests.write.reports import DRAWN, no_pictures

TABLE = f"{HEAD}\nmlp,32,cpu,1\nmlp,32,cuda,2\nmlp,128,cpu,1\nmlp,128,cuda,0.5\n"


@pytest.fixture(autouse=True)
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)


def learned(folder: Path, **changed: Any) -> Path:
    document = LearnCorpus(batch_sizes=(16, 64)).result()
    document["crossover_learning"] |= changed
    path = folder / "learned.json"
    path.write_text(json.dumps(document))
    return path


def imported(folder: Path) -> Path:
    table, path = folder / "table.csv", folder / "others.json"
    table.write_text(TABLE)
    said = ["--source", "them", "--licence", "MIT"]
    assert import_table.main([str(table), "--out", str(path), *said]) == 0
    return path


def page_of(folder: Path, *paths: Path) -> str:
    assert report.main([*map(str, paths), "--out", str(folder / "out")]) == 0
    return Elements((folder / "out" / "report.html").read_text()).said


def test_a_learning_file_answers_in_epochs_and_says_what_is_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = page_of(tmp_path, learned(tmp_path))
    assert "mlp to 90 % accuracy (held out; learned on learner, 5 seeds)" in said
    assert "fewest epochs: train with batch " in said
    assert "not known: seconds and the best side (no file has its seconds" in said
    assert "Epochs to the target of mlp" in said
    assert "pytest bench --learning" in said
    assert "open " in capsys.readouterr().out


def test_a_learning_run_that_was_cut_short_says_so_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = {"workload": "mlp", "batch_size": 16, "optimizer": "sgd", "reason": "interrupted"}
    cut = {"complete": False, "runs": [], "absent": [absent | {"detail": ""}]}
    said = page_of(tmp_path, learned(tmp_path, **cut))
    assert "the learning run was cut short" in said.partition("Nothing was trained")[0]
    assert capsys.readouterr().out.startswith("Warning: learner: the learning run was cut short")


def test_a_table_of_others_answers_with_its_mark(tmp_path: Path) -> None:
    said = page_of(tmp_path, imported(tmp_path))
    assert "published, other software" in said
    assert "the GPU takes 2.0x the CPU's seconds at batch size 32 and 0.50x at 128" in said
    assert said.count("Points of somebody else's runs") == 1


def test_both_have_one_page(tmp_path: Path) -> None:
    said = page_of(tmp_path, learned(tmp_path), imported(tmp_path))
    assert "fewest epochs: train with batch " in said
    assert "What others measured" in said.partition("Everything else")[2]


@pytest.mark.parametrize(
    "typed", ["--base=cpu", "--base-machine=box", "--price=box=1", "--group-runs"]
)
def test_what_only_timing_files_have_is_refused_without_one(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.main([str(learned(tmp_path)), typed, "--out", str(tmp_path / "out")]) == 2
    flag = typed.removesuffix("=cpu").removesuffix("=1").removesuffix("=box")
    said = f"{flag}: is about timing files, and none is given; name one too\n"
    assert capsys.readouterr().err == said
