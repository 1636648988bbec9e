"""The recurrent networks as the course's helper runs them: sorted, packed, read step by step.

The same layers, the same numbers (a recurrent network of one direction never sees what stands
behind a series' end), other operations: what `Loop.sequences` and `Loop.gather` choose.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from bench.loop import Loop
from models.recurrent import LSTM, RNN, last_step


class CourseRecurrent(nn.Module):
    """A recurrent classifier of `models.recurrent` with another way through its layers."""

    def __init__(self, network: RNN | LSTM, *, packed: bool, listed: bool) -> None:
        super().__init__()
        self.recurrent = network.recurrent
        self.output = network.output
        self.packed = packed
        self.listed = listed

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Maps series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        states = self.run_packed(series, lengths) if self.packed else self.recurrent(series)[0]
        pick = last_step_by_list if self.listed else last_step
        scores: Tensor = self.output(pick(states, lengths))
        return scores

    def run_packed(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Returns the states (N, T, H) by way of a packed sequence, the longest series first."""
        order = lengths.argsort(descending=True)
        packed = pack_padded_sequence(series[order], lengths[order].cpu(), batch_first=True)
        states, _ = self.recurrent(packed)
        padded, _ = pad_packed_sequence(states, batch_first=True, total_length=series.shape[1])
        return padded[order.argsort()]


def last_step_by_list(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Does as `last_step`, by a Python list of tensors: the host reads and waits for each."""
    last = [length - 1 for length in lengths]
    return outputs[torch.arange(len(last), device=outputs.device), last]


def with_loop(network: nn.Module, loop: Loop) -> nn.Module:
    """Returns the network itself, or its recurrent layers run as the loop asks."""
    if not isinstance(network, RNN | LSTM):
        return network
    if (loop.sequences, loop.gather) == ("padded", "vectorised"):
        return network
    return CourseRecurrent(network, packed=loop.sequences == "packed", listed=loop.gather == "list")
