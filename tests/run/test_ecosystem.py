"""Other tools that read pytest-benchmark's JSON find in our files what they read.

What they read is taken from their source: github-action-benchmark (tool `pytest`) from its
`extractPytestResult`, Bencher (adapter `python_pytest`) from its `Pytest` structure.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import pytest

from tests.corpus import Corpus
from tests.evidence.scale.corpus import document

S = TypeVar("S")
ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / "tests/samples").glob("v[0-9].json"),
    ROOT / "results/devbox.json",
    ROOT / "results/devbox-cpu.json",
]


class ActionStats(msgspec.Struct):
    ops: float
    stddev: float
    mean: float
    rounds: int


class BencherStats(msgspec.Struct):
    median: float
    iqr: float
    mean: float
    stddev: float


class Entry(msgspec.Struct, Generic[S]):
    fullname: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    stats: S


class GithubActionBenchmark(msgspec.Struct):
    """What a tool takes of each benchmark's statistics, and of the document."""

    benchmarks: list[Entry[ActionStats]]


class Bencher(msgspec.Struct):
    benchmarks: list[Entry[BencherStats]]
    machine_info: dict[str, Any]
    commit_info: dict[str, Any]


TOOLS: list[type[msgspec.Struct]] = [GithubActionBenchmark, Bencher]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_fields_that_other_tools_read_are_in_real_files(
    path: Path, tool: type[msgspec.Struct]
) -> None:
    assert isinstance(msgspec.json.decode(path.read_bytes(), type=tool), tool)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_cell_has_a_name_of_its_own_and_operations_are_cells_a_second(path: Path) -> None:
    benchmarks = json.loads(path.read_bytes())["benchmarks"]
    assert len({entry["fullname"] for entry in benchmarks}) == len(benchmarks)
    for entry in benchmarks:
        stats = entry["stats"]
        assert stats["ops"] == pytest.approx(1 / stats["mean"])
        assert stats["rounds"] == len(stats["data"])


def test_a_file_without_them_would_be_noticed() -> None:
    bare = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    for tool in TOOLS:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bare, tool)


def test_the_corpus_of_the_scale_run_is_such_a_file() -> None:
    for tool in TOOLS:
        assert isinstance(msgspec.convert(document(0), tool), tool)


def test_pytest_benchmark_compares_our_files(tmp_path: Path) -> None:
    paths = [str(ROOT / "results" / name) for name in ("devbox.json", "devbox-cpu.json")]
    command = [sys.executable, "-m", "pytest_benchmark", "compare", *paths, "--csv", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "bench_training[mlp-8-1-cpu]" in done.stdout
    (table,) = tmp_path.glob("*.csv")
    rows = table.read_text().splitlines()
    cells = [len(json.loads(Path(path).read_bytes())["benchmarks"]) for path in paths]
    assert len(rows) == 1 + sum(cells)
