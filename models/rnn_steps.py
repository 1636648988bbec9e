"""The RNN of `models.recurrent`, looped over its time steps in Python as a lecture writes it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recurrent import last_step


class RNNSteps(nn.Module):
    """A vanilla recurrent network with ReLU, unrolled over time: what a fused kernel is worth.

    Parameters have the names, shapes, order and start of `nn.RNN`'s, so that both load and start
    from the same weights.
    """

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.empty(hidden))
        self.bias_hh_l0 = nn.Parameter(torch.empty(hidden))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden), 1 / math.sqrt(hidden))
        self.output = nn.Linear(hidden, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        hidden = series.new_zeros(series.shape[0], self.weight_hh_l0.shape[1])  # N, H
        states = []
        for x in series.unbind(dim=1):  # N, features
            hidden = self.step(x, hidden)
            states.append(hidden)
        scores: Tensor = self.output(last_step(torch.stack(states, dim=1), lengths))
        return scores  # N, classes

    def step(self, x: Tensor, hidden: Tensor) -> Tensor:
        """Advance the hidden state (N, H) by one time step x (N, features)."""
        from_input = functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)
        from_before = functional.linear(hidden, self.weight_hh_l0, self.bias_hh_l0)
        return torch.relu(from_input + from_before)  # N, H
