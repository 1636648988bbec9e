"""With --skip-bad a bad file is a line on stderr, and the good ones are reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import compare, report
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.read.files import stored
from tests.write.reports import DRAWN, no_pictures

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1,), "blocks": 3}
BAD: dict[str, Callable[[], bytes]] = {
    "a torn one": lambda: json.dumps(Corpus(**SMALL).result()).encode()[:-99],
    "a foreign one": lambda: b'{"benchmarks": [], "version": "5.3.1", "machine_info": {}}',
    "a contradictory one": lambda: json.dumps(
        Corpus(**SMALL).result() | {"benchmarks": Corpus(**SMALL).result()["benchmarks"] * 2}
    ).encode(),
}


@pytest.mark.parametrize("kind", BAD)
def test_with_skip_bad_the_good_files_are_reported_and_each_bad_one_is_a_line(
    kind: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    bad = tmp_path / "bad.json"
    bad.write_bytes(BAD[kind]())
    good = stored(tmp_path, "good", Corpus(machine="goodbox", **SMALL).result())
    arguments = [str(bad), good, str(tmp_path / "none.json"), "--out", str(tmp_path / "out")]
    assert report.main([*arguments, "--skip-bad"]) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0].startswith(f"skipped: {bad}: ")
    missing = f"skipped: {tmp_path / 'none.json'}: cannot be read: No such file or directory"
    assert lines[1] == f"{missing}; name a result file"
    assert len(lines) == 2
    assert said.out.startswith("Warning: 2 of 3 files left out\n")
    assert "goodbox" in said.out
    assert set(pd.read_csv(tmp_path / "out" / "verdicts.csv")["machine"]) == {"goodbox"}


def test_with_skip_bad_and_no_good_file_nothing_is_written_and_the_status_is_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{")
    out = tmp_path / "out"
    assert report.main([str(bad), str(tmp_path), "--out", str(out), "--skip-bad"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.partition(":")[0] for line in said.err.splitlines()] == [
        "skipped", "skipped", "no file is left of 2; name a good result file",
    ]  # fmt: skip
    assert not out.exists()


def test_with_skip_bad_the_comparison_is_of_the_good_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [stored(tmp_path, name, Corpus(machine=name, **SMALL).result()) for name in ("a", "b")]
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{}")
    assert compare.main([str(bad), *good, "--skip-bad"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(f"skipped: {bad}: crossover: is missing")
    assert said.out.startswith("Warning: 1 of 3 files left out\n")
    assert compare.main([str(bad), good[0], "--skip-bad"]) == 2
    assert "is alone; name two result files or more" in capsys.readouterr().err


def test_with_skip_bad_a_bad_learning_file_or_table_is_left_out_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    good = stored(tmp_path, "good", Corpus(machine="goodbox", **SMALL).result())
    learned = stored(tmp_path, "learned", {"crossover_learning": {"schema_version": 2}})
    table = stored(tmp_path, "table", {"crossover_imported": {"schema_version": 1}})
    arguments = ["--skip-bad", "--out", str(tmp_path / "out")]
    assert report.main([good, learned, table, *arguments]) == 0
    said = capsys.readouterr()
    assert [line.split(": ")[:2] for line in said.err.splitlines()] == [
        ["skipped", table], ["skipped", learned],
    ]  # fmt: skip
    assert said.out.startswith("Warning: 2 of 3 files left out\n")
    assert report.main([learned, table, *arguments]) == 2
    assert capsys.readouterr().err.endswith("\nno file is left; name a good result file\n")


def test_with_skip_bad_what_was_learned_is_told_though_a_table_of_others_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = stored(tmp_path, "table", {"crossover_imported": {"schema_version": 1}})
    learned = str(LearnCorpus(batch_sizes=(16,)).write(tmp_path))
    assert report.main([table, learned, "--skip-bad", "--brief"]) == 0
    assert "mlp to 90 % accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("script", [report, compare])
def test_the_help_says_what_status_skip_bad_ends_with(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        script.main(["--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "the status is 0 when a good one is left and 2 when none is" in words
