"""The user's own DataLoader under the clock: its workers, pinned memory and prefetching."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from bench.job import Job
from bench.loop import OWN_LOADER
from models import Dataset, Loader
from models.samples import batch_of

Batch = tuple[list[Tensor], Tensor]
KEPT = (
    *("num_workers", "collate_fn", "pin_memory", "timeout", "worker_init_fn", "prefetch_factor"),
    *("multiprocessing_context", "persistent_workers", "generator"),
)
"""What a DataLoader is asked for; batch size and order are the run's."""


class Order(Sampler[int]):
    """The order of an epoch, set before it: a DataLoader with persistent workers lives on."""

    def __init__(self) -> None:
        self.places: list[int] = []

    def __iter__(self) -> Iterator[int]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


class OwnLoader:
    """Minibatches of a user's DataLoader at any batch size, in the order of the other loops."""

    def __init__(self, own: Loader) -> None:
        """Takes its settings; a DataLoader is made at the first epoch of each batch size."""
        self.places = own.places
        self.order = Order()
        self.dataset = own.loader.dataset
        self.settings = {name: getattr(own.loader, name) for name in KEPT}
        self.pinned = bool(own.loader.pin_memory)
        self.loader: Any = None

    def minibatches(self, permutation: Tensor, *, batch_size: int) -> Iterator[Batch]:
        """Yields the minibatches of one epoch as (inputs, targets), on the host."""
        if self.loader is None or self.loader.batch_size != batch_size:
            self.loader = DataLoader(
                self.dataset, batch_size=batch_size, sampler=self.order, **self.settings
            )
        count = len(self.places)
        self.order.places = [self.places[place % count] for place in permutation.tolist()]
        for batch in self.loader:
            split = batch_of(batch).split
            yield list(split.inputs), split.targets


def own_loader(data: Dataset, job: Job) -> OwnLoader | None:
    """Returns the user's DataLoader where the job wants it; NotImplementedError: there is none."""
    if job.loop.loader != OWN_LOADER:
        return None
    if data.loader is None:
        raise NotImplementedError("loader own: the workload has no Dataset or DataLoader")
    return OwnLoader(data.loader)
