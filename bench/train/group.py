"""Several processes that train one network together: how they meet, agree on times and share work.

Data parallel: each takes its part of every minibatch, and the gradient is the whole minibatch's.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from bench.job import Job
from bench.train.clock import DeviceClock, Timing
from models import Split

Loss = Callable[[Tensor, Tensor], Tensor]
BACKENDS = {"cpu": "gloo", "cuda": "nccl"}
LOOPBACK = {"linux": "lo", "darwin": "lo0"}


def join(job: Job, device: torch.device) -> None:
    """Meets the other processes, by a file and over this machine's loopback only.

    Raises NotImplementedError where this build of torch cannot.
    """
    backend = BACKENDS[device.type]
    if not distributed.is_available() or not distributed.is_backend_available(backend):
        raise NotImplementedError(f"this build of torch has no {backend}")
    if loopback := LOOPBACK.get(sys.platform):
        os.environ |= dict.fromkeys(("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"), loopback)
    distributed.init_process_group(
        backend,
        init_method=Path(job.meeting).as_uri(),
        rank=job.rank,
        world_size=job.devices,
    )
    distributed.all_reduce(torch.zeros(1, device=device))  # now they are connected


@dataclass(frozen=True)
class GroupClock(DeviceClock):
    """A clock whose readings are those of the first process, in all: what they decide by time, they
    decide alike, or one would wait for the others for ever.
    """

    device: str = "cpu"

    def time(self, work: Callable[[], object]) -> Timing:
        """Times `work`; the processes agree on it after the clock has stopped."""
        own = super().time(work)
        said = [own.wall_seconds, own.slept_seconds]
        agreed = torch.tensor(said, dtype=torch.float64, device=self.device)
        distributed.broadcast(agreed, src=0)
        wall, slept = agreed.tolist()
        return Timing(wall, own.event_seconds, slept)


def together(network: nn.Module) -> nn.Module:
    """Returns the network whose gradients are means over the processes."""
    shared: nn.Module = DistributedDataParallel(network)
    return shared


def mean_of_all(value: Tensor) -> Tensor:
    """Returns the mean over the processes."""
    total = value.clone()
    distributed.all_reduce(total)
    return total / distributed.get_world_size()


class Share(NamedTuple):
    """What one process trains on in an epoch: `places` in its order, and its slices of these.

    A slice is (start, stop, weight): the mean over all processes of their weighted losses is the
    loss of the whole minibatch.
    """

    places: Tensor
    slices: list[tuple[int, int, float]]


def share_of(terms: Tensor, batch_size: int, *, rank: int, devices: int) -> Share:
    """Returns a process's share of an epoch.

    `terms` (N,) holds of how many terms the loss is a mean, sample by sample in the epoch's order.
    Where a last minibatch has fewer samples than there are processes, one without any takes its
    first sample at weight 0: it has to take part in the step.
    """
    before = [0, *terms.cumsum(0).tolist()]
    places, slices, taken = [], [], 0
    for start in range(0, len(terms), batch_size):
        stop = min(start + batch_size, len(terms))
        first, last = (start + (stop - start) * part // devices for part in (rank, rank + 1))
        whole = before[stop] - before[start]
        weight = devices * (before[last] - before[first]) / whole
        if first == last:
            first, last = start, start + 1
        places.append(torch.arange(first, last))
        slices.append((taken, taken + last - first, weight))
        taken += last - first
    return Share(torch.cat(places), slices)


def train_shared_epoch(
    network: nn.Module,
    loss_function: Loss,
    optimizer: torch.optim.Optimizer,
    split: Split,
    *,
    permutation: Tensor,
    batch_size: int,  # noqa: ARG001 - the share was made for it
    share: Share,
) -> None:
    """Trains one epoch as `train_epoch` does, on this process's share of each minibatch."""
    order = permutation[share.places]
    inputs = [tensor[order] for tensor in split.inputs]
    targets = split.targets[order]
    for start, stop, weight in share.slices:
        optimizer.zero_grad()
        output = network(*[tensor[start:stop] for tensor in inputs])
        loss = weighted(loss_function, weight)(output, targets[start:stop])
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
        optimizer.step()


def weighted(loss_function: Loss, weight: float) -> Loss:
    """Returns the loss itself for equal parts of a minibatch, and weighted for others."""
    if weight == 1.0:
        return loss_function
    return lambda output, targets: loss_function(output, targets) * weight
