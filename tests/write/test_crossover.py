"""A run from Python: the same processes as the command, and a frame and a sentence of them."""

from pathlib import Path
from typing import Any

import pytest

from bench.measure.process import ROOT
from models.define import content_hash
from models.own import load_workload
from scripts.crossover import _pickled, crossover


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
    assert " on mlp" in told.words
    assert told.words.endswith(".")
    assert "4 of 4 cells measured" in capsys.readouterr().out


def test_what_the_command_refuses_is_said() -> None:
    with pytest.raises(ValueError, match=r"^--workloads net\.py:make: there is no such file$"):
        crossover("net.py:make", out="box.json")


def test_an_interrupted_run_says_its_last_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    presses = [KeyboardInterrupt()]

    def shown(*words: str, **how: Any) -> None:
        if presses and "to come" in words[0]:
            raise presses.pop()
        print(*words, **how)

    monkeypatch.setattr("scripts.crossover.print", shown, raising=False)
    with pytest.raises(KeyboardInterrupt):
        crossover("mlp", out="box.json", batch_sizes=(8, 32), epochs=1, samples=64)
    assert "finish with the same command and --resume" in capsys.readouterr().out


NOTEBOOK = """
import torch
from torch import nn

class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(4, 1)

    def forward(self, x):
        return self.line(x)

def make():
    return Own(), torch.ones(10, 4), torch.ones(10, 1), lambda out, y: (out - y).square().mean()
"""


@pytest.mark.parametrize("called", [False, True], ids=["a function", "what it returns"])
def test_what_is_in_a_notebooks_memory_is_a_workload_of_any_process(
    tmp_path: Path, called: bool
) -> None:
    cells: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK, cells)  # noqa: S102 - as a notebook does
    work = cells["make"]() if called else cells["make"]
    reference = _pickled(work, tmp_path / "mine.json")
    assert reference == f"{tmp_path / 'mine.py'}:make"
    loaded = load_workload(reference)
    assert type(loaded.build()).__name__ == "Own"
    assert loaded.dataset.train.targets.shape == (8, 1)
    first = content_hash(reference)
    _pickled((*cells["make"]()[:3], "another loss"), tmp_path / "mine.json")
    assert content_hash(reference) != first


@pytest.mark.slow
def test_a_network_in_memory_is_a_workload_named_after_its_result(tmp_path: Path) -> None:
    cells: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK, cells)  # noqa: S102 - as a notebook does
    grid = {"batch_sizes": 4, "epochs": 1, "samples": 8, "blocks": 1, "devices": "cpu"}
    told = crossover(cells["make"](), out="mine.json", **grid)
    assert set(told.frame["workload"]) == {"mine"}
    assert told.path == tmp_path / "mine.json"
