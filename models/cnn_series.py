"""A convolutional network over time: a series is an image with one column."""

import torch
from torch import Tensor, nn


class SeriesCNN(nn.Module):
    """Three 1-D convolutions that halve the time each, and a linear layer.

    LeCun and Bengio, "Convolutional networks for images, speech, and time series" (1995).
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.convolution1 = nn.Conv1d(1, channels, kernel_size=5, stride=2, padding=2)
        self.convolution2 = nn.Conv1d(channels, channels, kernel_size=3, stride=2, padding=1)
        self.convolution3 = nn.Conv1d(channels, channels, kernel_size=3, stride=2, padding=1)
        self.output = nn.Linear(channels * 5, classes)

    def forward(self, series: Tensor) -> Tensor:
        """Map series (N, 40) to class scores (N, classes)."""
        x = series.unsqueeze(1)  # N, 1, 40
        x = torch.relu(self.convolution1(x))  # N, channels, 20
        x = torch.relu(self.convolution2(x))  # N, channels, 10
        x = torch.relu(self.convolution3(x))  # N, channels, 5
        scores: Tensor = self.output(x.flatten(1))  # N, classes
        return scores
