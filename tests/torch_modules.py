"""Stand-ins for torch.mps, torch.xpu and torch.cuda that have what the wheel's modules have, no more.

A fake that is more generous than the real module hides a crash. So a stand-in takes its attributes
from the real module of the installed torch: what a test does not fake raises what the real one
raises on this machine, and a fake of what the real one lacks is an error.
"""

from typing import Any

import pytest
import torch

KINDS = ("mps", "xpu", "cuda")


class TorchModule:
    """`torch.<kind>` with `faked` in place of what only a device answers."""

    def __init__(self, kind: str, **faked: Any) -> None:
        self._real = getattr(torch, kind)
        extra = sorted(set(faked) - set(dir(self._real)))
        assert not extra, f"the real torch.{kind} has no {', '.join(extra)}: nor may a fake of it"
        self._faked = faked

    def __getattr__(self, name: str) -> Any:
        if name in self._faked:
            return self._faked[name]
        return getattr(self._real, name)

    def __dir__(self) -> list[str]:
        return dir(self._real)


def install(
    monkeypatch: pytest.MonkeyPatch, kind: str, *, count: int = 1, **faked: Any
) -> TorchModule:
    """Makes torch believe in `count` devices of a kind; `faked` are further answers of its module.

    `torch.accelerator` finds them as well. Each of `faked` is a function or a value of the module.
    """
    usual = {
        "is_available": lambda: count > 0,
        "device_count": lambda: count,
        "synchronize": lambda *_: None,
    }
    if hasattr(getattr(torch, kind), "set_device"):
        usual["set_device"] = lambda _index: None
    module = TorchModule(kind, **usual | faked)
    monkeypatch.setattr(torch, kind, module)
    device = torch.device(kind)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: count)
    monkeypatch.setattr(
        torch.accelerator,
        "current_accelerator",
        lambda check_available=False: device if count or not check_available else None,
    )
    return module
