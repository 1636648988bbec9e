"""The course's training utility once more, from its published behaviour: nothing of bench/ in it.

A list of (input, label) goes to a shuffling DataLoader; after every epoch a second one predicts all
training and held-out samples again, and the labels are gathered by a Python loop. Series have their
own lengths until a minibatch pads them; they are sorted, packed, and the last step is picked by a
list of tensors.
"""

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader

from models import Split


class Packed(nn.Module):
    """A recurrent network as the course's helper runs it: the same layers, time first."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.recurrent, self.output = network.recurrent, network.output

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Maps series (T, N, features) of `lengths` (N,) to class scores (N, classes)."""
        falling, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(series[:, order], falling.cpu())
        states, _ = pad_packed_sequence(self.recurrent(packed)[0])  # T, N, hidden
        states = states[:, order.argsort()]
        last = [length - 1 for length in lengths]
        scores: Tensor = self.output(states[last, torch.arange(len(last))])
        return scores


class PilImages:
    """Pillow's images, each turned into a standardised tensor whenever it is asked for."""

    def __init__(self, split: Split) -> None:
        images = split.inputs[0]
        self.least, self.span = images.min(), images.max() - images.min()
        levels = ((images[:, 0] - self.least) / self.span * 255).round().to(torch.uint8)
        self.images = [Image.fromarray(one) for one in levels.numpy()]
        self.labels = split.targets.tolist()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        pixels = torch.from_numpy(np.array(self.images[place], copy=True))[None]  # 1, H, W
        return pixels.float().div(255).mul(self.span).add(self.least), self.labels[place]


def samples_of(split: Split) -> list[Any]:
    """The samples of a split as a student has them: a list of (input, label)."""
    labels = split.targets.tolist()
    if len(split.inputs) == 1:
        return list(zip(split.inputs[0], labels, strict=True))
    series, lengths = split.inputs
    own = (one[:length] for one, length in zip(series, lengths.tolist(), strict=True))
    return list(zip(own, labels, strict=True))


def padded(batch: list[Any]) -> tuple[Tensor, Tensor, Tensor]:
    """Makes a minibatch of series: padded to its longest, with lengths and labels."""
    series = [one for one, _ in batch]
    lengths = torch.tensor([len(one) for one in series])
    return pad_sequence(series), lengths, torch.tensor([label for _, label in batch])


def train_epoch(
    network: nn.Module, optimizer: torch.optim.Optimizer, loader: Any, held_out: Any
) -> list[float]:
    """Trains an epoch and evaluates everything; returns training and held-out accuracy."""
    device, loss = torch.device("cpu"), nn.CrossEntropyLoss()
    for *inputs, labels in loader:
        scores = network(*[one.to(device) for one in inputs])
        found = loss(scores, labels.to(device))
        optimizer.zero_grad()
        found.backward()
        optimizer.step()
    how = {"batch_size": loader.batch_size, "collate_fn": loader.collate_fn}
    return [accuracy(network, own, device, how) for own in (loader.dataset, held_out)]


def accuracy(network: nn.Module, samples: Any, device: torch.device, how: dict[str, Any]) -> float:
    """Predicts all samples and compares with their labels, asked for one by one."""
    with torch.no_grad():
        scores = [
            network(*[one.to(device) for one in inputs])
            for *inputs, _ in DataLoader(samples, shuffle=False, **how)
        ]
    predicted = torch.cat(scores).argmax(dim=1).cpu().numpy()
    labels = np.array([samples[place][1] for place in range(len(samples))])
    return float((predicted == labels).mean())
