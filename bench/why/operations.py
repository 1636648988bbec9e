"""What a training step asks of a device: operations, bytes, FLOPs and reads by the host, counted.

Counted on one step with torch's own dispatch modes; nothing here is timed.
"""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

aten = torch.ops.aten
Step = Callable[[], object]

PROFILER_MARKS = ("_record_function_enter_new", "_record_function_exit")
"""Dispatched by torch's optimisers for its profiler; no work."""
SEQUENCE_KERNELS = ("_cudnn_rnn", "mkldnn_rnn_layer", "miopen_rnn", "_lstm_mps", "lstm_mps")
"""Operations that run a recurrent layer over all its time steps at once."""
PRODUCTS = (
    *("mm", "mv", "dot", "addr", "matmul", "linear", "linalg", "conv"),
    *("cdist", "euclidean_dist"),
    *("attention", "transformer", "lstm", "gru", "rnn"),
)
"""Parts of the names of operations that multiply matrices, as any device may have them."""
NO_PRODUCTS = ("upsample", "convert", "_thnn_", "flatten", "gamma", "cumm", "hamming", "norm")
SYNCHRONISED = "called a synchronizing"
"""What CUDA's debug mode says at each wait."""
HOST_READ = "aten::_local_scalar_dense"
"""What `.item()` is dispatched as, and whatever else makes a Python number of a tensor."""
STORED_GRADIENT = "torch::autograd::AccumulateGrad"


@dataclass(frozen=True)
class Operations:
    """What was dispatched in a step."""

    names: Counter[str]
    """Of operations that are no views; `detach` counts the gradients that autograd stores."""
    moved_bytes: int
    """What the operations would read and write if nothing stayed in a cache."""
    host_reads: int
    """How often the host read a number out of a tensor."""

    @property
    def total(self) -> int:
        """How many there were."""
        return self.names.total()

    @property
    def sequence_kernels(self) -> int:
        """How many ran a recurrent layer over a whole sequence."""
        return sum(count for name, count in self.names.items() if name.startswith(SEQUENCE_KERNELS))


class DispatchCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's stubs
    """Notes what is dispatched inside it, views left out, and counts the bytes that it touches."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # likewise
        self.packets: list[Any] = []
        self.moved_bytes = 0

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Runs the operation and notes it down."""
        result = func(*args, **(kwargs or {}))
        packet = func.overloadpacket
        looks = func.is_view and func is not aten.lift_fresh.default
        if not looks and packet.__name__ not in PROFILER_MARKS:
            self.packets.append(packet)
            leaves = tree_leaves((args, kwargs, result))
            self.moved_bytes += sum(leaf.nbytes for leaf in leaves if isinstance(leaf, Tensor))
        return result


def count_operations(step: Step) -> Operations:
    """Counts the operations of a step, run under a dispatch mode and once more under the profiler.

    Only the profiler sees the numbers that torch's own C++ code reads, as when a list of tensors
    becomes an index; the mode makes autograd dispatch a `detach` for every output that it saves.
    """
    with DispatchCounter() as counter:
        step()
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step()
    seen = Counter(event.name for event in profiler.events() or [])
    names = Counter(packet.__name__ for packet in counter.packets)
    names += Counter({"detach": seen[STORED_GRADIENT]})
    return Operations(names, counter.moved_bytes, seen[HOST_READ])


@dataclass(frozen=True)
class Flops:
    """Floating-point operations of a step, and the operations that nobody knows how to count."""

    counted: int
    uncounted: tuple[str, ...]


def count_flops(step: Step) -> Flops:
    """Counts a step's floating-point operations, two per multiply-add, without elementwise ones.

    Below torch's counter stands one that sees what it passes on, taken apart.
    """
    counter = FlopCounterMode(display=False, custom_mapping=OWN_FLOPS)
    with DispatchCounter() as seen, counter:
        step()
    unknown = {packet.__name__ for packet in seen.packets if packet not in counter.flop_registry}
    return Flops(int(counter.get_total_flops()), tuple(sorted(filter(multiplies, unknown))))


def multiplies(name: str) -> bool:
    """Whether an operation's name is one of matrix products, whatever device it is made for."""
    return any(word in name for word in PRODUCTS) and not any(word in name for word in NO_PRODUCTS)


def count_synchronisations(step: Step, device: torch.device) -> int | None:
    """Counts how often one step made the host wait for the device, by the device's debug mode.

    None where the device's module has no such mode (only CUDA's has).
    """
    module: Any = torch.get_device_module(device)
    if not hasattr(module, "set_sync_debug_mode"):
        return None
    before = module.get_sync_debug_mode()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        module.set_sync_debug_mode("warn")
        try:
            step()
        finally:
            module.set_sync_debug_mode(before)
    return sum(SYNCHRONISED in str(warning.message) for warning in caught)


Shape = Sequence[int]
Count = Callable[..., int]
"""(shapes of an operation's tensors) -> its floating-point operations."""


def _layer(inputs: Shape, *weights: Shape) -> int:
    """Every step of every series meets each weight matrix once: two FLOPs per weight."""
    return 2 * math.prod(inputs[:-1]) * sum(math.prod(shape) for shape in weights)


def _mkldnn(inputs: Shape, to_hidden: Shape, hidden: Shape, *_: Any, **__: Any) -> int:
    return _layer(inputs, to_hidden, hidden)


def _cudnn(inputs: Shape, weights: Sequence[Shape], *_: Any, **__: Any) -> int:
    return _layer(inputs, *[shape for shape in weights if len(shape) == 2])


def _twice(forward: Count) -> Count:
    return lambda *shapes, **named: 2 * forward(*shapes, **named)


def _attention(query: Shape, key: Shape, value: Shape, *_: Any, **__: Any) -> int:
    return int(sdpa_flop_count(query, key, value))  # type: ignore[no-untyped-call]  # torch's


def _attention_backward(gradient: Shape, *shapes: Any, **_: Any) -> int:
    return int(sdpa_backward_flop_count(gradient, *shapes[:3]))  # type: ignore[no-untyped-call]


OWN_FLOPS: dict[Any, Count] = {
    aten.mkldnn_rnn_layer: _mkldnn,
    aten.mkldnn_rnn_layer_backward: _twice(_mkldnn),
    aten._cudnn_rnn: _cudnn,  # any recurrent layer on CUDA
    aten._cudnn_rnn_backward: _twice(_cudnn),
    aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
    aten._scaled_dot_product_fused_attention_overrideable: _attention,  # XPU, out of tree
    aten._scaled_dot_product_fused_attention_overrideable_backward: _attention_backward,
}
"""What torch's counter lacks: recurrent layers that run as one operation, attention off CUDA."""
