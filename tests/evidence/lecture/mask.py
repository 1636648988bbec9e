"""The causal mask on and off: a language model that sees the next character has nothing to learn.

Both are trained on the same text. Without the mask the held-out loss is low because the answer can
be read off; in use nobody knows the next character, so the same network is looked at with the mask.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from models import WORKLOADS, Split, load_dataset
from models.transformer import Transformer
from tests.evidence.lecture.loop import score, trained

MASKED, UNMASKED = "mask on", "mask off"
SEEDS = (0, 1)
EPOCHS, BATCH_SIZE, LEARNING_RATE = 10, 32, 0.005
WINDOWS, HELD_OUT = 4096, 1024


def without_mask(network: Transformer) -> Callable[[Tensor], Tensor]:
    """Returns the same way through a network, but every position sees all others."""

    def forward(sequence: Tensor) -> Tensor:
        scores: Tensor = network.output(
            network.layers(network.embedding(sequence) + network.positions)
        )
        return scores

    return forward


def rows() -> Iterator[tuple[Any, ...]]:
    """Yields a row per training, way of looking, seed and epoch: held-out bits per character."""
    data = load_dataset(WORKLOADS["transformer"].dataset)
    [inputs] = data.train.inputs
    train = Split((inputs[:WINDOWS],), data.train.targets[:WINDOWS])
    [inputs] = data.held_out.inputs
    held_out = Split((inputs[:HELD_OUT],), data.held_out.targets[:HELD_OUT])
    for seed in SEEDS:
        for kind in (MASKED, UNMASKED):
            for epoch, looked, bits in curve(train, held_out, kind=kind, seed=seed, epochs=EPOCHS):
                yield kind, looked, seed, epoch, round(bits, 4)


def curve(
    train: Split, held_out: Split, *, kind: str, seed: int, epochs: int
) -> Iterator[tuple[int, str, float]]:
    """Yields epoch, way of looking and bits per character: each as trained, and as it is used."""
    workload = WORKLOADS["transformer"]
    torch.manual_seed(seed)
    network: Any = workload.build()
    forward = network if kind == MASKED else without_mask(network)
    looks = {MASKED: network} if kind == MASKED else {UNMASKED: forward, MASKED: network}
    for epoch in trained(
        network, train, forward=forward, loss=workload.loss, batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE, epochs=epochs, seed=seed,
    ):  # fmt: skip
        for looked, way in looks.items():
            yield epoch, looked, score(way, held_out, workload.scores)
