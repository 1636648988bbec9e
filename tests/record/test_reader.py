"""A finished result is read by the project's own reader before its journal is removed."""

import os
from pathlib import Path

import pytest

from bench.measure.journal import journal_path
from bench.measure.process import ROOT
from bench.record import reader
from tests.run.typed import STUBBED, bench, read

SHORT = (*STUBBED, "--workloads", "mlp", "--devices", "cpu", "--batch-sizes", "8", "--blocks", "1")
BREAKER = """
import bench.record.result_file as file
import bench.learning.run as run
file.SCHEMA_VERSION = run.LEARNING_VERSION = 99
"""
RUNS = [SHORT, (*STUBBED, "--learning", "--workloads", "mlp", "--batch-sizes", "32")]


def test_a_result_that_reads_is_refused_by_nothing() -> None:
    result = next((ROOT / "results").glob("*.json"))
    assert reader.refusal(result) is None


@pytest.mark.parametrize("text", ["", "{}", '{"crossover": 1', "\x00"])
def test_a_file_that_does_not_read_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    result = tmp_path / "box.json"
    result.write_text(text)
    words = reader.refusal(result)
    assert words is not None
    assert str(result) in words
    assert "\n" not in words


def test_bench_without_the_reading_half_has_no_reader(tmp_path: Path) -> None:
    assert reader.has_reader()
    assert not reader.has_reader(tmp_path)


@pytest.mark.parametrize("arguments", RUNS)
def test_a_result_that_its_reader_refuses_keeps_its_journal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "breaker.py").write_text(BREAKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    path = tmp_path / "box.json"
    arguments = (*arguments, "--benchmark-json", str(path))
    code, output = bench("-p", "breaker", *arguments)
    assert code == 3
    assert "its own reader refuses it" in output
    assert str(path) in output
    assert str(journal_path(path)) in output
    assert "finish with the same command and --resume" in output
    assert journal_path(path).exists()


def test_a_run_without_a_reader_keeps_its_journal_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = "import bench.record.reader as reader\nreader.has_reader = lambda: False\n"
    (tmp_path / "without.py").write_text(without)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    path = tmp_path / "box.json"
    code, output = bench("-p", "without", *SHORT, "--benchmark-json", str(path))
    assert code == 0
    assert f"{journal_path(path)} stays: no scripts/read is here" in output
    assert read(path)["crossover"]["complete"]
    assert journal_path(path).exists()
