"""The course's DataLoader: of a list of samples, or of images that are decoded when asked for."""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, default_collate
from torch.utils.data import Dataset as TorchDataset

from bench.loop import DECODERS, WORKERS, Loop
from bench.train.own_loader import Batch
from models import Split

LEVELS = 255
"""Of an 8-bit image: its largest number."""


class Images(TorchDataset[tuple[Tensor, Any]]):
    """Images as a PNG holds them, 8 bits a number and deflated, decoded whenever one is asked for.

    Then it is made a tensor as torchvision's `ToTensor` and `Normalize` do: a copy, the channels
    first, shares of the largest number, standardised. Nothing is kept for the next time.
    """

    def __init__(self, inputs: tuple[Tensor, ...], labels: Any) -> None:
        """Takes what decoding has to give, (N, C, H, W); NotImplementedError: no 8-bit images."""
        images = inputs[0].cpu()
        least, most = images.aminmax()
        self.std = (1 / (most - least)).item()
        self.mean = (-least * self.std).item()
        levels = ((images * self.std + self.mean) * LEVELS).round()
        decoded = (levels / LEVELS - self.mean) / self.std
        of_images = len(inputs) == 1 and images.dim() == 4
        if not of_images or not torch.allclose(decoded, images, atol=1e-5):
            raise NotImplementedError("decoding: the samples are no 8-bit images")
        pixels = levels.permute(0, 2, 3, 1).to(torch.uint8).numpy()  # N, H, W, C
        self.shape = pixels.shape[1:]
        self.files = [zlib.compress(image.tobytes()) for image in pixels]
        self.labels = labels

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, place: int) -> tuple[Tensor, Any]:
        decoded = np.frombuffer(zlib.decompress(self.files[place]), np.uint8)
        pixels = torch.from_numpy(np.array(decoded.reshape(self.shape)))  # H, W, C
        image = pixels.permute(2, 0, 1).contiguous().float().div_(LEVELS)  # C, H, W
        return image.sub_(self.mean).div_(self.std), self.labels[place]


class CourseLoader:
    """Minibatches of a split as the course makes them, in the order of the other loops."""

    def __init__(self, split: Split, loop: Loop) -> None:
        """Lists the samples, as (input, ..., label); of labels and lengths it has Python's numbers.

        Raises NotImplementedError where the loop decodes images and there are none.
        """
        labels = _listed(split.targets)
        if loop.loader in DECODERS:
            self.samples: Any = Images(split.inputs, labels)
        else:
            self.samples = list(zip(*map(_listed, split.inputs), labels, strict=True))
        self.pinned = loop.placement == "pinned"
        self.workers = WORKERS if loop.loader == "workers" else 0

    def minibatches(self, permutation: Tensor, *, batch_size: int) -> Iterator[Batch]:
        """Yields the minibatches of one epoch as (inputs, targets), where the data lies."""
        order = permutation.tolist()
        return self._load(batch_size, sampler=order, pin_memory=self.pinned)

    def in_order(self, *, batch_size: int) -> Iterator[Batch]:
        """Yields all samples from the first to the last, by another DataLoader."""
        return self._load(batch_size)

    def labels(self) -> Tensor:
        """Returns all labels, by a Python loop that asks for every sample once more."""
        labels: Tensor = default_collate([self.samples[i][-1] for i in range(len(self.samples))])
        return labels

    def _load(self, batch_size: int, **settings: Any) -> Iterator[Batch]:
        settings |= {"batch_size": batch_size, "num_workers": self.workers}
        for *inputs, targets in DataLoader(self.samples, **settings):
            yield inputs, targets


def _listed(tensor: Tensor) -> Any:
    return tensor.tolist() if tensor.dim() == 1 and tensor.dtype == torch.int64 else tensor


def course_loaders(
    train: Split, held_out: Split, loop: Loop
) -> tuple[CourseLoader | None, tuple[CourseLoader, ...]]:
    """Returns what makes the minibatches, None where they are not the course's, and what is
    evaluated after every epoch.
    """
    loads, evaluates = loop.loader in ("dataloader", *DECODERS), loop.evaluate == "every-epoch"
    if not (loads or evaluates):
        return None, ()
    loader = CourseLoader(train, loop)
    evaluated = (loader, CourseLoader(held_out, loop)) if evaluates else ()
    return loader if loads else None, evaluated
