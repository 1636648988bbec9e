"""What the system does for this process while epochs run: page faults and CPU seconds."""

from importlib import import_module
from importlib.util import find_spec

resource = import_module("resource") if find_spec("resource") else None
"""Windows has none."""

FIELDS = {
    "minor_faults_per_step": "ru_minflt",
    "major_faults_per_step": "ru_majflt",
    "user_seconds_per_step": "ru_utime",
    "system_seconds_per_step": "ru_stime",
}
"""What is told of a step, and its name in `getrusage`: of all threads of the process."""
DIGITS = 9


class Usage:
    """Adds up what its `with` blocks used. A clock inside a block does not see the counting."""

    def __init__(self) -> None:
        """Starts at nothing."""
        self.used = dict.fromkeys(FIELDS, 0.0)

    def __enter__(self) -> None:
        self.before = _read()

    def __exit__(self, *_: object) -> None:
        for name, count in _read().items():
            self.used[name] += count - self.before[name]

    def per_step(self, steps: int) -> dict[str, float | None]:
        """Returns each count over so many steps; None where the system does not count."""
        if resource is None:
            return dict.fromkeys(FIELDS)
        return {name: round(count / steps, DIGITS) for name, count in self.used.items()}


def _read() -> dict[str, float]:
    if resource is None:
        return {}
    now = resource.getrusage(resource.RUSAGE_SELF)
    return {name: getattr(now, field) for name, field in FIELDS.items()}
