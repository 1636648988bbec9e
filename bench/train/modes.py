"""How a job wants its data and its network: placed, packed, in bf16, channels last, compiled.

Nothing of this runs inside the lean loop of a plain job. What a device or network lacks raises
NotImplementedError, which makes an `unsupported` row.
"""

import os
import tempfile
from contextlib import AbstractContextManager, nullcontext
from functools import cache

import torch
from torch import Tensor, nn

from bench.job import COMPILE_FOLDER, Job
from bench.train.device import first_line
from bench.train.sequences import with_loop
from models import Split


class Autocast(nn.Module):
    """A network whose forward pass runs in bf16 autocast; its output is float32 for the loss."""

    def __init__(self, network: nn.Module, device_type: str) -> None:
        super().__init__()
        self.network = network
        self.device_type = device_type

    def forward(self, *inputs: Tensor) -> Tensor:
        """Returns what the network makes of the inputs."""
        with torch.autocast(self.device_type, dtype=torch.bfloat16):
            output: Tensor = self.network(*inputs)
        return output.float()


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
    if why := conflict(job):
        raise NotImplementedError(why)
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
    return tempfile.mkdtemp(prefix="compile-", dir=os.environ.get(COMPILE_FOLDER))


def eagerly(job: Job) -> AbstractContextManager[object]:
    """Has a compiled network run as it was written: other shapes need no compilation."""
    if not job.compiled:
        return nullcontext()
    stance: AbstractContextManager[object] = torch.compiler.set_stance("force_eager")
    return stance


def conflict(job: Job) -> str | None:
    """Says why torch cannot run a job as it is asked; None where it can."""
    if job.compiled and job.precision == "tf32":
        return "TF32 with torch.compile: torch's compiler cannot read how TF32 is set"
    return None
