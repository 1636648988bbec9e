"""A regression on 2000 made-up samples.

Copy this file, put in your own network, data and loss, and time it:
pytest bench --workloads my_network.py:make --benchmark-json results/mine.json
"""

import torch
from torch import Tensor, nn


def make() -> tuple[nn.Module, Tensor, Tensor, nn.Module]:
    """Return network, inputs, targets, loss. Every fifth sample is held out."""
    network = nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 1))
    inputs = torch.randn(2000, 8)  # N, 8
    targets = inputs.square().sum(dim=1, keepdim=True) / 8  # N, 1
    return network, inputs, targets, nn.MSELoss()
