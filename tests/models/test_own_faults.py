"""What is said when somebody's own file fails: one line, with the file and the line."""

from pathlib import Path

import pytest
import torch

from bench.train.check import check
from models import OwnError, blaming, load_workload

TOP = "import torch\nfrom torch import nn\n"

FAULTS = {
    "syntax": (TOP + "def make(:\n", "py:3: SyntaxError"),
    "import": (TOP + "import no_such_module\n", "py:3: ModuleNotFoundError: No module named"),
    "no function": (TOP + "make = 3\n", "py:1, in make: has no function make"),
    "raises": (TOP + "def make():\n    return 1 / 0\n", "py:4, in make: ZeroDivisionError"),
    "deep": (
        TOP + "def f():\n    raise KeyError('x')\ndef make():\n    f()\n",
        "py:4, in f: KeyError: 'x'",
    ),
    "exit": (
        TOP + "import sys\ndef make():\n    print('hello')\n    sys.exit(3)\n",
        "py:6, in make: it ended the process with sys.exit(3)",
    ),
    "nothing": (TOP + "def make():\n    pass\n", "py:3, in make: returns one of type NoneType; it"),
    "too few": (TOP + "def make():\n    return 1, 2\n", "py:3, in make: returns 2 values; it has"),
    "no network": (
        TOP + "def make():\n    return 1, 2, 3\n",
        "py:3, in make: returns a network of type int, no nn.Module",
    ),
    "no loss": (
        TOP + "def make():\n    return nn.Linear(3, 1), torch.ones(9, 3), torch.ones(9, 1), 7\n",
        "returns a loss of type int, which cannot be called; it has to return network, inputs",
    ),
    "no data": (
        TOP + "def make():\n    return nn.Linear(3, 1), 7, nn.MSELoss()\n",
        "the data is of type int: give a pair",
    ),
    "lengths": (
        TOP + "def make():\n"
        "    return nn.Linear(3, 1), torch.ones(9, 3), torch.ones(8, 1), nn.MSELoss()\n",
        "input 0 has 9 samples, targets 8",
    ),
    "few": (
        TOP + "def make():\n"
        "    return nn.Linear(3, 1), torch.ones(4, 3), torch.ones(4, 1), nn.MSELoss()\n",
        "4 samples are too few: every fifth is held out",
    ),
    "no labels": (
        TOP + "class D(torch.utils.data.Dataset):\n"
        "    def __len__(self): return 9\n"
        "    def __getitem__(self, place): return {'x': torch.ones(3), 'y': torch.ones(1)}\n"
        "def make():\n    return nn.Linear(3, 1), D(), nn.MSELoss()\n",
        "a dict of x, y has no entry 'labels'",
    ),
    "stream": (
        TOP + "class D(torch.utils.data.IterableDataset):\n    __iter__ = None\n"
        "def make():\n    return nn.Linear(3, 1), D(), nn.MSELoss()\n",
        "py:5, in make: the dataset has no length",
    ),
    "shape": (
        TOP + "class N(nn.Linear):\n    def forward(self, x):\n        return super().forward(x)\n"
        "def make():\n    return N(4, 1), torch.ones(20, 3), torch.ones(20, 1), nn.MSELoss()\n",
        "py:5, in forward: RuntimeError: mat1 and mat2 shapes cannot be multiplied",
    ),
    "batch size": (
        TOP + "class N(nn.Linear):\n"
        "    def forward(self, x):\n        return super().forward(x.view(4, 3))\n"
        "def make():\n    return N(3, 1), torch.ones(20, 3), torch.ones(20, 1), nn.MSELoss()\n",
        "py:5, in forward: RuntimeError: shape '[4, 3]' is invalid for input of size 9",
    ),
    "not finite": (
        TOP + "def make():\n    t = torch.full((20, 1), float('nan'))\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), t, nn.MSELoss()\n",
        "py:3, in make: the loss of the first 4 samples is nan; the targets hold nan or inf",
    ),
    "not a mean": (
        TOP + "def make():\n    loss = nn.MSELoss(reduction='none')\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), torch.ones(20, 1), loss\n",
        "py:3, in make: the loss has the shape (4, 1); it has to be one number",
    ),
    "no gradient": (
        TOP + "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.used, self.idle = nn.Linear(3, 1), nn.Linear(3, 1)\n"
        "    def forward(self, x):\n        return self.used(x)\n"
        "def make():\n    return N(), torch.ones(20, 3), torch.ones(20, 1), nn.MSELoss()\n",
        "in make: the loss does not depend on the parameter idle.weight: leave it out",
    ),
    "frozen": (
        TOP + "def make():\n    net = nn.Linear(3, 1).requires_grad_(False)\n"
        "    return net, torch.ones(20, 3), torch.ones(20, 1), lambda o, t: (o - t).sum()\n",
        "RuntimeError: element 0 of tensors does not require grad",
    ),
    "three of four": (
        TOP + "def make():\n    return nn.Linear(3, 1), torch.ones(9, 3), torch.ones(9, 1)\n",
        "returns a loss of type Tensor, which cannot be called; it has to return network, inputs",
    ),
    "a built network": (
        TOP + "from models import Workload\ndef make():\n"
        "    data = torch.ones(20, 3), torch.ones(20, 1)\n"
        "    return Workload(nn.Linear(3, 1), data, nn.MSELoss())\n",
        "py:4, in make: gives a network as build; give what makes one, as build=Net",
    ),
    "a generator of inputs": (
        TOP + "def make():\n    rows = (torch.ones(3) for _ in range(20))\n"
        "    return nn.Linear(3, 1), rows, torch.ones(20, 1), nn.MSELoss()\n",
        "py:3, in make: the inputs are of type generator, no tensor, tuple or dict; torch",
    ),
    "an array": (
        TOP + "def make():\n"
        "    return nn.Linear(3, 1), torch.ones(9, 3).numpy(), torch.ones(9, 1), nn.MSELoss()\n",
        "the inputs are of type ndarray, no tensor, tuple or dict; torch.as_tensor makes one",
    ),
    "a list of targets": (
        TOP + "def make():\n    targets = [1.0] * 9\n"
        "    return nn.Linear(3, 1), torch.ones(9, 3), targets, nn.MSELoss()\n",
        "the targets are of type list, no tensor; torch.as_tensor makes one",
    ),
    "samples without targets": (
        TOP + "class D(torch.utils.data.Dataset):\n"
        "    def __len__(self): return 9\n"
        "    def __getitem__(self, place): return torch.ones(9)\n"
        "def make():\n    return nn.Linear(9, 1), D(), nn.MSELoss()\n",
        "py:6, in make: a batch is of type Tensor; it has to be (inputs, targets) or a dict",
    ),
    "data elsewhere": (
        TOP + "def make():\n    x = torch.ones(20, 3, device='meta')\n"
        "    return nn.Linear(3, 1), x, torch.ones(20, 1), nn.MSELoss()\n",
        "py:3, in make: the data is on meta; leave it on the CPU: the run moves it",
    ),
    "network elsewhere": (
        TOP + "def make():\n    net = nn.Linear(3, 1, device='meta')\n"
        "    return net, torch.ones(20, 3), torch.ones(20, 1), nn.MSELoss()\n",
        "py:3, in make: the network is on meta; leave it on the CPU",
    ),
    "float64": (
        TOP + "def make():\n    x = torch.ones(20, 3, dtype=torch.float64)\n"
        "    return nn.Linear(3, 1), x, torch.ones(20, 1), nn.MSELoss()\n",
        "inputs are float64 (4, 3), targets float32 (4, 1); a network is float32 unless told "
        "otherwise: .float() makes data so",
    ),
    "targets of another shape": (
        TOP + "def make():\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), torch.ones(20), nn.MSELoss()\n",
        "due to broadcasting. Please ensure they have the same size.; inputs are float32 (4, 3), "
        "targets float32 (4,)",
    ),
    "an item": (
        TOP + "def make():\n    loss = lambda o, t: (o - t).sum().item()\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), torch.ones(20, 1), loss\n",
        "the loss is a float; it has to be a tensor, no .item()",
    ),
    "overflow": (
        TOP + "def make():\n    loss = lambda o, t: (o - t).sum() / 0\n"
        "    return nn.Linear(3, 1), torch.ones(20, 3), torch.ones(20, 1), loss\n",
        "inf; inputs and targets are numbers: look at the network and the loss",
    ),
    "a relative import": (
        TOP + "from .layers import Block\n",
        "py:3: ImportError: attempted relative import with no known parent package; "
        "import a file beside this one without the dot",
    ),
    "a relative path": (
        TOP + "def make():\n    open('no_such_data.csv')\n",
        "that of this file is Path(__file__).parent",
    ),
    "score": (
        TOP + "from models import Score\ndef make():\n    Score('a b', None, 'higher')\n",
        "py:5, in make: ValueError: score name 'a b': write letters",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_in_one_line_with_file_and_line(name: str, tmp_path: Path) -> None:
    text, words = FAULTS[name]
    path = tmp_path / "net.py"
    path.write_text(text, encoding="utf-8")
    reference = f"{path}:make"
    with pytest.raises(OwnError) as raised, blaming(reference):
        check(load_workload(reference), torch.device("cpu"))
    said = str(raised.value)
    assert said.startswith(str(path))
    assert words in said
    assert "\n" not in said
