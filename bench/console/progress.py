"""How far the run is: a live bar on a terminal, an occasional line in a log."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bench.console.say import say
from bench.grid import Side, WorkloadPlan, devices_of

LINE_EVERY_SECONDS = 15.0
LOAD_EVERY_SECONDS = 2.0
_BAR = 10
"""Columns of the bar."""


def duration(seconds: float) -> str:
    """Seconds in words as short as `75 s`, `12 min` or `3.4 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def planned_answers(
    plans: Iterable[WorkloadPlan], blocks: int, *, missing: Collection[str]
) -> dict[tuple[str, str], int]:
    """Answers to come from so many blocks, by workload and side; none of `missing` devices."""
    planned: dict[tuple[str, str], int] = {}
    for plan in plans:
        for side, count in plan.answers(blocks).items():
            if not {*devices_of(side.name)}.intersection(missing):
                where = (plan.workload, side.name)
                planned[where] = planned.get(where, 0) + count
    return planned


@dataclass
class RunProgress:
    """Counts measurements, each a batch size of a side in a block, and says what is left.

    The remaining time supposes that one of the same workload and side takes as long as before;
    unseen ones as long as the mean. Without a plan nobody knows how many there will be.
    """

    planned: dict[tuple[str, str], int]
    console: Console
    now: Callable[[], float] = time.monotonic
    budget_left: Callable[[], float] | None = None
    """Seconds left of a run that goes on as long as it was told to: it has no plan."""
    load: Callable[[], str] = str
    """Says who else uses the CPU."""
    done: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    spent: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.begun = self.last_answer = self.last_line = self.last_load = self.now()
        self.has_plan, self.others = bool(self.planned), ""
        self.bar: Progress | None = None
        self.task: Any = None

    def __enter__(self) -> "RunProgress":
        if self.console.is_terminal:
            self.bar = Progress(
                BarColumn(bar_width=_BAR), TextColumn("{task.description}"), console=self.console
            )
            self.task = self.bar.add_task("starting", total=self._total())
            self.bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.bar:
            self.bar.stop()

    def answered(self, workload: str, side: Side, block: int, batch_size: int) -> None:
        """Takes note of one answer and shows it."""
        now = self.now()
        key = (workload, side.name)
        self.done[key] += 1
        self.spent[key] += now - self.last_answer
        self.last_answer = now
        what = f"{workload} on {side.label}, block {block + 1}, batch size {batch_size}"
        self._show(what, now)

    def expect(self, workload: str, answers: dict[Side, int]) -> None:
        """Takes note of measurements beside the plan, or of some that will not be."""
        for side, count in answers.items() if self.has_plan else ():
            key = (workload, side.name)
            self.planned[key] = self.planned.get(key, 0) + count

    def begin(self, cells: int) -> None:
        """Says what is counted, of a run with so many cells."""
        if self.has_plan:
            each = "each one batch size on one side in a fresh process, some of them twice"
            say(self.console, f"{cells} cells, {self._total()} measurements to come: {each}")

    def _total(self) -> int | None:
        return max(sum(self.planned.values()), self._count()) if self.has_plan else None

    def _count(self) -> int:
        return sum(self.done.values())

    def remaining_seconds(self) -> float:
        """Seconds that the answers still missing will take, judged by those seen."""
        seen = self._count()
        overall = sum(self.spent.values()) / seen if seen else 0.0
        left = 0.0
        for key, planned in self.planned.items():
            done = self.done[key]
            each = self.spent[key] / done if done else overall
            left += max(0, planned - done) * each
        return left

    def _show(self, what: str, now: float) -> None:
        count, total = self._count(), self._total()
        parts = []
        if self.budget_left is not None:
            parts.append(f"{duration(max(0.0, self.budget_left()))} of the budget left")
        elif total is not None and count < total:
            parts.append(f"about {duration(self.remaining_seconds())} left")
        parts.append(f"{duration(now - self.begun)} gone")
        is_line = now - self.last_line >= LINE_EVERY_SECONDS or count in (1, total)
        if self.bar or is_line:
            parts += filter(None, [self._load(now)])
        if self.bar:
            words = f"{self._counted()}, {', '.join(parts)}; {what}"  # its end may have no room
            self.bar.update(self.task, completed=count, total=total, description=words)
        elif is_line:
            self.last_line = now
            self.say(f"{what}; {', '.join(parts)}")

    def _load(self, now: float) -> str:
        if now - self.last_load >= LOAD_EVERY_SECONDS:
            self.others, self.last_load = self.load(), now
        return self.others

    def say(self, words: str) -> None:
        """Says something, with the count before it."""
        say(self.console, f"[{self._counted()}] {words}")

    def _counted(self) -> str:
        total = self._total()
        count = f"{self._count()}/{total}" if total is not None else f"{self._count()}"
        return f"{count} measurement{'s' * (count != '1')}"
