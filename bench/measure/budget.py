"""How much time is left: of `--budget SECONDS`, and until further blocks would end too late."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import psutil

from bench.grid import Side
from bench.measure.ask import ask
from bench.measure.measurements import Block

NOT_REACHED = "not reached within --budget {:g}"
CLOSING_SECONDS = 4.0
"""Kept for the end at least: a process that has to be killed, the cells shown, the file."""
CLOSING_SECONDS_PER_CELL = 0.02
CLOSING_OF_OPENING, MOST_CLOSING = 0.6, 0.15
"""The end takes longer where the beginning did: so much of that, at most so much of the budget."""

LEAST_ROUNDS = 3
"""Fewer blocks give no verdict: so many are begun whatever the others took."""


@dataclass
class Budget:
    """The seconds that a run may take, and those that it has taken since it was typed.

    `before` are those until this object was made, `resumed` those of the run that is gone on with.
    """

    seconds: float = math.inf
    now: Callable[[], float] = time.monotonic
    before: float = 0.0
    resumed: float = 0.0
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.now()

    def spent(self) -> float:
        """Seconds since the beginning."""
        return self.resumed + self.before + self.now() - self.begun

    def left(self) -> float:
        """Seconds until the whole run is to have ended."""
        return self.seconds - self.spent()

    def end(self, cells: int) -> float:
        """The `spent` at which the last process has to end, so that the file is written in time.

        Asked when everything is known that is known before the first process.
        """
        opening = CLOSING_OF_OPENING * (self.spent() - self.resumed)
        closing = max(CLOSING_SECONDS, min(opening, MOST_CLOSING * self.seconds))
        return self.seconds - closing - CLOSING_SECONDS_PER_CELL * cells


Turn = tuple[str, Side]
"""A workload and the side that trains it, in a process."""


def _weight(turn: Turn) -> float:
    """A process's share against the others': an A/A repeat has two batch sizes only."""
    return 0.5 if turn[1].again else 1.0


def process_age() -> float:
    """Seconds since this process was started, at most 30: who waits has waited for those, too."""
    age = time.time() - (ask(lambda: psutil.Process().create_time()) or time.time())
    return min(max(0.0, age), 30.0)


@dataclass
class Pace:
    """How long the next process may take, and how long each took when it last ran.

    `until`: the budget's `spent` at which processes are ended. `waiting`: turns to come that have a
    fair share of what is left, at most that each: a slow one cannot eat the others' time. There are
    `spare` shares more than turns, so even the last one leaves something, and what a process does
    not use is the others'. A run without a budget has a pace that never ends it.

    `aim`: the `spent` by which further blocks have to end; no process is ended there. `after`:
    turns that come after the blocks, or others that take as long; `owed`: those of later blocks
    that are measured in any case.

    `start`: what a process takes until it has an answer, about; less time is for nothing.
    """

    budget: Budget = field(default_factory=Budget)
    until: float = math.inf
    aim: float = math.inf
    after: list[Turn] = field(default_factory=list)
    owed: list[Turn] = field(default_factory=list)
    start: float = 0.0
    waiting: list[Turn] = field(default_factory=list)
    sharing: bool = False
    spare: float = 1.0
    costs: dict[Turn, float] = field(default_factory=dict)
    mark: float = 0.0

    def left(self) -> float:
        """Returns the seconds until processes are ended."""
        return self.until - self.budget.spent()

    def room(self) -> float:
        """Returns the seconds for what is not measured in any case: further blocks, and repeats."""
        kept = self.cost([*self.after, *self.owed])
        return min(self.until, self.aim) - self.budget.spent() - kept

    def share(self, turns: Iterable[Turn], spare: float = 1.0) -> float:
        """Lets these turns share what is left from now on; returns the seconds of a whole share."""
        self.waiting, self.sharing, self.spare = list(turns), True, spare
        return self.left() / (sum(map(_weight, self.waiting)) + spare or 1.0)

    def allowed(self, turn: Turn) -> float:
        """Returns the seconds that a process which starts now may take; none when not above 0."""
        self.mark = self.budget.spent()
        if not self.sharing:
            return self.left()
        others = sum(map(_weight, self.waiting)) - (_weight(turn) * (turn in self.waiting))
        return self.left() * _weight(turn) / (others + _weight(turn) + self.spare)

    def done(self, turn: Turn) -> None:
        """Takes a turn off those that wait for their share."""
        if turn in self.waiting:
            self.waiting.remove(turn)

    def begin(self, turns: Iterable[Turn]) -> None:
        """Forgets what these turns took: their processes run again."""
        self.costs |= dict.fromkeys(turns, 0.0)

    def answered(self, turn: Turn) -> None:
        """Counts the seconds since the process's last answer: those after its last are no cost."""
        now = self.budget.spent()
        self.costs[turn] = self.costs.get(turn, 0.0) + now - self.mark
        self.mark = now

    def recall(self, blocks: Iterable[Block]) -> None:
        """Takes from the blocks of an earlier run what each of their turns took."""
        for last, block in pairwise(blocks):
            took = (block.spent_seconds or 0.0) - (last.spent_seconds or 0.0)
            turns = [(block.workload, Side.of(label)) for label in block.order]
            each = took / sum(map(_weight, turns))
            self.costs |= {turn: each * _weight(turn) for turn in turns if not block.attempt}

    def cost(self, turns: Iterable[Turn]) -> float:
        """Returns the seconds that these turns took the last time; 0 for unknown ones."""
        return sum(self.costs.get(turn, 0.0) for turn in turns)
