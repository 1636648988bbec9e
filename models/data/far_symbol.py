"""Far symbol: which of eight symbols stood near the start of a series, asked at its end."""

import torch
from torch import Tensor

from models.workload import Dataset, Split

TRAIN, HELD_OUT = 2_000, 500
STEPS, SYMBOLS = 30, 8
FIRST = 5
"""The symbol stands in one of the first so many steps; all others are noise."""
NOISE = 0.05


def prepare() -> Dataset:
    """Generate 2,000 series to train and 500 held out, the same for ever.

    Inputs are float32 series (N, 30, 8), noise with a one in the channel of the symbol, and int64
    lengths (N,), all 30; targets the symbols. A network that answers from the last step has to look
    26 steps at least, itself included.
    """
    return Dataset(
        name="far-symbol",
        train=series(TRAIN, steps=STEPS, seed=0),
        held_out=series(HELD_OUT, steps=STEPS, seed=1),
        description="2,500 series of 30 noisy steps, one of 8 symbols in the first 5",
        source="models/data/far_symbol.py (MIT)",
    )


def series(count: int, *, steps: int, seed: int) -> Split:
    """Generate series of any length; each number is noise of one size, up or down."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(most: int, *shape: int) -> Tensor:
        return torch.randint(most, shape, generator=generator)

    symbols = drawn(SYMBOLS, count)
    values = NOISE * (2.0 * drawn(2, count, steps, SYMBOLS) - 1)
    values[torch.arange(count), drawn(FIRST, count), symbols] += 1
    return Split((values, torch.full((count,), steps)), symbols)
