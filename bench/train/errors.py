"""What an exception of a device or of training means: the reason of a cell without a time.

torch raises RuntimeError for nearly everything, so its words and those of its libraries decide.
"""

import torch

from bench.train.device import NoSuchDeviceError, first_line
from models import OwnError, place_in_own

OUT_OF_MEMORY_WORDS = (
    *("out of memory", "out_of_memory", "outofmemory", "bad_alloc", "alloc_cpu"),
    *("can't allocate memory", "cannot allocate memory"),
    *("not enough memory", "insufficient memory"),
    "_alloc_failed",  # CUBLAS_STATUS_, CUDNN_STATUS_, HIPBLAS_STATUS_ and their like
    "statusallocfailed",  # miopenStatusAllocFailed
    "rocblas_status_memory_error",
    *("out_of_device_memory", "out_of_host_memory"),  # UR_RESULT_ERROR_, ZE_RESULT_ERROR_
    "mem_object_allocation_failure",
    "invalid buffer size",  # Metal: larger than one buffer may be
)
UNSUPPORTED_WORDS = (
    *("not implemented", "not_implemented", "statusnotimplemented", "not yet implemented"),
    *("unsupported", "not supported", "does not support", "doesn't support"),
    *("not currently", "not available for", "could not run 'aten::"),
    *("not_supported", "arch_mismatch"),  # CUDNN_STATUS_, CUBLAS_STATUS_
    "unable to find an engine",  # cuDNN
    "could not create a primitive descriptor",  # oneDNN
    "no kernel image is available",  # a build without code for this card
    *("invalid device function", "nobinaryforgpu"),
    *("triton not built with", "failed to find c compiler"),
)
NO_DEVICE_WORDS = (
    *("no cuda-capable device", "found no nvidia driver", "not compiled with cuda enabled"),
    *("no cuda gpus are available", "no hip gpus are available", "no xpu devices are available"),
    "not linked with support for",
)
COMPILERS = ("torch._dynamo", "torch._inductor", "triton")


def classify(error: BaseException) -> tuple[str, str]:
    """Returns (reason, one line of what was said) for an exception of a device or of training.

    Reasons: `no device`, `oom`, `unsupported`, and `failed` for everything unexpected.
    """
    reason = _reason(error, str(error).lower())
    said = first_line(error)
    own = isinstance(error, NoSuchDeviceError | OwnError)  # worded here, to be read as it is
    return reason, said if own else f"{place_in_own(error)}{type(error).__name__}: {said}"


def _reason(error: BaseException, words: str) -> str:
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or _says(words, OUT_OF_MEMORY_WORDS):
        return "oom"
    if isinstance(error, NoSuchDeviceError) or _says(words, NO_DEVICE_WORDS):
        return "no device"
    unsupported = (
        isinstance(error, NotImplementedError)
        or (isinstance(error, RuntimeError) and _says(words, UNSUPPORTED_WORDS))
        or (isinstance(error, TypeError) and "doesn't support float64" in words)  # Metal
    )
    return "unsupported" if unsupported else "failed"


def _says(words: str, any_of: tuple[str, ...]) -> bool:
    return any(phrase in words for phrase in any_of)


def is_of_compiling(error: BaseException) -> bool:
    """Whether torch.compile or a compiler below it raised this, by where its class is defined."""
    return any(kind.__module__.startswith(COMPILERS) for kind in type(error).__mro__)
