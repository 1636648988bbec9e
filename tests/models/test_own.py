"""Workloads of somebody's own file: what make() may return, and which work it is."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from bench.train.check import check
from models import WORKLOADS, data_of, define, load_workload
from models.own import Remade
from models.samples import ByName

TOP = "import torch\nfrom torch import nn\n"
GOOD = "    return nn.Linear(3, 1), torch.randn(20, 3), torch.randn(20, 1), nn.MSELoss()\n"
Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file in a folder of its own and returns what to load."""

    def write(text: str) -> str:
        path = tmp_path / str(len(list(tmp_path.iterdir()))) / "net.py"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        return f"{path}:make"

    return write


def test_tensors_are_divided_so_that_every_fifth_sample_is_held_out(write: Write) -> None:
    reference = write(
        TOP + "def make():\n    x = torch.arange(10.0).reshape(10, 1)\n"
        "    return nn.Linear(1, 1), x, 2 * x, nn.MSELoss()\n"
    )
    data = data_of(load_workload(reference))
    assert data.train.inputs[0].flatten().tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert data.held_out.targets.flatten().tolist() == [8, 18]
    assert data.train_samples == 8
    assert not check(load_workload(reference), torch.device("cpu"))


def test_inputs_may_be_several_tensors_or_a_dict_of_them(write: Write) -> None:
    network = (
        TOP + "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = nn.Linear(3, 1)\n"
        "    def forward(self, a, b):\n        return self.layer(a - b)\n"
        "a, b, t = torch.randn(20, 3), torch.randn(20, 3), torch.randn(20, 1)\n"
    )
    several = load_workload(
        write(network + "def make():\n    return N(), (a, b), t, nn.MSELoss()\n")
    )
    named = load_workload(
        write(network + "def make():\n    return N(), {'b': b, 'a': a}, t, nn.MSELoss()\n")
    )
    outputs = []
    for workload in (several, named):
        torch.manual_seed(0)
        built = workload.build()
        inputs = data_of(workload).train.inputs
        outputs.append(built(*inputs))
    assert isinstance(built, ByName)
    assert data_of(named).names == ("b", "a")
    assert outputs[0].shape == outputs[1].shape == (16, 1)
    network_of = built.network
    torch.testing.assert_close(outputs[1], network_of(a=inputs[1], b=inputs[0]))


def test_of_a_dataset_only_the_first_samples_are_read(write: Write) -> None:
    reference = write(
        TOP + "class D(torch.utils.data.Dataset):\n    def __len__(self): return 1000\n"
        "    def __getitem__(self, place):\n"
        "        assert place < 20\n        return torch.ones(3), torch.tensor([float(place)])\n"
        "def make():\n    return nn.Linear(3, 1), D(), nn.MSELoss()\n"
    )
    data = data_of(load_workload(reference, 4))
    assert data.train.targets.flatten().tolist() == [0, 1, 2, 3]
    assert data.held_out.targets.flatten().tolist() == [4, 9, 14, 19]
    assert data.train_samples == 800


def test_a_seed_gives_other_weights_and_the_same_data(write: Write) -> None:
    reference = write(TOP + "def make():\n" + GOOD)
    workload = load_workload(reference)
    weights = []
    for seed in (0, 1, 0):
        torch.manual_seed(seed)
        weights.append(next(workload.build().parameters()).tolist())
    assert weights[0] == weights[2] != weights[1]
    assert data_of(workload).sha256 == data_of(load_workload(reference)).sha256


def test_a_network_is_made_again_only_for_another_seed() -> None:
    made: list[nn.Module] = []

    def make() -> nn.Module:
        made.append(nn.Linear(1, 1))
        return made[-1]

    build = Remade(make, nn.Linear(1, 1), seed=0)
    for seed in (0, 0, 5, 5):
        torch.manual_seed(seed)
        assert build() is not build()
    assert len(made) == 1


def test_the_same_content_is_the_same_work_whatever_the_file_is_called(
    write: Write, tmp_path: Path
) -> None:
    text = TOP + "def make():\n" + GOOD
    references = [write(text + end) for end in ("", "# other\n")]
    renamed = tmp_path / "other" / "renamed.py"
    renamed.parent.mkdir()
    renamed.write_text(text, encoding="utf-8")
    first, other, same = (
        define(reference)["definition"] for reference in (*references, f"{renamed}:make")
    )
    assert first == same != other


def test_a_neighbour_that_the_file_imports_is_part_of_the_work(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    reference = write(TOP + "import own_layers_of_this_test\ndef make():\n" + GOOD)
    neighbour = Path(reference).with_name("own_layers_of_this_test.py")
    neighbour.write_text("WIDTH = 1\n", encoding="utf-8")
    first = define(reference)["definition"]
    neighbour.write_text("WIDTH = 2\n", encoding="utf-8")
    assert define(reference)["definition"] != first


def test_a_file_may_have_the_name_of_a_module_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "models.py"
    path.write_text(TOP + "def make():\n" + GOOD, encoding="utf-8")
    assert load_workload(f"{path}:make").description == "models"
    assert sys.modules["models"].__file__ != str(path)


def test_a_workload_without_rates_has_the_usual_ones_and_its_own_optimiser(write: Write) -> None:
    assert WORKLOADS["mlp"].rates == WORKLOADS["mlp"].learning_rates
    reference = write(
        TOP + "from models import Workload\ndef make():\n"
        "    return Workload(lambda: nn.Linear(3, 1), (torch.ones(9, 3), torch.ones(9, 1)),\n"
        "        nn.MSELoss(), optimizer=torch.optim.NAdam, learning_rates={'sgd': 7})\n"
    )
    rates = load_workload(reference).rates
    assert rates == {"sgd": 7, "momentum": 0.01, "adam": 0.001, "adamw": 0.001, "own": 0.001}


HELD_OUT = {
    "a pair": "(torch.ones(2, 3), torch.full((2, 1), 7.0))",
    "a Dataset": "torch.utils.data.TensorDataset(torch.ones(2, 3), torch.full((2, 1), 7.0))",
}


@pytest.mark.parametrize("held_out", HELD_OUT.values(), ids=list(HELD_OUT))
def test_held_out_samples_may_be_given_and_all_others_train(held_out: str, write: Write) -> None:
    reference = write(
        TOP + "from models import Workload\ndef make():\n"
        "    data = torch.ones(4, 3), torch.ones(4, 1)\n"
        "    network = lambda: nn.Linear(3, 1)\n"
        f"    return Workload(network, data, nn.MSELoss(), held_out={held_out})\n"
    )
    data = data_of(load_workload(reference))
    assert data.held_out.targets.tolist() == [[7.0], [7.0]]
    assert len(data.train.targets) == data.train_samples == 4


def test_the_readmes_network_is_one(write: Write) -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    lines = readme.partition("say `my_network.py`:")[2].partition("    uv run")[0].splitlines()
    reference = write("\n".join(line.removeprefix("    ") for line in lines))
    assert not check(load_workload(reference), torch.device("cpu"))
