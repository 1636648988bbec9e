"""What is set is read back, told with every process's figures, and refused when it is otherwise."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from bench.answer import Numerics
from bench.grid import Side
from bench.measure.measurements import Key
from bench.record.precision import UNKNOWN, precision_text
from bench.record.tables import process_tables
from bench.train import numerics
from bench.train.numerics import PLACES, pin_numerics, read_numerics
from tests.bench_fakes import measured
from tests.measure.test_worker import JOB


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    pin_numerics()


@pytest.mark.parametrize(
    ("precision", "read"), [("ieee", "ieee"), ("tf32", "tf32"), ("bf16", "ieee")]
)
def test_every_layer_has_the_precision_that_was_asked_for(precision: str, read: str) -> None:
    assert pin_numerics(precision=precision)["fp32_precision"] == dict.fromkeys(PLACES, read)
    backends: Any = torch.backends
    assert backends.cudnn.conv.fp32_precision == backends.cudnn.rnn.fp32_precision == read
    assert backends.cuda.matmul.fp32_precision == backends.fp32_precision == read


def test_denormals_are_read_back_as_well() -> None:
    for flushed in (False, True):
        assert pin_numerics(flush_denormals=flushed)["denormals_flushed"] is flushed
        assert read_numerics()["denormals_flushed"] is flushed


def stubborn(monkeypatch: pytest.MonkeyPatch, **keep: str) -> None:
    """Backends of which some keep their precision whatever is set."""

    class Place:
        def __init__(self, kept: str) -> None:
            self.__dict__["kept"] = kept

        def __setattr__(self, name: str, value: str) -> None:
            pass

        @property
        def fp32_precision(self) -> str:
            return str(self.__dict__["kept"])

    real = numerics._backend

    def backend(name: str) -> Any:
        kept = keep.get(name.replace(".", "_"))
        return Place(kept) if kept else real(name)

    monkeypatch.setattr(numerics, "_backend", backend)


def test_a_layer_that_keeps_another_precision_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stubborn(monkeypatch, cudnn_conv="tf32", cudnn_rnn="tf32")
    with pytest.raises(NotImplementedError) as refused:
        pin_numerics()
    words = "cudnn.conv is tf32, cudnn.rnn is tf32"
    assert str(refused.value) == f"asked for ieee, but in torch {torch.__version__} {words}"


def test_a_torch_without_the_interface_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.train.numerics.torch.backends", SimpleNamespace())
    with pytest.raises(NotImplementedError, match=r"it needs 2\.9"):
        pin_numerics()


IEEE = {"fp32_precision": dict.fromkeys(PLACES, "ieee"), "denormals_flushed": True}
MIXED = {"fp32_precision": {"generic": "ieee", "cudnn.rnn": "tf32"}, "denormals_flushed": False}


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        # The same words as in files that were written before anything was read back.
        ([IEEE, IEEE], "fp32 (IEEE), denormals flushed"),
        ([IEEE | {"denormals_flushed": False}], "fp32 (IEEE), denormals kept"),
        (
            [{"fp32_precision": {"generic": "tf32"}, "denormals_flushed": True}],
            "TF32, denormals flushed",
        ),
        ([MIXED], "generic ieee, cudnn.rnn tf32, denormals kept"),
        (
            [IEEE, MIXED],
            "fp32 (IEEE), denormals flushed; generic ieee, cudnn.rnn tf32, denormals kept",
        ),
        ([], UNKNOWN),
    ],
)
def test_the_files_precision_is_what_the_workers_read(
    answers: list[dict[str, Any]], text: str
) -> None:
    assert precision_text(Numerics(**answer) for answer in answers) == text


def test_a_process_keeps_what_it_read() -> None:
    measurements = {Key("mlp", Side("cpu"), 8): {0: measured(JOB, 8, **IEEE)}}
    (process,) = process_tables(measurements)["processes"]
    assert {name: process[name] for name in IEEE} == IEEE
