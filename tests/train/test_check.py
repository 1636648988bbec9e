"""The check of a workload, and how losses of networks are compared that train by chance."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from bench.job import Job
from bench.record.outcome import TOLERANCES, loss_mismatch
from bench.train import epochs
from bench.train.check import check
from bench.train.epochs import evaluate, measure
from bench.train.errors import classify
from bench.train.numerics import pin_numerics, read_numerics
from bench.train.trainer import open_trainer
from models import WORKLOADS, Dataset, Score, Split, Workload, WrongError, load_workload

CPU = torch.device("cpu")
JOB = Job("noisy", "cpu", 0, (8,), 1, 32, 0, "sgd", "foreach", 0.1, 60.0)


def workload(*layers: nn.Module) -> Workload:
    """A linear layer and others, on random numbers."""
    torch.manual_seed(0)
    split = Split((torch.randn(32, 4),), torch.randn(32, 4))
    data = Dataset("noise", split, split, "", "")
    return Workload(lambda: nn.Sequential(nn.Linear(4, 4), *layers), data, nn.MSELoss())


@pytest.mark.parametrize(
    ("layer", "loosely"),
    [(nn.Dropout(0.5), True), (nn.BatchNorm1d(4), True), (nn.LayerNorm(4), False)],
)
def test_networks_that_train_otherwise_than_they_predict_are_found(
    layer: nn.Module, loosely: bool
) -> None:
    assert check(workload(layer), CPU) is loosely


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_network_of_other_numbers_than_fp32_is_refused(dtype: torch.dtype) -> None:
    other = replace(workload(), build=lambda: nn.Sequential(nn.Linear(4, 4).to(dtype)))
    with pytest.raises(WrongError, match=f"0.weight is {str(dtype)[6:]}.*network.float"):
        check(other, CPU)


def test_of_such_a_network_the_first_loss_is_that_of_predicting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "CLOCKS_SECONDS", 0.0)
    monkeypatch.setitem(WORKLOADS, "noisy", workload(nn.Dropout(0.9)))
    monkeypatch.setattr(epochs, "WORKLOADS", {})  # it is not one of the suite's own
    first = measure(open_trainer(JOB), 8)
    again = measure(open_trainer(replace(JOB, device="cpu")), 8)
    assert first.loosely
    assert first.first_loss == again.first_loss
    assert loss_mismatch({0: first}, {0: again}, TOLERANCES, whom="block 0") is None


def test_dropout_draws_alike_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "CLOCKS_SECONDS", 0.0)
    monkeypatch.setitem(WORKLOADS, "noisy", workload(nn.Dropout(0.5)))
    figures = [measure(open_trainer(JOB), 8) for _ in range(2)]
    assert figures[0].loss == figures[1].loss


def test_losses_after_training_by_chance_may_differ_by_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs, "CLOCKS_SECONDS", 0.0)
    monkeypatch.setitem(WORKLOADS, "noisy", workload())
    one = measure(open_trainer(JOB), 8)
    assert one.loss is not None
    for factor, loosely, told in ((1.3, True, False), (1.3, False, True), (2.5, True, True)):
        one.loosely = loosely
        other = measure(open_trainer(JOB), 8)
        other.loss = factor * one.loss
        assert (loss_mismatch({0: one}, {0: other}, TOLERANCES, whom="block 0") is not None) is told


def test_evaluation_leaves_no_trace_in_the_network() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    own = workload()
    split: Split = own.dataset.held_out
    first = evaluate(own, network, split, batch_size=8)
    assert evaluate(own, network, split, batch_size=8) == first
    assert network.training
    assert torch.backends.mha.get_fastpath_enabled()
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_a_score_may_be_a_number_per_sample_or_their_mean() -> None:
    def mean(output: Tensor, targets: Tensor) -> Tensor:
        return (output - targets).abs().mean()

    def each(output: Tensor, targets: Tensor) -> Tensor:
        return (output - targets).abs().mean(dim=1)

    network = nn.Linear(4, 4)
    own = workload()
    found = [
        evaluate(
            replace(own, score=Score("mae", measure, "lower")),
            network,
            own.dataset.held_out,
            batch_size=20,  # the last batch has 12
        )[1]
        for measure in (mean, each)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "loosely"),
    [
        ("regression", False),
        ("residual_cnn", True),
        ("dict_transformer", True),
        ("own_loader", False),
    ],
)
def test_the_examples_pass_the_check_and_train(
    name: str, loosely: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "CLOCKS_SECONDS", 0.0)
    monkeypatch.setattr(epochs, "LEAST_TIMED_SECONDS", 0.0)
    reference = f"models/examples/{name}.py:make"
    assert check(load_workload(reference, 32), CPU) is loosely
    optimizer = "own" if name == "dict_transformer" else "sgd"
    job = replace(JOB, workload=reference, optimizer=optimizer, learning_rate=0.01)
    figures = measure(open_trainer(job), 16)
    assert figures.loosely is loosely
    assert figures.loss is not None
    assert figures.score is not None


def test_what_a_file_sets_of_torch_is_not_what_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "sets.py"
    path.write_text(
        "import torch\nfrom torch import nn\n"
        "torch.set_num_threads(7)\n"
        "torch.use_deterministic_algorithms(True)\n"
        "torch.autograd.set_detect_anomaly(True)\n"
        "torch.backends.mkldnn.matmul.fp32_precision = 'bf16'\n"
        "def make():\n"
        "    torch.set_num_threads(7)\n"
        "    torch.backends.mkldnn.conv.fp32_precision = 'bf16'\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), torch.ones(20, 1), nn.MSELoss()\n"
    )
    threads, numerics = torch.get_num_threads(), pin_numerics()
    open_trainer(replace(JOB, workload=f"{path}:make", seed=5))  # make() is called again
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert not torch.is_anomaly_enabled()
    assert read_numerics() == numerics


def test_a_failure_in_somebodys_own_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fails.py"
    path.write_text(
        "import torch\nfrom torch import nn\n"
        "class N(nn.Linear):\n"
        "    def forward(self, x):\n"
        "        if len(x) > 8:\n"
        "            raise RuntimeError('too many')\n"
        "        return super().forward(x)\n"
        "def make():\n"
        "    return N(3, 1), torch.ones(40, 3), torch.ones(40, 1), nn.MSELoss()\n"
    )
    trainer = open_trainer(replace(JOB, workload=f"{path}:make"))
    with pytest.raises(RuntimeError) as raised:
        measure(trainer, 16)
    assert classify(raised.value) == ("failed", "fails.py:6: RuntimeError: too many")
