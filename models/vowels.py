"""A CNN and a transformer for series of several channels and unequal lengths."""

import torch
from torch import Tensor, nn

from models.transformer import WIDTH, encoder_layers


def padded_steps(series: Tensor, lengths: Tensor) -> Tensor:
    """Mark the steps behind the end of each series (N, T, ...): a mask (N, T)."""
    return torch.arange(series.shape[1], device=series.device) >= lengths[:, None]


def mean_of_real(states: Tensor, padded: Tensor) -> Tensor:
    """Average states (N, T, C) over the steps that are not `padded` (N, T)."""
    real = (~padded).to(states.dtype)[:, :, None]  # N, T, 1
    return (states * real).sum(dim=1) / real.sum(dim=1)


class ChannelsCNN(nn.Module):
    """Two 1-D convolutions over all channels, the mean over the real steps, and a linear layer.

    A filter sees all channels and a few steps: two of 5 see nine. Wang, Yan and Oates, "Time series
    classification from scratch with deep neural networks" (2017), without batch statistics.
    """

    def __init__(self, features: int, channels: int, classes: int) -> None:
        super().__init__()
        self.convolution1 = nn.Conv1d(features, channels, kernel_size=5, padding=2)
        self.convolution2 = nn.Conv1d(channels, channels, kernel_size=5, padding=2)
        self.output = nn.Linear(channels, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        padded = padded_steps(series, lengths)  # N, T
        x = series.masked_fill(padded[:, :, None], 0.0).transpose(1, 2)  # N, features, T
        x = torch.relu(self.convolution1(x))  # N, channels, T
        x = x.masked_fill(padded[:, None, :], 0.0)
        x = torch.relu(self.convolution2(x))  # N, channels, T
        scores: Tensor = self.output(mean_of_real(x.transpose(1, 2), padded))
        return scores  # N, classes


class ChannelsTransformer(nn.Module):
    """A transformer encoder whose positions are the steps of a series; padded ones are not seen."""

    def __init__(self, features: int, longest: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(features, WIDTH)
        self.positions = nn.Parameter(torch.zeros(longest, WIDTH))
        self.layers = encoder_layers()
        self.output = nn.Linear(WIDTH, classes)

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Map series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        padded = padded_steps(series, lengths)  # N, T
        x = self.embedding(series) + self.positions[: series.shape[1]]  # N, T, D
        x = self.layers(x, src_key_padding_mask=padded)  # N, T, D
        scores: Tensor = self.output(mean_of_real(x, padded))
        return scores  # N, classes
