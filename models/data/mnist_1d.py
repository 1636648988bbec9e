"""MNIST-1D: digits drawn as noisy, shifted series of one channel."""

import random

import torch

from models.workload import Dataset, Split


def prepare() -> Dataset:
    """Generate the official set: 4,000 series to train and 1,000 held out, in its own order.

    Inputs are float32 (N, 40), standardised over all training numbers; targets are the digits.
    """
    import numpy as np  # noqa: PLC0415  training never needs these two
    from mnist1d.data import get_dataset_args, make_dataset  # noqa: PLC0415

    # It seeds Python's and NumPy's global generators: what the caller seeded must survive.
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        made = make_dataset(get_dataset_args())
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
    train, held_out = torch.from_numpy(made["x"]), torch.from_numpy(made["x_test"])
    mean, deviation = train.mean(), train.std()
    return Dataset(
        name="mnist-1d",
        train=Split((((train - mean) / deviation).float(),), torch.from_numpy(made["y"])),
        held_out=Split(
            (((held_out - mean) / deviation).float(),), torch.from_numpy(made["y_test"])
        ),
        description="5,000 series of 40 steps, digits as shifted noisy curves, 10 classes",
        source="mnist1d, make_dataset(get_dataset_args()) (Apache-2.0); Greydanus (2020)",
    )
