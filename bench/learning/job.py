"""What a learning worker is asked: a race of learning rates with one seed, as one line of JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LearnJob:
    """Training a cell from one seed, at one learning rate or at several side by side.

    Every run ends when its held-out score reaches `target`, after `cap_steps` steps, or when its
    loss is no number any more. `limit_steps`: what the race's losers may take at most, where an
    earlier race with this seed is known; otherwise the winner's steps times `patience`.
    """

    workload: str
    batch_size: int
    optimizer: str
    optimizer_implementation: str
    learning_rates: tuple[float, ...]
    seed: int
    target: float
    cap_steps: int
    patience: float
    limit_steps: int | None = None

    def to_line(self) -> str:
        """The job as one line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "LearnJob":
        """The job of a line made by `to_line`."""
        fields: dict[str, Any] = json.loads(line)
        return cls(**fields | {"learning_rates": tuple(fields["learning_rates"])})
