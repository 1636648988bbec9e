"""The LSTM of `models.recurrent`, written out from its gate equations."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recurrent import last_step


class LSTMGates(nn.Module):
    """A long short-term memory network, unrolled over time in Python.

    Gers, Schmidhuber and Cummins, "Learning to forget" (2000). Parameters have the names, shapes,
    order and start of `nn.LSTM`'s, so that both load and start from the same weights.
    """

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * hidden))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * hidden))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden), 1 / math.sqrt(hidden))
        self.output = nn.Linear(hidden, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        hidden = series.new_zeros(series.shape[0], self.weight_hh_l0.shape[1])  # N, H
        cell = torch.zeros_like(hidden)  # N, H
        states = []
        for x in series.unbind(dim=1):  # N, features
            hidden, cell = self.step(x, hidden, cell)
            states.append(hidden)
        scores: Tensor = self.output(last_step(torch.stack(states, dim=1), lengths))
        return scores  # N, classes

    def step(self, x: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """Advance hidden and cell state (each N, H) by one time step x (N, features)."""
        gates = functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)  # N, 4 H
        gates = gates + functional.linear(hidden, self.weight_hh_l0, self.bias_hh_l0)
        i, f, c, o = gates.chunk(4, dim=1)  # N, H each
        input_gate = torch.sigmoid(i)
        forget_gate = torch.sigmoid(f)
        candidate = torch.tanh(c)
        output_gate = torch.sigmoid(o)
        cell = forget_gate * cell + input_gate * candidate
        return output_gate * torch.tanh(cell), cell
