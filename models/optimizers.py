"""The four optimisers, with torch's implementation of the update pinned."""

from collections.abc import Callable, Iterable
from functools import partial

from torch import nn, optim

from models.workload import OWN

_MAKERS: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": partial(optim.SGD, momentum=0.9),
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}
_FLAGS = {
    "for-loop": {"foreach": False, "fused": False},
    "foreach": {"foreach": True, "fused": False},
    "fused": {"foreach": False, "fused": True},
}
OPTIMIZERS, IMPLEMENTATIONS = tuple(_MAKERS), tuple(_FLAGS)


def make_optimizer(
    parameters: Iterable[nn.Parameter],
    *,
    name: str,
    implementation: str,
    learning_rate: float,
    own: Callable[..., optim.Optimizer] | None = None,
) -> optim.Optimizer:
    """Make an optimiser whose update runs in the implementation asked for.

    The name OWN is for the workload's `own`, which runs as torch chooses.

    torch chooses `foreach` on CUDA and the loop over parameters on the CPU when nothing is said; a
    comparison of devices must not compare that.

    Raises:
        ValueError: the name is none of OPTIMIZERS, the implementation none of IMPLEMENTATIONS.
    """
    if name == OWN and own is not None:
        return own(parameters, lr=learning_rate)
    if name not in _MAKERS:
        raise ValueError(f"no optimizer {name!r}: choose from {', '.join(OPTIMIZERS)}")
    if implementation not in _FLAGS:
        allowed = ", ".join(IMPLEMENTATIONS)
        raise ValueError(f"no optimizer implementation {implementation!r}: choose from {allowed}")
    return _MAKERS[name](parameters, lr=learning_rate, **_FLAGS[implementation])
