"""How a job wants its data and its network: placed, packed, in bf16, channels last, compiled.

Nothing of this runs inside the lean loop of a plain job. What a device or network lacks raises
NotImplementedError, which makes an `unsupported` row.
"""

import os
import tempfile
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils._pytree import tree_map_only

from bench.job import RUN_FOLDER, Job
from bench.loop import Loop
from bench.train.device import first_line
from models import Split
from models.recurrent import LSTM, RNN, last_step


class Autocast(nn.Module):
    """A network whose forward pass runs in bf16 autocast; its output is float32 for the loss."""

    def __init__(self, network: nn.Module, device_type: str) -> None:
        super().__init__()
        self.network = network
        self.device_type = device_type

    def forward(self, *inputs: Tensor) -> Any:
        """Returns what the network makes of the inputs."""
        with torch.autocast(self.device_type, dtype=torch.bfloat16):
            output = self.network(*inputs)
        return tree_map_only(Tensor, Tensor.float, output)


class CourseRecurrent(nn.Module):
    """A recurrent network as the course's helper runs it: sorted, packed, read step by step.

    The same layers and numbers (one direction never sees what stands behind a series' end), other
    operations: what `Loop.sequences` and `Loop.gather` choose.
    """

    def __init__(self, network: RNN | LSTM, *, packed: bool, listed: bool) -> None:
        super().__init__()
        self.recurrent = network.recurrent
        self.output = network.output
        self.packed = packed
        self.listed = listed

    def forward(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Maps series (N, T, features) of `lengths` (N,) to class scores (N, classes)."""
        states = self.run_packed(series, lengths) if self.packed else self.recurrent(series)[0]
        pick = last_step_by_list if self.listed else last_step
        scores: Tensor = self.output(pick(states, lengths))
        return scores

    def run_packed(self, series: Tensor, lengths: Tensor) -> Tensor:
        """Returns the states (N, longest, H) by way of a packed sequence, the longest first."""
        order = lengths.argsort(descending=True)
        packed = pack_padded_sequence(series[order], lengths[order].cpu(), batch_first=True)
        states, _ = self.recurrent(packed)
        padded, _ = pad_packed_sequence(states, batch_first=True)
        return padded[order.argsort()]


def last_step_by_list(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Does as `last_step`, by a Python list of tensors: the host reads and waits for each."""
    last = [length - 1 for length in lengths]
    return outputs[torch.arange(len(last), device=outputs.device), last]


def with_loop(network: nn.Module, loop: Loop) -> nn.Module:
    """Returns the network itself, or its recurrent layers run as the loop asks."""
    if not isinstance(network, RNN | LSTM):
        return network
    if (loop.sequences, loop.gather) == ("padded", "vectorised"):
        return network
    return CourseRecurrent(network, packed=loop.sequences == "packed", listed=loop.gather == "list")


def to_device(split: Split, device: torch.device) -> Split:
    """Returns the split's tensors on the device."""
    return Split(tuple(tensor.to(device) for tensor in split.inputs), split.targets.to(device))


def place(split: Split, job: Job, device: torch.device) -> Split:
    """Returns the split where the job's loop wants it: on the device, or left on the host."""
    if job.loop.placement == "pinned":
        _require_pinned_memory()
    host = torch.device("cpu")
    placed = to_device(split, device if job.loop.placement == "resident" else host)
    if job.memory_format != "channels-last":
        return placed
    inputs = [
        tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        for tensor in placed.inputs
    ]
    return Split(tuple(inputs), placed.targets)


def _require_pinned_memory() -> None:
    try:
        torch.empty(1, pin_memory=True)
    except RuntimeError as error:
        raise NotImplementedError(f"pinned memory: {first_line(error)}") from error


def prepare(network: nn.Module, job: Job, device: torch.device) -> nn.Module:
    """Returns the network as the job wants it run; it shares the parameters of the one given.

    Raises NotImplementedError when that makes no sense for this network.
    """
    network = with_loop(network, job.loop)
    if job.memory_format == "channels-last":
        if not any(isinstance(module, nn.Conv2d) for module in network.modules()):
            raise NotImplementedError("channels last: the network has no 2-D convolution")
        network = network.to(memory_format=torch.channels_last)
    if job.precision == "bf16":
        network = Autocast(network, device.type)
    return network


def compile_afresh(network: nn.Module, mode: str) -> None:
    """Has the network compiled at its first use, for one shape, with nothing of earlier ones."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = own_compile_folder()
    torch.compiler.reset()
    torch.compiler.config.force_disable_caches = True
    network.compile(mode=mode, dynamic=False)


@cache
def own_compile_folder() -> str:
    """Makes this process's own empty folder for what is compiled."""
    return tempfile.mkdtemp(prefix="compile-", dir=os.environ.get(RUN_FOLDER))


def eagerly(job: Job) -> AbstractContextManager[object]:
    """Has a compiled network run as it was written: other shapes need no compilation."""
    if not job.compiled:
        return nullcontext()
    stance: AbstractContextManager[object] = torch.compiler.set_stance("force_eager")
    return stance
