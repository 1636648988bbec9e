"""The four optimisers, with torch's implementation of the update pinned."""

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn, optim

OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
IMPLEMENTATIONS = ("for-loop", "foreach", "fused")

_FLAGS: dict[str, dict[str, bool]] = {
    "for-loop": {"foreach": False, "fused": False},
    "foreach": {"foreach": True, "fused": False},
    "fused": {"foreach": False, "fused": True},
}


def make_optimizer(
    parameters: Iterable[nn.Parameter], *, name: str, implementation: str, learning_rate: float
) -> optim.Optimizer:
    """Make an optimiser whose update runs in the implementation asked for.

    torch chooses `foreach` on CUDA and the loop over parameters on the CPU when nothing is said; a
    comparison of devices must not compare that.

    Args:
        parameters: what is trained.
        name: one of OPTIMIZERS; `momentum` is SGD with momentum 0.9.
        implementation: one of IMPLEMENTATIONS: an update a parameter, a list of tensors at a time,
            or one kernel.
        learning_rate: step size.

    Raises:
        ValueError: the name or the implementation is not one of those.
    """
    makers: dict[str, Callable[..., optim.Optimizer]] = {
        "sgd": optim.SGD,
        "momentum": optim.SGD,
        "adam": optim.Adam,
        "adamw": optim.AdamW,
    }
    if name not in makers:
        raise ValueError(f"no optimizer {name!r}: choose from {', '.join(OPTIMIZERS)}")
    if implementation not in _FLAGS:
        allowed = ", ".join(IMPLEMENTATIONS)
        raise ValueError(f"no optimizer implementation {implementation!r}: choose from {allowed}")
    settings: dict[str, Any] = {"momentum": 0.9} if name == "momentum" else {}
    return makers[name](parameters, lr=learning_rate, **settings, **_FLAGS[implementation])
