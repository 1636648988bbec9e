"""The shipped data: checked when it is read, the same numbers as in results of old."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models import Split, define, load_dataset, prepare
from models.data import DATASETS, sha256_of, shipped
from models.data.shipped import DataError

RESULTS = Path(__file__).parents[3] / "results"
TENSORS = {
    "few": torch.tensor([[0.0, -0.0], [float("nan"), 1.5]]),
    "whole": torch.tensor([3, -7, 3]),
    "many": torch.linspace(-1, 1, 999).reshape(3, 333),
}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the smallest file, which is read in its place and may be damaged."""
    path = tmp_path / "number-words.safetensors.gz"
    path.write_bytes(shipped.path_of("number-words").read_bytes())
    monkeypatch.setattr(shipped, "path_of", lambda _name: path)
    return path


@pytest.mark.parametrize("name", DATASETS)
def test_a_file_says_the_sha256_of_its_numbers(name: str) -> None:
    dataset = load_dataset(name)
    splits = (dataset.train, dataset.held_out)
    tensors = [tensor for split in splits for tensor in (*split.inputs, split.targets)]
    assert dataset.sha256 == sha256_of(tensors)


@pytest.mark.parametrize("file", ["xeon-all.json", "devbox-cpu.json"])
def test_results_of_old_are_of_the_same_data_and_definitions(file: str) -> None:
    known = json.loads((RESULTS / file).read_bytes())["crossover"]["workloads"]
    fields = ("dataset", "dataset_sha256", "dataset_source", "train_samples", "definition")
    for name, facts in known.items():
        now = define(name)
        assert {field: now[field] for field in fields} == {field: facts[field] for field in fields}


def test_what_is_packed_comes_back_to_the_bit() -> None:
    tensors, texts = shipped.unpack(shipped.pack(TENSORS, {"source": "here"}))
    assert texts == {"source": "here"}
    assert list(tensors) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert (tensors[name].dtype, tensors[name].shape) == (tensor.dtype, tensor.shape)
        assert tensors[name].numpy().tobytes() == tensor.numpy().tobytes()


def test_a_tensor_of_few_values_takes_a_byte_a_number() -> None:
    many = torch.arange(100_000) % 200
    assert len(shipped.pack({"x": many}, {})) < 102_000


def test_what_is_read_is_the_readers_own() -> None:
    load_dataset("number-words").train.targets.zero_()
    assert load_dataset("number-words").train.targets.count_nonzero() > 0


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: b"", id="empty"),
        pytest.param(lambda raw: raw[:-1], id="last byte missing"),
        pytest.param(lambda raw: raw[: len(raw) // 2], id="half"),
        pytest.param(lambda raw: raw[:5], id="head only"),
        pytest.param(lambda raw: raw[:999] + bytes([raw[999] ^ 1]) + raw[1000:], id="one bit"),
        pytest.param(lambda raw: raw + b"more", id="bytes behind"),
        pytest.param(lambda raw: raw + raw, id="twice"),
        pytest.param(lambda raw: b"version https://git-lfs.github.com", id="another file"),
    ],
)
def test_a_damaged_file_is_one_line_that_names_it_and_the_way_out(
    damage: Callable[[bytes], bytes], copy: Path
) -> None:
    copy.write_bytes(damage(copy.read_bytes()))
    with pytest.raises(DataError) as raised:
        load_dataset("number-words")
    assert str(raised.value) == f"{copy} is damaged: get it again with `git checkout -- {copy}`"


def test_the_file_of_another_dataset_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = shipped.path_of("number-words")
    monkeypatch.setattr(shipped, "path_of", lambda _name: other)
    with pytest.raises(DataError, match=r"number-words\.safetensors\.gz is damaged"):
        load_dataset("mnist-5k")


def test_a_missing_file_is_named(copy: Path) -> None:
    copy.unlink()
    with pytest.raises(DataError, match=r"number-words\.safetensors\.gz is missing: get it again"):
        load_dataset("number-words")


def test_the_files_are_small() -> None:
    assert sum(shipped.path_of(name).stat().st_size for name in DATASETS) < 3_800_000


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["--help"], 0)])
def test_prepare_explains_itself(
    arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare.main(arguments) == status
    out = capsys.readouterr().out
    assert out.startswith("usage: python -m models.prepare")
    assert "kjv-text" in out


def test_prepare_refuses_an_unknown_dataset_before_it_makes_any(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = copy.read_bytes()
    assert prepare.main(["number-words", "mnist"]) == 2
    assert capsys.readouterr().err.startswith("no dataset 'mnist': choose from mnist-5k, mnist-1d")
    assert copy.read_bytes() == before


def test_prepare_writes_a_file_that_is_read(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = load_dataset("number-words")
    monkeypatch.setitem(DATASETS, "number-words", lambda: dataset)
    copy.unlink()
    assert prepare.main(["number-words"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("(as before)")
    assert load_dataset("number-words").sha256 == dataset.sha256


def test_prepare_says_when_the_data_became_other_data(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = load_dataset("number-words")
    other = replace(dataset, train=Split(dataset.train.inputs, dataset.train.targets * 0))
    monkeypatch.setitem(DATASETS, "number-words", lambda: other)
    assert prepare.main(["number-words"]) == 0
    assert "changed: put it into shipped.py" in capsys.readouterr().out


def test_prepare_without_its_makers_is_one_line(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without() -> None:
        raise ModuleNotFoundError("No module named 'num2words'", name="num2words")

    monkeypatch.setitem(DATASETS, "number-words", without)
    assert prepare.main(["number-words"]) == 2
    words = "number-words needs the package num2words: its makers come with `uv sync --group data`"
    assert capsys.readouterr().err.splitlines() == [words]


def test_the_notice_tells_where_each_file_is_from() -> None:
    notice = (RESULTS.parent / "NOTICE").read_text(encoding="utf-8")
    for name in DATASETS:
        assert f"\n{shipped.path_of(name).name}\n" in notice
        package = load_dataset(name).source.removeprefix("generated with ").split()[0].rstrip(",")
        assert f" {package} " in notice.partition(f"\n{name}")[2]
