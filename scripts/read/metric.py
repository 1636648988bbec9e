"""What a score is, as its file says it: a name, which way is better, and a unit."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Metric:
    """A held-out score. A share of samples has the unit `%`; it is written times 100."""

    name: str
    better: Better = "higher"
    unit: str = "%"

    def __str__(self) -> str:
        return self.name

    @property
    def falls(self) -> bool:
        """Whether training makes it smaller."""
        return self.better == "lower"

    @property
    def factor(self) -> float:
        """What it is multiplied by to be written."""
        return 100.0 if self.unit == "%" else 1.0

    @property
    def words(self) -> str:
        """Its name, to be read."""
        return self.name.replace("_", " ")


def reached(metric: Metric, score: float | None, target: float) -> bool:
    """Return whether a held-out score is at least as good as the target; None and NaN never are."""
    if score is None:
        return False
    return score <= target if metric.falls else score >= target
