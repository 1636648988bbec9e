"""What a step asks of the host, whatever device computes: its seconds outside of kernels, counts.

No GPU, however fast, ends a step of eager training before the host has issued its operations. What
the host does for that is the same on every device: Python, autograd, the dispatcher. It is seen
here on the CPU: a step of hardly any samples, less what its kernels take.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile, record_function

from bench.answer import Dispatch
from bench.train.clock import NANOSECONDS
from bench.train.epochs import TooSlowError
from bench.train.trainer import Trainer, fresh_training, new_optimizer
from bench.why.diagnose import single_step
from bench.why.operations import DispatchCounter, Step, count_flops, count_operations

FEW, MORE = 2, 4
"""Batch sizes: the first is timed, both are counted; some networks cannot train on one sample."""
LARGE = 16
"""Sizes of parameters from here on are cut to FEW."""
TIMED_SECONDS = 0.5
MOST_STEPS = 500
STEPS_SEEN = 12
FEWEST_STEPS_IN_ALL = 30
"""Those that are counted, one per size that may be cut, those seen: about so many."""
STEP = "a step"
MICROSECONDS = 1e6
NO_KERNEL = {
    *("detach", "lift_fresh", "empty", "empty_like", "empty_strided", "new_empty"),
    *("new_empty_strided", "_local_scalar_dense"),
}
"""Operations that start nothing on a device."""
LAYERS = ("aten::lstm", "aten::gru", "aten::rnn_tanh", "aten::rnn_relu")
"""Recurrent layers: one operation on a GPU, whatever this CPU makes of them."""
BACKWARD = "autograd::engine::evaluate_function: "


def dispatch(trainer: Trainer, _batch_size: int) -> Dispatch:
    """Returns what the host does for a step, and what a step counts by batch size.

    Raises TooSlowError when the cell's time limit is too short for it.
    """
    network, optimizer = fresh_training(trainer)
    step, more = (single_step(trainer, network, optimizer, size) for size in (FEW, MORE))
    step()
    warm = trainer.clock.time(step).wall_seconds
    if warm * FEWEST_STEPS_IN_ALL > trainer.job.cell_timeout_seconds:
        raise TooSlowError(f"a step takes {warm:.3g} s, this look {FEWEST_STEPS_IN_ALL} of them")
    counted, grown, flops = count_operations(step), count_operations(more), count_flops(step)
    per_sample = (grown.moved_bytes - counted.moved_bytes) / (MORE - FEW)
    names = {f"aten::{name}" for name in counted.names if name not in NO_KERNEL}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for one another are no work of the host's
    try:
        step = tiny_step(trainer, network)
        seconds, looks = fastest_step(step, trainer.clock.now), look(step, names)
    finally:
        torch.set_num_threads(threads)
    return Dispatch(
        step_seconds=seconds,
        kernel_seconds=min(seconds, *(one.kernel_seconds for one in looks)),
        launches=min(one.launches for one in looks),
        flops_per_sample=flops.counted / FEW,
        bytes_per_sample=per_sample,
        fixed_bytes=max(0.0, counted.moved_bytes - FEW * per_sample),
        uncounted_operations=list(flops.uncounted),
    )


def tiny_step(trainer: Trainer, network: nn.Module) -> Step:
    """Returns a step of the network, cut where that changes no operation, on FEW samples.

    Each size that parameters have is cut everywhere, and stays so if the network trains by the same
    operations: fewer hidden units, not fewer classes. Recurrent layers stay as they are: a wrong
    shape is the end of the process there.
    """

    def step_of(some: nn.Module) -> Step:
        return single_step(trainer, some, new_optimizer(trainer, some), FEW)

    fixed = {size for one in recurrent(network) for size in sizes_of(one)} | {*range(LARGE)}
    wanted = operations(step_of(network))
    for size in sorted(sizes_of(network) - fixed, reverse=True):
        smaller = cut(deepcopy(network), size)
        with suppress(Exception):  # whatever a network says of a shape that it does not expect
            if operations(step_of(smaller)) == wanted:
                network = smaller
    return step_of(network)


def sizes_of(network: nn.Module) -> set[int]:
    """Returns the sizes that its parameters have in any dimension."""
    return {size for parameter in network.parameters() for size in parameter.shape}


def recurrent(network: nn.Module) -> list[nn.Module]:
    """Returns the layers of a network whose kernels are given weights without a look at them."""
    return [module for module in network.modules() if isinstance(module, nn.RNNBase)]


def operations(step: Step) -> list[str]:
    """Returns the operations of a step after its first one, in order."""
    step()
    with DispatchCounter() as counter:
        step()
    return [packet.__name__ for packet in counter.packets]


def cut(network: nn.Module, size: int) -> nn.Module:
    """Makes parameters and buffers of a size as long as FEW in that dimension."""
    known: dict[int, Tensor] = {}
    for module in network.modules():
        kinds: tuple[dict[str, Any], ...] = (module._parameters, module._buffers)
        for tensors in kinds:
            for name, tensor in tensors.items():
                if tensor is not None and size in tensor.shape:
                    part = tensor.detach()[
                        tuple(slice(FEW if n == size else n) for n in tensor.shape)
                    ]
                    kind = nn.Parameter if isinstance(tensor, nn.Parameter) else Tensor.clone
                    tensors[name] = known.setdefault(id(tensor), kind(part.clone()))
    return network


def fastest_step(step: Step, now: Callable[[], int]) -> float:
    """Returns the seconds of the fastest of many steps, after a first one."""
    step()
    best, begun = float("inf"), now()
    for _ in range(MOST_STEPS):
        start = now()
        step()
        end = now()
        best = min(best, (end - start) / NANOSECONDS)
        if (end - begun) / NANOSECONDS > TIMED_SECONDS:
            break
    return best


@dataclass
class Look:
    """Seconds of one step's operations that start something on a device, as the profiler saw them.

    Of recurrent `layers` the forward pass is one operation each, and `inside` all else of them.
    """

    operations: list[float] = field(default_factory=list)
    layers: list[float] = field(default_factory=list)
    inside: float = 0.0
    noted: set[int] = field(default_factory=set)
    """Autograd's numbers of what it noted inside of recurrent layers."""

    @property
    def launches(self) -> int:
        """How many operations there are at least."""
        return len(self.operations) + len(self.layers)

    @property
    def kernel_seconds(self) -> float:
        """What they take beyond the shortest one, which is hardly more than being looked at."""
        dispatching = len(self.operations) * min(self.operations, default=0.0)
        return sum(self.operations) - dispatching + sum(self.layers) + self.inside

    def take(self, events: Iterable[Any], names: Collection[str]) -> None:
        """Takes the profiler's events, and what lies below those that are only called."""
        for event in events:
            seconds = event.time_range.elapsed_us() / MICROSECONDS
            if event.name in LAYERS:
                self.layers.append(seconds)
                self.noted.update(number for number in _numbers(event) if number >= 0)
            elif event.name.startswith(BACKWARD) and event.sequence_nr in self.noted:
                self.inside += seconds
            elif event.name in names:
                self.operations.append(seconds)
            else:
                self.take(event.cpu_children, names)


def look(step: Step, names: Collection[str]) -> list[Look]:
    """Returns what the profiler sees of the operations of these names, step by step."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(STEPS_SEEN):
            with record_function(STEP):
                step()
    looks = []
    for event in profiler.events() or []:
        if event.name == STEP:
            looks.append(Look())
            looks[-1].take(event.cpu_children, names)
    return looks[1:]  # the profiler's own first steps are in the first one


def _numbers(event: Any) -> Iterator[int]:
    yield event.sequence_nr
    for child in event.cpu_children:
        yield from _numbers(child)
