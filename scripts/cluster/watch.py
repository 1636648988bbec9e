"""How far all jobs are, as lines; how each of them ended."""

import time
from collections.abc import Callable, Iterator, Sequence

from scripts.cluster.job import Job
from scripts.cluster.queue import RUNNING, Queue

LOOK_SECONDS, LINE_SECONDS = 5.0, 60.0
FINISHED, ENDED = "finished", "ended unfinished"
LOOKS = 3
"""Looks that do not find a job in the queue until it has ended: shared files come late."""


def watch(
    queue: Queue,
    jobs: Sequence[Job],
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """Yields a line when a job's state changes, and now and then what it says of its progress.

    Ends when no job is left in the queue.
    """
    told: dict[str, str] = {}
    gone = dict.fromkeys((job.name for job in jobs), 0)
    line_at = now() + LINE_SECONDS
    while True:
        states, due = queue.states(), now() >= line_at
        line_at += LINE_SECONDS if due else 0
        for job in jobs:
            state = _state(job, queue, states, gone)
            if state and (state != told.get(job.name) or (due and state == RUNNING)):
                told[job.name] = state
                yield _line(job, state, queue)
        if all(told.get(job.name) in (FINISHED, ENDED) for job in jobs):
            return
        sleep(LOOK_SECONDS)


def _line(job: Job, state: str, queue: Queue) -> str:
    words = last_line(queue, job) if state in (RUNNING, ENDED) else ""
    where = f" ({queue.log(job)})" if state == ENDED else ""
    return f"{job.name}: {state}" + (f": {words}" if words else "") + where


def _state(job: Job, queue: Queue, states: dict[str, str] | None, gone: dict[str, int]) -> str:
    """Returns a job's state; nothing where it is not known now."""
    if job.finished:
        return FINISHED
    if states is None:
        return ""
    if state := states.get(queue.ids.get(job.name, "")):
        gone[job.name] = 0
        return state
    gone[job.name] += 1
    return ENDED if gone[job.name] >= LOOKS else ""


def last_line(queue: Queue, job: Job) -> str:
    """Returns what a job said last."""
    try:
        lines = queue.log(job).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
