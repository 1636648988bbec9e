"""Backpropagation against difference quotients: along random directions, by the step's size."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from models import WORKLOADS, load_dataset

NETWORKS = ("mlp", "cnn-series", "lstm", "transformer")
PRECISIONS = {"double": torch.float64, "single": torch.float32}
STEPS = tuple(float(f"1e{power}") for power in range(-1, -12, -1))
DIRECTIONS, SAMPLES = 5, 32


def rows() -> Iterator[tuple[Any, ...]]:
    """Yields a row per network, number format, step and direction: the relative error."""
    for network in NETWORKS:
        for precision, dtype in PRECISIONS.items():
            for direction in range(DIRECTIONS):
                for h, error in errors(network, dtype, direction):
                    yield network, precision, h, direction, float(f"{error:.3g}")


def errors(workload: str, dtype: torch.dtype, direction: int) -> Iterator[tuple[float, float]]:
    """Yields h and |(L(w + hv) - L(w - hv)) / 2h - gv| / |gv| along a random v of length 1."""
    own = WORKLOADS[workload]
    torch.manual_seed(0)
    network = own.build().to(dtype)
    split = load_dataset(own.dataset).train
    inputs = [x[:SAMPLES].to(dtype) if x.is_floating_point() else x[:SAMPLES] for x in split.inputs]
    targets = split.targets[:SAMPLES]
    weights = list(network.parameters())
    loss = own.loss(network(*inputs), targets)
    gradient = torch.cat([one.flatten() for one in torch.autograd.grad(loss, weights)])
    start = torch.nn.utils.parameters_to_vector(weights).detach()
    generator = torch.Generator().manual_seed(direction)
    towards = torch.randn(len(start), generator=generator, dtype=torch.float64).to(dtype)
    towards /= towards.norm()
    slope = float(gradient.double() @ towards.double())

    def at(place: Tensor) -> float:
        torch.nn.utils.vector_to_parameters(place, weights)
        with torch.no_grad():
            return float(own.loss(network(*inputs), targets))

    for h in STEPS:
        quotient = (at(start + h * towards) - at(start - h * towards)) / (2 * h)
        yield h, abs(quotient - slope) / abs(slope)
