"""A learning worker: `python -m bench.learning.worker` reads a LearnJob a line and answers each.

An answer is one line of JSON: {"kind": "race", "runs": [...]}, or {"kind": "failed", "detail"}.
One thread: independent runs side by side use the cores better than one run that is split up.
"""

import json
import os
import queue
import sys
import threading
from typing import Any

from bench.learning.job import LearnJob
from bench.measure.child import PARENT_GONE
from bench.measure.worker import take_stdout


def main() -> None:
    """Trains jobs until the parent closes our standard input."""
    answers = take_stdout()
    jobs = _read_jobs()

    import torch  # noqa: PLC0415 - in the worker alone

    from bench.learning.train import race  # noqa: PLC0415
    from bench.train.errors import classify  # noqa: PLC0415
    from bench.train.numerics import pin_numerics  # noqa: PLC0415

    torch.set_num_threads(1)
    while True:
        job = LearnJob.from_line(jobs.get())
        try:
            numerics = pin_numerics()
            answer: dict[str, Any] = {"kind": "race", "runs": race(job)} | numerics
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason of these runs
            answer = {"kind": "failed", "detail": ": ".join(classify(error))}
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()


def _read_jobs() -> "queue.SimpleQueue[str]":
    """The lines of standard input as they come; when it ends, so does this process, at once."""
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            jobs.put(line)
        os._exit(PARENT_GONE)

    threading.Thread(target=read, daemon=True).start()
    return jobs


if __name__ == "__main__":
    main()
