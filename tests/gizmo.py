"""A device that no file of this project names: torch's place for backends of others, in Python.

Its tensors are wrappers that compute on the CPU. `register` is what a backend's entry point in the
group `torch.backends` names. Its module has what torch demands of a backend, and `synchronize`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import return_and_correct_aliasing
from torch.utils._pytree import tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "gizmo"


class GizmoTensor(Tensor):
    """A tensor of the device; `raw` is where it is computed."""

    raw: Tensor

    @staticmethod
    def __new__(cls: type["GizmoTensor"], raw: Tensor) -> "GizmoTensor":
        made: GizmoTensor = torch.Tensor._make_wrapper_subclass(
            cls,
            raw.size(),
            strides=raw.stride(),
            storage_offset=raw.storage_offset(),
            dtype=raw.dtype,
            device=torch.device(NAME, 0),
        )
        made.raw = raw
        return made

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"GizmoTensor({self.raw!r})"

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # torch's own is declared as a function
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        away = "device" in kwargs and torch.device(kwargs["device"]).type != NAME
        if "device" in kwargs:
            kwargs["device"] = torch.device("cpu")
        result = func(*tree_map(_raw, args), **tree_map(_raw, kwargs))
        if away or func is torch.ops.aten._local_scalar_dense.default:
            return result
        wrapped = tree_map(_wrapped, result)
        corrected: Any = return_and_correct_aliasing  # untyped
        return corrected(func, args, kwargs, wrapped)


def _raw(value: Any) -> Any:
    return value.raw if isinstance(value, GizmoTensor) else value


def _wrapped(value: Any) -> Any:
    return GizmoTensor(value) if isinstance(value, Tensor) else value


class Module:
    """`torch.gizmo`."""

    @staticmethod
    def is_available() -> bool:
        return True

    @staticmethod
    def device_count() -> int:
        return 1

    @staticmethod
    def current_device() -> int:
        return 0

    @staticmethod
    def manual_seed_all(_seed: int) -> None:
        return None

    @staticmethod
    def _is_in_bad_fork() -> bool:
        return False

    @staticmethod
    def synchronize() -> None:
        return None


def register() -> None:
    """Has torch know the device and make tensors on it."""
    _setup_privateuseone_for_python_backend(NAME, backend_module=Module())

    def made(function: Any) -> Any:
        def make(*args: Any, **kwargs: Any) -> GizmoTensor:
            return GizmoTensor(function(*args, **kwargs | {"device": torch.device("cpu")}))

        return make

    aten = torch.ops.aten
    for name, overload in (
        ("aten::empty.memory_format", aten.empty.memory_format),
        ("aten::empty_strided", aten.empty_strided.default),
    ):
        torch.library.impl(name, "PrivateUse1")(made(overload))
