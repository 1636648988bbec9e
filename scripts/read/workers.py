"""Other processes that a report may use: started when there is enough to do, ended with it."""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process, resource_tracker
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
        if self._pool is None:
            return
        if raised[0] is not None:  # nobody waits for what they are at
            for process in list(self._pool._processes.values()):
                process.kill()
        self._pool.shutdown(cancel_futures=True)

    @property
    def started(self) -> bool:
        """Whether the processes are there already."""
        return self._pool is not None

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The answers in the order of the items; raises BrokenProcessPool where a process died."""
        with _deaf():
            answers: Iterator[R] = self._executor().map(function, items)
        return answers

    def submit(
        self, function: Callable[P, R], /, *arguments: P.args, **named: P.kwargs
    ) -> "Future[R]":
        """One call, whose answer is asked for later."""
        with _deaf():
            answer: Future[R] = self._executor().submit(function, *arguments, **named)
        return answer

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), _begin)
        return self._pool


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are started here hear no Ctrl-C and no closed terminal, which reach all.

    This one hears them afterwards and ends the others.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        resource_tracker.ensure_running()  # starting it lets signals through again
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Begins a process: a document has 10 000 lists and objects, none of them in a cycle."""
    gc.set_threshold(200_000, 20, 20)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent tells nobody: without this its processes would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
