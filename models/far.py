"""Networks that answer at the last step what stood far back: how far does each one see?"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recurrent import LSTM, last_step


class CausalCNN(nn.Module):
    """1-D convolutions that see the past only, and a linear layer on their last step.

    How far they look back is their filters' doing: each layer by its kernel size less one. Bai,
    Kolter and Koltun, "An empirical evaluation of generic convolutional and recurrent networks for
    sequence modeling" (2018), without dilation.
    """

    def __init__(
        self, features: int, channels: int, classes: int, *, kernel_size: int = 5, layers: int = 2
    ) -> None:
        super().__init__()
        widths = [features, *[channels] * layers]
        self.past = kernel_size - 1
        self.convolutions = nn.ModuleList(
            nn.Conv1d(before, after, kernel_size) for before, after in pairwise(widths)
        )
        self.output = nn.Linear(channels, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        x = series.transpose(1, 2)  # N, features, T
        for convolution in self.convolutions:
            x = torch.relu(convolution(functional.pad(x, (self.past, 0))))  # N, channels, T
        scores: Tensor = self.output(last_step(x.transpose(1, 2), lengths))
        return scores  # N, classes


def patient_lstm(features: int, hidden: int, classes: int, *, keep: float = 3.0) -> LSTM:
    """Make an LSTM whose forget gates are open at the start: it keeps what it has seen.

    As torch starts it, it forgets half of its cell in every step; so it keeps 95 %. Jozefowicz,
    Zaremba and Sutskever, "An empirical exploration of recurrent network architectures" (2015).
    """
    network = LSTM(features, hidden, classes)
    with torch.no_grad():
        network.recurrent.get_parameter("bias_ih_l0")[hidden : 2 * hidden] = keep
    return network
