"""A residual CNN with batch normalisation, on images of one bright quarter.

A Workload says more than make() has to: a score, a goal, learning rates.
"""

import torch
from torch import Tensor, nn

from models import Score, Workload


class Block(nn.Module):
    """Two convolutions, and the way around them (He et al., 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.convolution2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to the same shape."""
        y = torch.relu(self.norm1(self.convolution1(x)))
        y = self.norm2(self.convolution2(y))
        return torch.relu(x + y)


class ResidualCNN(nn.Module):
    """Two residual blocks between a convolution and a linear layer."""

    def __init__(self, channels: int = 8, classes: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, channels, 3, padding=1)
        self.blocks = nn.Sequential(Block(channels), Block(channels))
        self.output = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, H, W) to class scores (N, classes)."""
        x = self.blocks(torch.relu(self.first(images)))  # N, channels, H, W
        scores: Tensor = self.output(x.mean(dim=(2, 3)))  # N, classes
        return scores


def correct(output: Tensor, targets: Tensor) -> Tensor:
    """Return 1 for each sample whose class has the highest score, else 0."""
    return (output.argmax(dim=1) == targets).float()


def make() -> Workload:
    """Return a workload on images of one bright quarter each; its place is the class."""
    classes = torch.arange(1000) % 4  # N
    images = torch.randn(1000, 1, 8, 8)  # N, 1, 8, 8
    for place in range(4):
        row, column = 4 * (place // 2), 4 * (place % 2)
        images[classes == place, :, row : row + 4, column : column + 4] += 1.0
    return Workload(
        build=ResidualCNN,
        dataset=(images, classes),
        loss=nn.functional.cross_entropy,
        score=Score("accuracy", correct, better="higher", unit="%"),
        goal=0.9,
        learning_rates={"sgd": 0.1, "adam": 0.003},
    )
