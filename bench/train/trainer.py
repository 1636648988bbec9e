"""A workload set up on a device in this process: opening it is the cold start."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from bench.grid import MOST_EPOCHS
from bench.job import Job
from bench.train.clock import DeviceClock
from bench.train.course_loader import CourseLoader, course_loaders
from bench.train.course_loop import accuracy, train_course_epoch
from bench.train.device import make_clock, open_device, synchroniser
from bench.train.group import (
    GroupClock,
    Loss,
    Share,
    join,
    share_of,
    together,
    train_shared_epoch,
    weighted,
)
from bench.train.lean_loop import train_epoch
from bench.train.modes import compile_afresh, place, prepare, to_device
from bench.train.numerics import pin_as_asked
from bench.train.own_loader import OwnLoader, own_loader
from models import WORKLOADS, Split, Workload, data_of, load_workload, timed_split
from models.optimizers import make_optimizer


@dataclass
class Trainer:
    """A workload on a device in this process, initial weights kept on the CPU.

    `train` lies where the loop wants the data, `held_out` on the device. `loader` makes the
    minibatches, where they are no slices; `evaluated` are training and held-out samples as they are
    evaluated after every epoch. `cold_start` holds seconds until training runs warm. `compiled` is
    a compiled network, as (the module that has its weights, itself); `compiling_seconds` what
    getting ready to compile took, before the first step.
    """

    job: Job
    workload: Workload
    device: torch.device
    clock: DeviceClock
    train: Split
    held_out: Split
    initial_state: dict[str, Tensor]
    cold_start: dict[str, float]
    measured: int = 0
    compiled: tuple[nn.Module, nn.Module] | None = None
    compiling_seconds: float = 0.0
    loader: OwnLoader | CourseLoader | None = None
    evaluated: tuple[CourseLoader, ...] = ()

    def note_first_step(self, first: float, warm: float) -> dict[str, Any]:
        """Returns the process's cold start; its first step is the first one told here."""
        own = {"first_step_seconds": first, "warm_step_seconds": warm}
        self.cold_start = own | self.cold_start
        return self.cold_start


def open_trainer(job: Job) -> Trainer:
    """Does everything before the first step: data, initial weights, device context, transfer.

    Data and weights are made on the CPU from the seed, so that every device starts from the same.
    """
    workload = load_workload(job.workload, job.samples)
    dataset = data_of(workload)
    own = own_loader(dataset, job)
    host_train = timed_split(dataset.train, job.samples)
    torch.manual_seed(job.seed)
    host_network = workload.build()
    if job.workload not in WORKLOADS:
        pin_as_asked(job)  # whatever the file has set
    initial_state = {name: value.clone() for name, value in host_network.state_dict().items()}
    opened: list[Any] = []

    def create_context() -> None:
        device = open_device(job.device)
        torch.ones(1, device=device)
        synchroniser(device)()
        if job.devices > 1:
            join(job, device)
        opened.append(device)

    context = DeviceClock(lambda: None).time(create_context)
    device: torch.device = opened[0]
    clock = make_clock(device)
    if job.devices > 1:
        clock = GroupClock(clock.synchronise, clock.make_event, device=job.device)

    def transfer() -> None:
        host_network.to(device)
        if isinstance(workload.loss, nn.Module):
            workload.loss.to(device)
        opened.append(place(host_train, job, device))

    transferred = clock.time(transfer)
    held_out = place(dataset.held_out, job, device)
    course, evaluated = course_loaders(opened[1], held_out, job.loop)
    # What stands now stays: later collections, on every device alike, need not walk torch's heap,
    # which takes 0.1 s and could fall into an epoch by chance.
    gc.collect()
    gc.freeze()
    return Trainer(
        job=job,
        workload=workload,
        device=device,
        clock=clock,
        train=opened[1],
        held_out=to_device(dataset.held_out, device),
        initial_state=initial_state,
        cold_start={
            "context_seconds": context.wall_seconds,
            "transfer_seconds": transferred.wall_seconds,
        },
        loader=own or course,
        evaluated=evaluated,
    )


def fresh_training(trainer: Trainer) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Returns a network with the initial weights on the device, and a new optimiser.

    A compiled network is compiled once per batch size; its weights are set back in place.
    """
    if trainer.compiled is None:
        network = _new_network(trainer)
    else:
        base, network = trainer.compiled
        base.load_state_dict(trainer.initial_state)
    optimizer = new_optimizer(trainer, network)
    torch.manual_seed(trainer.job.seed)  # dropout draws alike in every process
    return network, optimizer


def new_optimizer(trainer: Trainer, network: nn.Module) -> torch.optim.Optimizer:
    """Returns the optimiser of the job for a network's parameters."""
    return make_optimizer(
        network.parameters(),
        name=trainer.job.optimizer,
        implementation=trainer.job.optimizer_implementation,
        learning_rate=trainer.job.learning_rate,
        own=trainer.workload.optimizer,
    )


def _new_network(trainer: Trainer) -> nn.Module:
    base = trainer.workload.build()
    base.load_state_dict(trainer.initial_state)
    network = prepare(base.to(trainer.device), trainer.job, trainer.device)
    if trainer.job.devices > 1:
        return together(network)
    if mode := trainer.job.compiled:
        timing = trainer.clock.time(lambda: compile_afresh(network, mode))
        trainer.compiling_seconds = timing.wall_seconds
        trainer.compiled = base, network
    return network


def make_permutation(job: Job, epoch: int, device: torch.device) -> Tensor:
    """Returns the order of an epoch's samples, made of seed and epoch on the CPU."""
    generator = torch.Generator().manual_seed(job.seed * MOST_EPOCHS + epoch)
    return torch.randperm(job.samples, generator=generator).to(device)


def epoch_share(trainer: Trainer, batch_size: int, number: int) -> Share:
    """Returns what this process, one of several, trains on in an epoch."""
    job, host = trainer.job, torch.device("cpu")
    terms = trainer.workload.terms(trainer.train.targets.to(host))
    order = make_permutation(job, number, host)
    share = share_of(terms[order], batch_size, rank=job.rank, devices=job.devices)
    return share._replace(places=share.places.to(trainer.device))


def first_minibatch(trainer: Trainer, batch_size: int) -> tuple[Tensor, Loss]:
    """Returns the places of the first minibatch's samples, or of this process's, and their loss."""
    order = make_permutation(trainer.job, 0, trainer.train.targets.device)
    if trainer.job.devices == 1:
        return order[:batch_size], trainer.workload.loss
    share = epoch_share(trainer, batch_size, 0)
    start, stop, weight = share.slices[0]
    return order[share.places[start:stop]], weighted(trainer.workload.loss, weight)


def epoch_work(
    trainer: Trainer,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    batch_size: int,
    number: int,
) -> Callable[[], None]:
    """Returns the work of one epoch, to be timed: the permutation of its samples is part of it."""
    train = loop_of(trainer)
    if trainer.job.devices > 1:
        train = partial(train_shared_epoch, share=epoch_share(trainer, batch_size, number))
    evaluating = trainer.job.loop.evaluate == "every-epoch"
    place_of_data = trainer.train.targets.device

    def work() -> None:
        train(
            network,
            trainer.workload.loss,
            optimizer,
            trainer.train,
            permutation=make_permutation(trainer.job, number, place_of_data),
            batch_size=batch_size,
        )
        if evaluating:
            evaluate_everything(trainer, network, batch_size=batch_size)

    return work


def loop_of(trainer: Trainer) -> Callable[..., None]:
    """Returns the job's loop over one epoch, without its evaluation: `train_epoch` or another."""
    loop = trainer.job.loop
    if loop.is_lean:
        return train_epoch
    return partial(train_course_epoch, loop=loop, device=trainer.device, loader=trainer.loader)


def evaluate_everything(trainer: Trainer, network: nn.Module, *, batch_size: int) -> list[float]:
    """Evaluates as the course does after an epoch; returns training and held-out accuracy."""
    return [
        accuracy(network, loader, device=trainer.device, batch_size=batch_size)
        for loader in trainer.evaluated
    ]
