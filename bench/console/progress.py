"""How far the run is: a live bar on a terminal, an occasional line in a log."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench.grid import Side, WorkloadPlan, devices_of

LINE_EVERY_SECONDS = 15.0


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
    """Counts answers of worker processes and says what is left.

    `total` is the number of answers planned. The remaining time supposes that an answer of the same
    workload and side takes as long as before; unseen ones as long as the mean.
    """

    planned: dict[tuple[str, str], int]
    console: Console
    now: Callable[[], float] = time.monotonic
    budget_left: Callable[[], float] | None = None
    """Seconds left of a run that goes on as long as it was told to: it has no plan of answers."""
    done: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    spent: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.begun = self.last_answer = self.last_line = self.now()
        self.bar: Progress | None = None
        self.task: Any = None

    def __enter__(self) -> "RunProgress":
        if self.console.is_terminal:
            self.bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[left]}"),
                console=self.console,
            )
            self.task = self.bar.add_task("starting", total=self._total(), left="")
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
        if self.budget_left is None:
            # Repeats of what was suspect and blocks of later looks are in no plan.
            self.planned[key] = max(self.planned.get(key, 0), self.done[key])
        self.spent[key] += now - self.last_answer
        self.last_answer = now
        what = f"{workload} on {side.label}, block {block + 1}, batch size {batch_size}"
        self._show(what, now)

    def skip(self, workload: str, side: Side, answers: int) -> None:
        """Takes answers off the plan: an earlier, interrupted run has them already."""
        if self.planned:
            self.planned[workload, side.name] -= answers

    def _total(self) -> int | None:
        return sum(self.planned.values()) if self.budget_left is None else None

    def remaining_seconds(self) -> float:
        """Seconds that the answers still missing will take, judged by those seen."""
        seen = sum(self.done.values())
        overall = sum(self.spent.values()) / seen if seen else 0.0
        left = 0.0
        for key, planned in self.planned.items():
            done = self.done[key]
            each = self.spent[key] / done if done else overall
            left += max(0, planned - done) * each
        return left

    def _show(self, what: str, now: float) -> None:
        count, total = sum(self.done.values()), self._total()
        left = f"about {duration(self.remaining_seconds())} left"
        if self.budget_left is not None:
            left = f"{duration(max(0.0, self.budget_left()))} of the budget left"
        times = f"{duration(now - self.begun)} gone, {left}"
        if self.bar:
            self.bar.update(self.task, completed=count, total=total, description=what, left=times)
        elif now - self.last_line >= LINE_EVERY_SECONDS or count in (1, total):
            self.last_line = now
            of = f"/{total}" if total is not None else ""
            self.console.print(f"[{count}{of}] {what}; {times}", markup=False, highlight=False)
