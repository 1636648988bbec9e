"""A workload on a device in this process: opening it is the cold start."""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from bench.grid import MOST_EPOCHS
from bench.job import Job
from bench.train.clock import DeviceClock
from bench.train.course_loop import evaluate_everything, train_as_asked
from bench.train.device import make_clock, open_device, synchroniser
from bench.train.modes import compile_afresh, place, prepare
from models import WORKLOADS, Split, Workload, load_dataset, timed_split
from models.optimizers import make_optimizer


@dataclass
class ColdStart:
    """Seconds until training runs warm; the first step is the process's very first one."""

    context_seconds: float
    transfer_seconds: float
    first_step_seconds: float | None = None
    warm_step_seconds: float | None = None


@dataclass
class Arm:
    """A workload on a device in this process, initial weights kept on the CPU.

    `train` and `evaluated` (the held-out split) lie where the loop wants the data, `held_out` on
    the device. `compiled` is a compiled network, as (the module that has its weights, itself);
    `compiling_seconds` what getting ready to compile took, before the first step.
    """

    job: Job
    workload: Workload
    device: torch.device
    clock: DeviceClock
    train: Split
    held_out: Split
    evaluated: Split
    initial_state: dict[str, Tensor]
    cold_start: ColdStart
    measured: int = field(default=0)
    compiled: tuple[nn.Module, nn.Module] | None = None
    compiling_seconds: float = 0.0

    def note_first_step(self, first: float, warm: float) -> ColdStart:
        """The process's cold start; its first step is the first one that this is told."""
        if self.cold_start.first_step_seconds is None:
            self.cold_start.first_step_seconds, self.cold_start.warm_step_seconds = first, warm
        return self.cold_start


def to_device(split: Split, device: torch.device) -> Split:
    """The split's tensors on the device."""
    inputs = tuple(tensor.to(device) for tensor in split.inputs)
    return Split(inputs=inputs, targets=split.targets.to(device))


def open_arm(job: Job) -> Arm:
    """Everything before the first step: data, initial weights, device context, transfer.

    Data and weights are made on the CPU from the seed, so that every device starts from the same.
    """
    workload = WORKLOADS[job.workload]
    dataset = load_dataset(workload.dataset)
    host_train = timed_split(dataset.train, job.samples)
    torch.manual_seed(job.seed)
    host_network = workload.build()
    initial_state = {name: value.clone() for name, value in host_network.state_dict().items()}
    host_clock = DeviceClock(lambda: None)
    opened: list[Any] = []

    def create_context() -> None:
        device = open_device(job.device)
        torch.ones(1, device=device)
        synchroniser(device)()
        opened.append(device)

    context = host_clock.time(create_context)
    device: torch.device = opened[0]
    clock = make_clock(device)

    def transfer() -> None:
        host_network.to(device)
        opened.append(place(host_train, job, device))

    transfer_timing = clock.time(transfer)
    # What stands now stays: later collections, on every device alike, need not walk torch's heap,
    # which takes 0.1 s and could fall into an epoch by chance.
    gc.collect()
    gc.freeze()
    return Arm(
        job=job,
        workload=workload,
        device=device,
        clock=clock,
        train=opened[1],
        held_out=to_device(dataset.held_out, device),
        evaluated=place(dataset.held_out, job, device),
        initial_state=initial_state,
        cold_start=ColdStart(context.wall_seconds, transfer_timing.wall_seconds),
    )


def fresh_training(arm: Arm) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A network with the arm's initial weights on its device, and a new optimiser.

    A compiled network is compiled once a batch size; its weights are set back in place.
    """
    if arm.compiled is None:
        network = _new_network(arm)
    else:
        base, network = arm.compiled
        base.load_state_dict(arm.initial_state)
    optimizer = make_optimizer(
        network.parameters(),
        name=arm.job.optimizer,
        implementation=arm.job.optimizer_implementation,
        learning_rate=arm.job.learning_rate,
    )
    return network, optimizer


def _new_network(arm: Arm) -> nn.Module:
    base = arm.workload.build()
    base.load_state_dict(arm.initial_state)
    network = prepare(base.to(arm.device), arm.job, arm.device)
    if arm.job.compiled:
        timing = arm.clock.time(lambda: compile_afresh(network, arm.job.compiled))
        arm.compiling_seconds = timing.wall_seconds
        arm.compiled = base, network
    return network


def make_permutation(job: Job, epoch: int, device: torch.device) -> Tensor:
    """The order of an epoch's samples: from seed and epoch on the CPU, so equal on every device."""
    generator = torch.Generator().manual_seed(job.seed * MOST_EPOCHS + epoch)
    return torch.randperm(job.samples, generator=generator).to(device)


def epoch_work(
    arm: Arm,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    batch_size: int,
    number: int,
) -> Callable[[], None]:
    """The work of one epoch, to be timed: the permutation of its samples is part of it."""
    evaluating = arm.job.loop.evaluate == "every-epoch"
    place_of_data = arm.train.targets.device

    def work() -> None:
        permutation = make_permutation(arm.job, number, place_of_data)
        train_as_asked(arm, network, optimizer, permutation=permutation, batch_size=batch_size)
        if evaluating:
            evaluate_everything(arm, network, batch_size=batch_size)

    return work
