"""A multilayer perceptron with one hidden layer."""

import torch
from torch import Tensor, nn


class MLP(nn.Module):
    """Linear, ReLU, linear: the smallest network that is not a linear model.

    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986).
    """

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, hidden)
        self.output = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, ...) of `features` numbers each to class scores (N, classes)."""
        x = images.flatten(1)  # N, features
        x = torch.relu(self.hidden(x))  # N, hidden
        scores: Tensor = self.output(x)  # N, classes
        return scores
