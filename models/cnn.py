"""A small convolutional network for images of digits."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class DigitCNN(nn.Module):
    """Two convolutions with pooling and a linear layer, in the sizes of a lecture's classifier.

    LeCun et al., "Gradient-based learning applied to document recognition" (1998).
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.convolution1 = nn.Conv2d(1, 32, kernel_size=3)
        self.convolution2 = nn.Conv2d(32, 16, kernel_size=3)
        self.output = nn.Linear(16 * 5 * 5, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, 28, 28) to class scores (N, classes)."""
        x = torch.relu(self.convolution1(images))  # N, 32, 26, 26
        x = functional.max_pool2d(x, 2)  # N, 32, 13, 13
        x = torch.relu(self.convolution2(x))  # N, 16, 11, 11
        x = functional.max_pool2d(x, 2)  # N, 16, 5, 5
        scores: Tensor = self.output(x.flatten(1))  # N, classes
        return scores
