"""A run from Python: the same processes as the command, and a frame and a sentence of them."""

from pathlib import Path

import pytest

from bench.measure.process import ROOT
from scripts.crossover import crossover


@pytest.fixture(autouse=True)
def stubs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Typed in another folder than the clone; no process imports torch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p tests.stubs.plugin -p no:hypothesispytest")


def test_a_run_from_python_is_a_file_a_frame_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = {"batch_sizes": (8, 32), "epochs": 1, "samples": 64, "blocks": 3}
    told = crossover("mlp", out="box.json", **grid)
    assert told.path == tmp_path / "box.json"
    assert set(told.frame["batch_size"]) == {8, 32}
    assert set(told.verdicts["workload"]) == {"mlp"}
    assert told.words.startswith("box")
    assert told.words.endswith(".")
    assert "4 of 4 cells measured" in capsys.readouterr().out


def test_what_the_command_refuses_is_said() -> None:
    with pytest.raises(ValueError, match=r"^--workloads net\.py:make: there is no such file$"):
        crossover("net.py:make", out="box.json")
