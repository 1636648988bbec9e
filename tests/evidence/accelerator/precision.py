"""Is the arithmetic what was asked for? Read back, and measured against float64 on the CPU."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from bench.train.errors import classify
from bench.train.numerics import pin_numerics

Check = dict[str, Any]

IEEE_ERROR = 2e-5
"""Relative error of fp32 sums of a thousand products, root mean square: about 1e-7 to 5e-6."""
TF32_ERROR = 1e-4
"""TF32 keeps 10 bits of the fraction: 2e-4 to 6e-4 here."""
FIRST_TF32_CAPABILITY = (8, 0)


def precision(device: torch.device) -> Iterator[Check]:
    """The precision that is asked for, read back, and measured against float64 on the CPU."""
    works = {"matmul": matmul, "convolution": convolution, "lstm": lstm}
    for asked in ("ieee", "tf32") if device.type == "cuda" else ("ieee",):
        read = pin_numerics(precision=asked)["fp32_precision"]
        for name, work in works.items():
            told = {"asked": asked, "read": read, "work": name}
            yield told | _precision(asked, work, device)
    pin_numerics()


def _precision(
    asked: str, work: Callable[[torch.device], tuple[Tensor, Tensor]], device: torch.device
) -> Check:
    try:
        error = relative_error(*work(device))
    except (NotImplementedError, RuntimeError) as raised:
        reason, detail = classify(raised)
        return {"ok": None if reason == "unsupported" else False, "words": f"{reason}: {detail}"}
    return {
        "ok": _as_asked(asked, error, device),
        "words": f"{asked}: relative error {error:.2g} against float64",
        "relative_error": error,
    }


def _as_asked(asked: str, error: float, device: torch.device) -> bool | None:
    """Whether an error is that of the precision; TF32 on a card without it tells nothing."""
    if asked == "ieee":
        return error < IEEE_ERROR
    capability = torch.cuda.get_device_capability(device)
    return error > TF32_ERROR if capability >= FIRST_TF32_CAPABILITY else None


def relative_error(result: Tensor, exact: Tensor) -> float:
    """Root mean square of the difference over that of the exact result."""
    difference = result.detach().cpu().double() - exact.detach()
    return math.sqrt((difference.square().mean() / exact.detach().square().mean()).item())


def matmul(device: torch.device) -> tuple[Tensor, Tensor]:
    """(on the device, exact): the product of two 1024 x 1024 matrices of N(0, 1)."""
    left, right = (torch.randn(1024, 1024, generator=_generator(n)) for n in (1, 2))
    return left.to(device) @ right.to(device), left.double() @ right.double()


def convolution(device: torch.device) -> tuple[Tensor, Tensor]:
    """(on the device, exact): 32 images of 64 channels, 64 filters of 3 x 3."""
    layer = nn.Conv2d(64, 64, 3, bias=False)
    images = torch.randn(32, 64, 28, 28, generator=_generator(3))
    exact = nn.functional.conv2d(images.double(), layer.weight.double())
    return layer.to(device)(images.to(device)), exact


def lstm(device: torch.device) -> tuple[Tensor, Tensor]:
    """(on the device, exact): the outputs of an LSTM of 128 units over 16 steps."""
    layer = nn.LSTM(64, 128, batch_first=True)
    series = torch.randn(32, 16, 64, generator=_generator(4))
    exact = nn.LSTM(64, 128, batch_first=True).double()
    exact.load_state_dict(layer.state_dict())
    return layer.to(device)(series.to(device))[0], exact(series.double())[0]


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
