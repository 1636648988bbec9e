"""The cache: whole or rebuilt, never half, also with several processes at once."""

import importlib.util
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from models import Dataset, Split, load_dataset, prepare_dataset
from models.data import DATASETS, cache, cache_path

CHECKOUT = Path(__file__).parents[1]
PREPARE_CODE = """
import torch
from models.workload import Dataset, Split
def prepare():
    x = torch.arange(6.0)
    return Dataset(
        name="tiny", train=Split((x[:4],), torch.tensor([0, 1, 0, {last}])),
        held_out=Split((x[4:],), torch.tensor([1, 0])), description="tiny", source="here (MIT)",
    )
"""


def tiny_from(file: Path, *, last: int = 1) -> Callable[[], Dataset]:
    """Write the code that prepares a tiny dataset to `file` and import it."""
    file.write_text(PREPARE_CODE.format(last=last))
    spec = importlib.util.spec_from_file_location("tiny_source", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    prepare: Callable[[], Dataset] = module.prepare
    return prepare


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset `tiny` and an empty cache folder; gives the file with the code that prepares it."""
    monkeypatch.setenv("CROSSOVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(DATASETS, "tiny", tiny_from(tmp_path / "tiny_source.py"))
    return tmp_path / "tiny_source.py"


def numbers(dataset: Dataset) -> list[object]:
    splits: tuple[Split, ...] = (dataset.train, dataset.held_out)
    return [[*(x.tolist() for x in split.inputs), split.targets.tolist()] for split in splits]


WANTED = [[[0.0, 1.0, 2.0, 3.0], [0, 1, 0, 1]], [[4.0, 5.0], [1, 0]]]


@pytest.mark.usefixtures("tiny")
def test_a_missing_cache_is_made_and_read_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numbers(load_dataset("tiny")) == WANTED
    path = cache_path("tiny")
    made = path.stat().st_mtime_ns, path.read_bytes()
    monkeypatch.setattr("models.data.prepare_dataset", pytest.fail)
    assert numbers(load_dataset("tiny")) == WANTED
    assert (path.stat().st_mtime_ns, path.read_bytes()) == made


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: b"", id="empty"),
        pytest.param(lambda raw: raw[:-1], id="last byte missing"),
        pytest.param(lambda raw: raw[: len(raw) // 2], id="half"),
        pytest.param(lambda raw: raw[:70], id="head only"),
        pytest.param(lambda raw: raw[:-300] + b"\0" + raw[-299:], id="byte near the end"),
        pytest.param(lambda raw: b"0" * 64 + raw[64:], id="another digest"),
        pytest.param(lambda raw: raw + b"more", id="bytes behind"),
        pytest.param(lambda raw: b"<html>not found</html>\n", id="another file"),
    ],
)
@pytest.mark.usefixtures("tiny")
def test_a_damaged_cache_is_rebuilt(damage: Callable[[bytes], bytes]) -> None:
    path = prepare_dataset("tiny")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    with pytest.raises(cache.CacheError, match="is damaged"):
        cache.read(path)
    assert numbers(load_dataset("tiny")) == WANTED
    assert cache.read(path)["description"] == "tiny"


@pytest.mark.usefixtures("tiny")
def test_a_cache_is_outdated_when_the_code_that_prepares_it_changes(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_dataset("tiny").train.targets.tolist() == [0, 1, 0, 1]
    before = cache_path("tiny")
    monkeypatch.setitem(DATASETS, "tiny", tiny_from(tiny, last=12))
    assert cache_path("tiny") != before
    assert load_dataset("tiny").train.targets.tolist() == [0, 1, 0, 12]


def test_every_dataset_has_a_cache_file_of_its_own() -> None:
    assert len({cache_path(name) for name in DATASETS}) == len(DATASETS)


def test_the_cache_lies_in_the_checkout_unless_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CROSSOVER_CACHE", raising=False)
    assert cache.folder() == CHECKOUT / ".cache"
    monkeypatch.setenv("CROSSOVER_CACHE", str(tmp_path))
    assert cache.folder() == tmp_path


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "content.pt"
    cache.write(path, {"x": torch.ones(3)})

    def full_disk(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space left"):
        cache.write(path, {"x": torch.zeros(3)})
    assert cache.read(path)["x"].tolist() == [1, 1, 1]
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_while_another_writes_reads_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "content.pt"
    cache.write(path, {"x": torch.ones(3)})
    old = path.read_bytes()
    with path.open("rb") as reader:
        cache.write(path, {"x": torch.zeros(3)})
        assert reader.read() == old
    assert cache.read(path)["x"].tolist() == [0, 0, 0]


class Evil:
    """A pickle of this makes a folder when it is loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_loading_a_cache_runs_no_code_from_it(tmp_path: Path) -> None:
    torch.save({"x": Evil(tmp_path / "ran")}, tmp_path / "evil.pt")
    payload = (tmp_path / "evil.pt").read_bytes()
    path = tmp_path / "cache.pt"
    path.write_bytes(sha256(payload).hexdigest().encode() + b"\n" + payload)
    with pytest.raises(pickle.UnpicklingError, match="Weights only"):
        cache.read(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_processes_that_prepare_and_read_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    code = (
        "from models import load_dataset, prepare_dataset\n"
        "for _ in range(3):\n"
        "    prepare_dataset('number-words')\n"
        "    print(len(load_dataset('number-words').train.targets))\n"
    )
    environment = {**os.environ, "CROSSOVER_CACHE": str(tmp_path)}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    path = tmp_path / cache_path("number-words").name
    reads = 0
    while any(worker.poll() is None for worker in workers):
        if path.exists():
            assert len(cache.read(path)["train_targets"]) == 8000  # never half a file
            reads += 1
        time.sleep(0.01)
    for worker in workers:
        out, errors = worker.communicate()
        assert (worker.returncode, out.split(), errors) == (0, ["8000"] * 3, "")
    assert reads > 0
    assert list(tmp_path.iterdir()) == [path]
