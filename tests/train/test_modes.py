"""What each change of a job does in a process.

Without CUDA its own settings are exercised as far as their jobs: `tf32` sets torch's precision
(which only CUDA then uses), `graphs` is what `compile` is, in another mode.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from bench.answer import Epochs, Measured, Unmeasured
from bench.job import RUN_FOLDER, Job
from bench.measure.tasks import work_of
from bench.sides.names import job_of
from bench.train import modes
from bench.train.epochs import measure
from bench.train.errors import classify
from bench.train.modes import Autocast, eagerly, prepare
from bench.train.numerics import pin_numerics
from bench.train.trainer import fresh_training, open_trainer
from models.cnn import DigitCNN
from models.mlp import MLP

JOB = Job("mlp", "cpu", 0, (16,), 1, 48, 0, "sgd", "foreach", 0.1, 300.0)
CPU = torch.device("cpu")


def with_setting(word: str) -> Job:
    """The job of the CPU with a setting."""
    return job_of(f"cpu+{word}", JOB)


@pytest.fixture(autouse=True)
def _same_numerics() -> Iterator[None]:
    yield
    pin_numerics()
    torch.set_flush_denormal(False)


def test_tf32_is_torchs_precision_and_true_fp32_the_default() -> None:
    pin_numerics(precision=job_of("cuda+tf32", JOB).precision)
    assert torch.backends.fp32_precision == "tf32"  # type: ignore[attr-defined]
    pin_numerics()
    assert torch.backends.fp32_precision == "ieee"  # type: ignore[attr-defined]


def test_denormals_are_flushed_unless_they_are_to_be_kept() -> None:
    tiny = torch.tensor([1e-40])
    pin_numerics()
    assert (tiny * 0.5).item() == 0.0
    pin_numerics(flush_denormals=with_setting("keep-denormals").flush_denormals)
    assert (tiny * 0.5).item() != 0.0


def test_bf16_computes_products_in_bf16_and_gives_the_loss_float32() -> None:
    network = MLP(3, 4, 2)
    lower = prepare(network, with_setting("bf16"), CPU)
    assert isinstance(lower, Autocast)
    x = torch.randn(5, 3)
    assert lower(x).dtype == torch.float32
    assert not torch.equal(lower(x), network(x))
    assert torch.allclose(lower(x), network(x), rtol=0.05, atol=0.02)


def test_channels_last_lays_out_weights_and_images_and_computes_the_same() -> None:
    job = replace(with_setting("channels-last"), workload="cnn")
    trainer = open_trainer(job)
    network, _ = fresh_training(trainer)
    (weight,) = [value for name, value in network.named_parameters() if "2.weight" in name]
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert trainer.train.inputs[0].is_contiguous(memory_format=torch.channels_last)
    plain = DigitCNN()
    plain.load_state_dict(network.state_dict())
    x = trainer.train.inputs[0][:4]
    assert torch.allclose(network(x), plain(x.contiguous()), atol=1e-5)


def test_channels_last_without_a_convolution_is_unsupported() -> None:
    with pytest.raises(NotImplementedError) as error:
        prepare(MLP(3, 4, 2), with_setting("channels-last"), CPU)
    assert classify(error.value) == (
        "unsupported",
        "NotImplementedError: channels last: the network has no 2-D convolution",
    )


def test_what_cannot_be_compiled_is_unsupported_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from torch._dynamo.exc import BackendCompilerFailed

    def fail(network: nn.Module, mode: str) -> None:
        def call(*_: Any) -> None:
            raise BackendCompilerFailed("inductor", RuntimeError("no C++ compiler"), None)

        network.forward = call

    monkeypatch.setattr("bench.train.trainer.compile_afresh", fail)
    job = with_setting("compile")
    with pytest.raises(NotImplementedError, match=r"torch\.compile: .*no C\+\+ compiler") as error:
        work_of(job)(open_trainer(job), 16)
    assert classify(error.value)[0] == "unsupported"


def count_compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Compiling is left out; what is asked for is noted."""
    asked: list[str] = []
    monkeypatch.setattr(
        "bench.train.trainer.compile_afresh", lambda network, mode: asked.append(mode)
    )
    monkeypatch.setattr(
        "bench.train.epochs.eagerly", lambda job: eagerly(replace(job, compiled=""))
    )
    return asked


@pytest.mark.parametrize("word", ["compile", "compile=reduce-overhead"])
def test_a_network_is_compiled_once_a_batch_size_and_trained_from_its_initial_weights(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    asked = count_compilations(monkeypatch)
    trainer = open_trainer(with_setting(word))
    first = measure(trainer, 16)
    again = measure(trainer, 16)
    assert asked == [trainer.job.compiled] * 2
    plain = measure(open_trainer(JOB), 16)
    assert first.loss == again.loss == pytest.approx(plain.loss, rel=1e-5)


def test_getting_ready_to_compile_is_part_of_the_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count_compilations(monkeypatch)
    trainer = open_trainer(with_setting("compile"))
    seconds = iter(range(0, 10**15, 10**9))  # each look at the clock comes a second later
    trainer.clock = replace(trainer.clock, now=lambda: next(seconds))
    record = measure(trainer, 16)
    assert record.own_first_step_seconds == pytest.approx(2.0)
    assert record.own_warm_step_seconds == pytest.approx(1.0)


def test_each_process_compiles_into_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(RUN_FOLDER, str(tmp_path))
    modes.own_compile_folder.cache_clear()
    folder = modes.own_compile_folder()
    assert Path(folder).parent == tmp_path
    assert modes.own_compile_folder() == folder
    modes.own_compile_folder.cache_clear()


@pytest.mark.slow
def test_a_compiled_network_trains_as_the_plain_one_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The real compiler, in a worker process; unsupported where the machine has no C++ compiler."""
    from bench.measure.process import run_worker

    monkeypatch.setenv(RUN_FOLDER, str(tmp_path))
    *_, plain = run_worker(JOB)
    *_, answer = run_worker(with_setting("compile"))
    if isinstance(answer, Unmeasured):
        assert answer.reason == "unsupported"
        pytest.skip(answer.detail)
    assert isinstance(plain, Measured)
    assert isinstance(answer, Measured)
    assert isinstance(plain.figures, Epochs)
    assert isinstance(answer.figures, Epochs)
    assert answer.figures.loss == pytest.approx(plain.figures.loss, rel=1e-3)
    assert answer.figures.first_step_seconds > plain.figures.first_step_seconds
    assert list(tmp_path.iterdir())
