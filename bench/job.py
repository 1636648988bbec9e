"""What a worker process is asked to do: one line of JSON on its standard input."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Job:
    """One fresh process for one (workload, device): every batch size in the given order."""

    workload: str
    device: str
    threads: int
    batch_sizes: tuple[int, ...]
    epochs: int
    samples: int
    seed: int
    optimizer: str
    optimizer_implementation: str
    learning_rate: float
    cell_timeout_seconds: float
    slowdown: float | None = None
    """A share of a step's own time that is spun away in every step: for tests of the verdicts."""

    def to_line(self) -> str:
        """The job as one line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "Job":
        """The job of a line made by `to_line`."""
        fields = json.loads(line)
        return cls(**fields | {"batch_sizes": tuple(fields["batch_sizes"])})
