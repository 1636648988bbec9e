"""The record of a workload."""

import json
from dataclasses import replace
from functools import partial

import pytest
import torch

from models import WORKLOADS, define, losses
from models.cnn import DigitCNN
from models.define import code_of
from models.mlp import MLP


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_definition_is_json_scalars(name: str) -> None:
    record = define(name)
    assert json.loads(json.dumps(record)) == record
    assert all(isinstance(value, str | int | float) for value in record.values())
    assert len(str(record["definition"])) == 12
    assert int(str(record["definition"]), 16) >= 0


def test_the_definition_of_the_mlp_holds_its_facts() -> None:
    record = define("mlp")
    assert record["parameters"] == 407_050
    assert record["dataset"] == "mnist-5k"
    assert (record["train_samples"], record["held_out_samples"]) == (4000, 1000)
    assert [record[f"goal_{name}"] for name in ("metric", "better", "unit", "value")] == [
        *("accuracy", "higher", "%", 0.90)
    ]
    assert "in_features=784, out_features=512" in str(record["network"])
    assert len(str(record["dataset_sha256"])) == 64


def test_no_two_workloads_have_the_same_definition() -> None:
    assert len({define(name)["definition"] for name in WORKLOADS}) == len(WORKLOADS)


def test_defining_does_not_move_the_random_generator() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    define("cnn")
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"build": partial(MLP, 784, 256, 10)}, id="width"),
        pytest.param({"build": DigitCNN}, id="network"),
        pytest.param({"loss": losses.symbol_cross_entropy}, id="loss"),
        pytest.param({"dataset": "mnist-1d"}, id="data"),
    ],
)
def test_other_work_has_another_definition(
    change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = define("mlp")["definition"]
    changed = replace(WORKLOADS["mlp"], **change)  # type: ignore[arg-type]
    monkeypatch.setitem(WORKLOADS, "mlp", changed)
    assert define("mlp")["definition"] != before


@pytest.mark.parametrize(
    "change",
    [
        {"goal": 0.5},
        {"description": "the same in other words"},
        {"learning_rates": {"sgd": 0.7}},
    ],
)
def test_the_same_work_has_the_same_definition(
    change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = define("mlp")["definition"]
    changed = replace(WORKLOADS["mlp"], **change)  # type: ignore[arg-type]
    monkeypatch.setitem(WORKLOADS, "mlp", changed)
    assert define("mlp")["definition"] == before


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ('"""Other words."""\n\ndef f(x):\n    # why\n    return (x + 1)\n', True),
        ('"""Words."""\n\n\ndef f(x):\n    """Do."""\n    return x + 1\n', True),
        ('"""Words."""\ndef f(x):\n    return x + 2\n', False),
        ('"""Words."""\ndef f(x):\n    return x + 1\n\ndef g():\n    return 1\n', False),
    ],
)
def test_the_code_of_a_network_is_told_apart_by_what_it_does(other: str, same: bool) -> None:
    code = '"""Words."""\ndef f(x):\n    return x + 1\n'
    assert (code_of(other) == code_of(code)) is same


def test_an_unknown_workload_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no workload 'foo': choose from mlp, cnn, cnn-series, rn"):
        define("foo")
