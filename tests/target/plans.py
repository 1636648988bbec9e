"""Plans of timing and learning files that the advice is asked about."""

from collections.abc import Callable
from typing import Any

TIMED: dict[str, Any] = {
    "batch_sizes": (16, 64, 256, 1024),
    "epochs": (1,),
    "sides": ("cpu", "vulkan"),
    "process_noise": 0.01,
}
LEARNED: dict[str, Any] = {"batch_sizes": (16, 64, 256, 1024), "noise": 0.02}

Say = Callable[..., str]
