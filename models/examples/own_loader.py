"""Frequencies of noisy waves, from a DataLoader of one's own.

`--loop own` times it with its two workers; without, its samples are read once beforehand.
"""

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset


class Waves(Dataset[tuple[Tensor, Tensor]]):
    """Noisy sine waves that are made when they are asked for; the target is the frequency."""

    def __len__(self) -> int:
        return 500

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        noise = torch.randn(64, generator=torch.Generator().manual_seed(place))
        frequency = torch.tensor([1.0 + place % 8])
        return torch.sin(frequency * torch.linspace(0, 6.28, 64)) + 0.1 * noise, frequency


def make() -> tuple[nn.Module, DataLoader[tuple[Tensor, Tensor]], nn.Module]:
    """Return network, data, loss; batch size and order are the run's."""
    network = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
    loader = DataLoader(Waves(), batch_size=32, num_workers=2, persistent_workers=True)
    return network, loader, nn.MSELoss()
