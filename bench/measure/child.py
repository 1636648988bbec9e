"""A child process that does not outlive its parent."""

import os
import queue
import threading
import time
from collections.abc import Callable

PARENT_GONE = 3
"""Exit status of a child that ended because its parent was gone."""


def lines_until_input_ends() -> "queue.SimpleQueue[str]":
    """Returns the lines of standard input as they come; when it ends, so does this process.

    The parent is gone then. A thread blocked in a read costs the training loop nothing; it reads
    past `sys.stdin`: a forked child, such as a DataLoader's worker, would wait for its lock.
    """
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in os.fdopen(os.dup(0)):
            lines.put(line)

    _watch(read)
    return lines


def die_with_parent(parent: int, *, every_seconds: float = 0.5) -> None:
    """Ends this process soon after process `parent`, whose child it is, has ended.

    For children whose standard input is not a pipe to the parent. Not on Windows, where a virtual
    environment's Python stands between parent and child.
    """

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(every_seconds)

    if os.name == "posix":
        _watch(wait)


def _watch(wait: Callable[[], object]) -> None:
    def run() -> None:
        wait()
        os._exit(PARENT_GONE)

    threading.Thread(target=run, daemon=True).start()
