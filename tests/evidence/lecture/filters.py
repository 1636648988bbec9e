"""How far does a network look back? Far symbols by filter size and by length of the series."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from models import WORKLOADS
from models.data.far_symbol import HELD_OUT, SYMBOLS, TRAIN, series
from models.far import CausalCNN, patient_lstm
from models.recurrent import RNN
from models.vowels import ChannelsTransformer
from tests.evidence.lecture.loop import score, trained

LENGTHS = (10, 20, 30)
KERNELS = (2, 4, 6, 8, 12, 16)
SEEDS = (0, 1)
EPOCHS, BATCH_SIZE, WIDTH = 8, 32, 64
OTHERS = ("rnn-far", "lstm-far", "transformer-far")


def build(network: str, kernel_size: int, steps: int) -> nn.Module:
    """Makes a network for series of so many steps; only the CNN's filters have a size."""
    sizes = (SYMBOLS, WIDTH, SYMBOLS)
    makers: dict[str, Callable[[], nn.Module]] = {
        "cnn-far": partial(CausalCNN, *sizes, kernel_size=kernel_size),
        "rnn-far": partial(RNN, *sizes),
        "lstm-far": partial(patient_lstm, *sizes),
        "transformer-far": partial(ChannelsTransformer, SYMBOLS, steps, SYMBOLS),
    }
    return makers[network]()


def reached(network: str, kernel_size: int, steps: int, seed: int, epochs: int = EPOCHS) -> float:
    """Returns the held-out accuracy after training."""
    workload = WORKLOADS[network]
    torch.manual_seed(seed)
    made = build(network, kernel_size, steps)
    for _epoch in trained(
        made,
        series(TRAIN, steps=steps, seed=0),
        loss=workload.loss,
        learning_rate=workload.learning_rates["adam"],
        batch_size=BATCH_SIZE,
        epochs=epochs,
        seed=seed,
    ):
        pass
    return score(made, series(HELD_OUT, steps=steps, seed=1), workload.scores)


def rows() -> Iterator[tuple[Any, ...]]:
    """Yields a row per network, filter size (0: it has none), length and seed."""
    filters = [("cnn-far", kernel_size) for kernel_size in KERNELS]
    for network, kernel_size in (*filters, *((name, 0) for name in OTHERS)):
        for steps in LENGTHS:
            for seed in SEEDS:
                found = reached(network, kernel_size, steps, seed)
                yield network, kernel_size, steps, seed, round(found, 4)
