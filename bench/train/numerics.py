"""The numerics of a process: set as a job asks, read back, and answered with its figures.

One precision for every layer and device, and no denormals (they slow the CPU 40-fold). Setting only
the generic precision leaves cuDNN's convolutions and recurrent layers in TF32 on torch 2.9 to 2.12.
"""

from operator import attrgetter
from typing import Any

import torch

from bench.job import Job

PLACES = (
    "generic",
    *("cuda.matmul", "cudnn.conv", "cudnn.rnn"),
    *("mkldnn.matmul", "mkldnn.conv", "mkldnn.rnn"),
)
"""What has a precision of its own, by torch's names in `torch.backends`; the generic one first."""

Numerics = dict[str, Any]
"""`fp32_precision` by PLACES, as torch names it, and whether `denormals_flushed`."""


def pin_numerics(
    *, precision: str = "ieee", flush_denormals: bool = True, deterministic: bool = False
) -> Numerics:
    """Sets this process's numerics and returns them as they are read back.

    Raises NotImplementedError where torch does not use the precision that was asked for.
    """
    # bf16 is autocast, which leaves what it does not touch in true fp32.
    fp32 = "tf32" if precision == "tf32" else "ieee"
    if not hasattr(torch.backends, "fp32_precision"):
        raise NotImplementedError(f"torch {torch.__version__} sets no precision; it needs 2.9")
    for place in PLACES:
        _backend(place).fp32_precision = fp32
    torch.backends.cudnn.deterministic = deterministic
    torch.set_flush_denormal(flush_denormals)
    read = read_numerics()
    others = [f"{name} is {was}" for name, was in read["fp32_precision"].items() if was != fp32]
    if others:
        raise NotImplementedError(
            f"asked for {fp32}, but in torch {torch.__version__} {', '.join(others)}"
        )
    return read


def pin_as_asked(job: Job) -> Numerics:
    """Sets this process's numerics as a job asks and returns them as they are read back."""
    return pin_numerics(
        precision=job.precision,
        flush_denormals=job.flush_denormals,
        deterministic=job.loop.deterministic,
    )


def read_numerics() -> Numerics:
    """Reads the numerics that this process has now."""
    return {
        "fp32_precision": {name: str(_backend(name).fp32_precision) for name in PLACES},
        # torch does not tell: a denormal that is multiplied is gone when they are flushed.
        "denormals_flushed": (torch.full((1,), 1e-38) * 1e-2).item() == 0.0,
    }


def _backend(name: str) -> Any:
    return torch.backends if name == "generic" else attrgetter(name)(torch.backends)
