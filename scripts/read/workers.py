"""Other processes that a report may use: started when there is enough to do, ended with it."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

MOST_WORKERS = 8
"""Each may hold a batch of files in memory."""

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """As many processes as there are cores, fresh ones, so that they hold nothing else.

    None is started before the first call of `map` or `submit`, which is when `started` becomes
    true: the first answer takes the seconds that importing pandas and matplotlib takes.
    """

    def __init__(self) -> None:
        self.count = min(MOST_WORKERS, os.cpu_count() or 1)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *raised: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def started(self) -> bool:
        """Whether the processes are there already."""
        return self._pool is not None

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The answers in the order of the items; raises BrokenProcessPool where a process died."""
        answers: Iterator[R] = self._executor().map(function, items)
        return answers

    def submit(
        self, function: Callable[P, R], /, *arguments: P.args, **named: P.kwargs
    ) -> "Future[R]":
        """One call, whose answer is asked for later."""
        answer: Future[R] = self._executor().submit(function, *arguments, **named)
        return answer

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), _collect_seldom)
        return self._pool


def _collect_seldom() -> None:
    """A document has 10 000 lists and objects, none of them in a cycle."""
    gc.set_threshold(200_000, 20, 20)
