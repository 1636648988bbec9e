"""Recurrent networks that classify a series by the state after its last real time step."""

from torch import Tensor, nn


def last_step(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Pick each series' output (N, H) at its last real time step, in one gather.

    `outputs` (N, T, H) has padded steps as well, `lengths` (N,) the number of real ones, 1 to T.
    """
    last = (lengths - 1).reshape(-1, 1, 1).expand(-1, 1, outputs.shape[2])  # N, 1, H
    return outputs.gather(1, last).squeeze(1)


class RNN(nn.Module):
    """A vanilla recurrent network with ReLU: h_t = relu(W x_t + U h_{t-1} + b).

    Elman, "Finding structure in time" (1990), with ReLU in place of a sigmoid.
    """

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.recurrent = nn.RNN(features, hidden, nonlinearity="relu", batch_first=True)
        self.output = nn.Linear(hidden, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        states, _ = self.recurrent(series)  # N, T, hidden
        scores: Tensor = self.output(last_step(states, lengths))  # N, classes
        return scores


class LSTM(nn.Module):
    """A long short-term memory network: `nn.LSTM`, which runs fused kernels where it can.

    Hochreiter and Schmidhuber, "Long short-term memory" (1997). `models.lstm_gates` is the same
    network in plain equations.
    """

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(features, hidden, batch_first=True)
        self.output = nn.Linear(hidden, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        states, _ = self.recurrent(series)  # N, T, hidden
        scores: Tensor = self.output(last_step(states, lengths))  # N, classes
        return scores
