"""`python -m scripts.read` says nothing of good files, and a line of each bad one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.read.__main__ import main
from tests.corpus import Corpus

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = [str(ROOT / "tests" / "samples" / name) for name in ("v2.json", "learning_v1.json")]


def test_good_files_of_both_kinds_pass_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(SAMPLES) == 0
    assert capsys.readouterr() == ("", "")


def test_the_check_needs_no_pandas() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "scripts.read", SAMPLES[0]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "scripts.read.timing" in done.stderr
    assert "pandas" not in done.stderr


def test_each_refused_file_is_a_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    document["benchmarks"][0]["stats"]["data"][0] *= 2
    odd, torn = tmp_path / "odd.json", tmp_path / "torn.json"
    odd.write_text(json.dumps(document))
    torn.write_text("{")
    assert main([str(odd), SAMPLES[0], str(torn)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith(f"{odd}: benchmarks[0] (mlp-8-1-cpu).stats.data[0]: is ")
    assert second.startswith(f"{torn}: line 1 column 2: is not whole JSON")


def test_no_file_at_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == "no file is given: python -m scripts.read FILE...\n"
