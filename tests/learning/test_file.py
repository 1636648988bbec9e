"""A learning file is told from a timing file, read whole, and refused by name when it is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import compare, report
from scripts.read import table
from scripts.read.document import ResultError, read
from scripts.read.learning import load
from scripts.read.learning_file import KEY, LEARNING, by_kind, kind_of
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.write.reports import DRAWN, no_pictures

SMALL = LearnCorpus(batch_sizes=(4, 64), optimizers=("sgd",))


def test_kinds_are_told_apart_by_content_not_by_name(tmp_path: Path) -> None:
    learning = SMALL.write(tmp_path)
    timing = Corpus(sides=("cpu",), batch_sizes=(8,), epochs=(1,)).write(tmp_path)
    odd = tmp_path / "timing.json"
    odd.write_bytes(learning.read_bytes())
    assert by_kind([timing, learning, odd]) == ([timing], [learning, odd], [])


def test_a_timing_file_that_mentions_learning_is_a_timing_file(tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu",), batch_sizes=(8,), epochs=(1,))
    document = plan.result()
    document["crossover"]["run"][KEY] = "not at the top"
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(document))
    assert kind_of(path) == ""


def test_what_is_no_json_is_left_to_the_reader_of_timing_files(tmp_path: Path) -> None:
    path = tmp_path / "torn.json"
    path.write_text(f'{{"{KEY}": ')
    assert kind_of(path) == ""


def test_the_reader_of_timing_files_refuses_a_learning_file_by_name(tmp_path: Path) -> None:
    path = SMALL.write(tmp_path)
    with pytest.raises(ResultError, match=path.name):
        table.load([path])


def test_every_run_is_a_row_with_its_curve(tmp_path: Path) -> None:
    runs = load([SMALL.write(tmp_path)])
    assert len(runs) == 2 * (2 * 4 + 5)
    assert set(runs["role"]) == {"tuning", "figure"}
    row = runs[(runs["role"] == "figure") & (runs["batch_size"] == 64)].iloc[0]
    assert row["steps_an_epoch"] == 63  # 4000 / 64, the last smaller minibatch included
    assert row["steps"][0] == 0
    assert len(row["steps"]) == len(row["score"]) == len(row["loss"]) == len(row["train_loss"])


Change = Callable[[dict[str, Any]], object]


def first(document: dict[str, Any]) -> dict[str, Any]:
    run: dict[str, Any] = document[KEY]["runs"][0]
    return run


CHANGES: dict[str, tuple[Change, str]] = {
    "no key": (lambda d: d.pop(KEY), "crossover_learning: is missing"),
    "newer": (lambda d: d[KEY].update(schema_version=3), "schema_version: is 3, newer"),
    "older": (lambda d: d[KEY].update(schema_version=0), "schema_version: is not a version"),
    "unequal ends": (
        lambda d: d[KEY]["runs"][-1].update(epoch_train_loss=[1.0]),
        "epoch_train_score: has another length",
    ),
    "an end that nobody saw": (
        lambda d: d[KEY]["runs"][-1].update(
            epoch_train_loss=[1.0, 0.9, 0.8], epoch_train_score=[0.1, 0.2, 0.3]
        ),
        "epoch_train_loss: has 3 entries, but steps lack the end of an epoch",
    ),
    "no runs": (lambda d: d[KEY].pop("runs"), "lacks the required field `runs`"),
    "text as score": (lambda d: first(d)["score"].__setitem__(1, "x"), "runs[0]"),
    "negative rate": (lambda d: first(d).update(learning_rate=-1), "learning_rate"),
    "unequal curves": (lambda d: first(d)["loss"].pop(), "loss: has another length than steps"),
    "steps fall": (lambda d: first(d)["steps"].reverse(), "steps: do not ascend"),
    "unknown workload": (lambda d: first(d).update(workload="cnn"), "workload: names no entry"),
    "unknown seed": (lambda d: first(d).update(seed=77), "seed: is neither"),
    "huge batch": (lambda d: first(d).update(batch_size=4001), "batch_size: is larger"),
    "false claim": (lambda d: d[KEY]["runs"][-1]["score"].__setitem__(-1, 0.5), "ended: is target"),
    "twice": (lambda d: d[KEY]["runs"].append(first(d)), "stands in the file twice"),
    "biased": (lambda d: d[KEY]["run"]["tuning_seeds"].append(0), "holds a tuning seed"),
    "many sizes": (
        lambda d: d[KEY].update(runs=[first(d) | {"batch_size": size} for size in range(1, 70)]),
        "have 69 values of batch_size of a workload, and 64 can be read",
    ),
    "nothing at first": (lambda d: first(d)["loss"].__setitem__(0, None), "loss: begins without"),
    "reached untrained": (
        lambda d: d[KEY]["runs"][-1].update(steps=[0], train_loss=[None], loss=[1.0], score=[0.95]),
        "steps: end untrained",
    ),
    "no target": (lambda d: d[KEY]["run"].update(targets={}), "has no target of mlp"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_wrong_file_is_refused_in_one_line_with_its_name_and_field(
    name: str, tmp_path: Path
) -> None:
    change, words = CHANGES[name]
    document = SMALL.result()
    change(document)
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ResultError) as refusal:
        read(path, LEARNING)
    assert words in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("nothing", [b"", b"{}", b'{"crossover_learning": 1}', b"[]"])
def test_what_is_no_learning_file_is_refused(nothing: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(nothing)
    with pytest.raises(ResultError):
        load([path])


def test_an_unchanged_file_is_read(tmp_path: Path) -> None:
    assert read(SMALL.write(tmp_path), LEARNING).crossover_learning.complete


def test_report_and_compare_given_both_kinds_take_the_timing_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    plan: dict[str, Any] = {"sides": ("cpu",), "batch_sizes": (8, 64), "epochs": (1,)}
    timed = [str(Corpus(machine=name, **plan).write(tmp_path)) for name in ("a", "b")]
    learned = str(SMALL.write(tmp_path))
    out = tmp_path / "out"
    assert report.main([timed[0], learned, "--out", str(out)]) == 0
    assert {"verdicts.csv", "time_to_target.csv"} <= {path.name for path in out.iterdir()}
    assert "learned on learner" in capsys.readouterr().out
    assert compare.main([learned, *timed]) == 0
    assert "learner" not in capsys.readouterr().out


def test_learning_files_without_a_timing_file_have_a_page_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    out = tmp_path / "out"
    assert report.main([str(SMALL.write(tmp_path)), "--out", str(out)]) == 0
    assert "learned on learner" in capsys.readouterr().out
    names = {path.name for path in out.iterdir()}
    assert names == {"epochs_to_target.csv", "critical_batch_sizes.csv", "report.html"}


def test_a_comparison_of_a_learning_file_alone_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main([str(SMALL.write(tmp_path))]) == 2
    said = capsys.readouterr().err
    assert "is a learning file; name a timing file too, or read it with report.py" in said
