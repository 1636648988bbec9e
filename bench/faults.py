"""What an exception out of training means: the reason of a cell without a time."""

import torch

from bench.device import NoSuchDeviceError, first_line

# torch has no exception class for these two, so its words decide.
OUT_OF_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_cpu")
UNSUPPORTED_WORDS = (
    "not implemented",
    "could not run 'aten::",
    "unsupported",
    "not supported",
    "does not support",
    "not yet implemented",
    "not available for",
)


def classify(error: BaseException) -> tuple[str, str]:
    """(reason, one line of what was said) for an exception raised by training.

    Reasons: `no device`, `oom`, `unsupported`, and `failed` for everything unexpected.
    """
    line = f"{type(error).__name__}: {first_line(error)}"
    words = str(error).lower()
    if isinstance(error, NoSuchDeviceError):
        return "no device", first_line(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return "oom", line
    if any(word in words for word in OUT_OF_MEMORY_WORDS):
        return "oom", line
    if isinstance(error, NotImplementedError):
        return "unsupported", line
    if isinstance(error, RuntimeError) and any(word in words for word in UNSUPPORTED_WORDS):
        return "unsupported", line
    return "failed", line
