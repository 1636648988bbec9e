"""A learning worker that answers race after race by a rule, without torch."""

import os
import sys
import threading

import msgspec

from bench.learning.runs import LearnJob, Race
from bench.measure.child import PARENT_GONE
from tests.learn_fakes import answer
from tests.stubs.hold import hold, journalled

LARGEST = 1.0
"""A learning rate above it diverges at once."""


def needed(rate: float, seed: int) -> int | None:
    """Steps to the target: the more, the smaller the rate; each seed its own."""
    return None if rate > LARGEST else round(2 / rate) + seed


def main() -> None:
    """Answers until its input ends."""
    for line in sys.stdin:
        job = msgspec.json.decode(line, type=LearnJob)
        threading.Thread(target=_answer, args=(job,), daemon=True).start()
    os._exit(PARENT_GONE)


def _answer(job: LearnJob) -> None:
    hold(journalled())
    print(msgspec.json.encode(Race(answer(job, needed))).decode(), flush=True)


if __name__ == "__main__":
    main()
