"""Epochs in which the machine slept or was stopped: told from the others, and left out."""

from dataclasses import dataclass, field
from statistics import median

from bench.train.clock import Timing

SLEPT_SECONDS = 0.1
PAUSED_RATIO = 10.0
MOST_PAUSED = 3
"""An epoch is paused in which the machine slept for so long, or that took so many times the usual
seconds of its process (a stopped process, a moved virtual machine); so many are left out.
"""


@dataclass
class TimedEpochs:
    """The epochs of one training: the sound ones, and those in which the machine paused.

    `expected` is what an epoch of warm steps would take, in seconds. One of a `compiled` network
    may take long for another reason, which is part of its price: it is compiled anew.
    """

    expected: float
    compiled: bool = False
    sound: list[Timing] = field(default_factory=list)
    paused: list[Timing] = field(default_factory=list)

    @property
    def trained(self) -> int:
        """How many epochs were trained, paused ones too."""
        return len(self.sound) + len(self.paused)

    def spent(self) -> float:
        """Seconds of the sound ones."""
        return sum(timing.wall_seconds for timing in self.sound)

    def last(self) -> float:
        """Seconds of the last sound one; 0 without any."""
        return self.sound[-1].wall_seconds if self.sound else 0.0

    def take(self, timing: Timing) -> None:
        """Files an epoch; one that an earlier one is now seen to have been paused against, too.

        A machine that pauses again and again has figures all the same.
        """
        self.sound.append(timing)
        usual = median([self.expected, *(one.wall_seconds for one in self.sound)])
        for one in list(self.sound):
            slept = one.slept_seconds > SLEPT_SECONDS
            stood = len(self.sound) > 1 and one.wall_seconds > PAUSED_RATIO * usual
            if (slept or (stood and not self.compiled)) and len(self.paused) < MOST_PAUSED:
                self.sound.remove(one)
                self.paused.append(one)
