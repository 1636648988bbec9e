"""A timing worker that answers a job by a rule, in a process of its own, without torch."""

import os

from bench.answer import Answer, Done, Started
from bench.job import MEASURE, Job, to_line
from bench.measure.child import lines_until_input_ends
from tests.stubs.answers import diagnosed, measured
from tests.stubs.hold import hold, journalled


def say(answer: Answer) -> None:
    """Prints an answer."""
    print(to_line(answer), end="", flush=True)


def main() -> None:
    """Answers one job; the threads are those that it asks for, or that the environment gives."""
    lines = lines_until_input_ends()
    line = lines.get()
    if line.isspace():
        say(Started())
        line = lines.get()
    job = Job.from_line(line)
    threads = job.threads_each or int(os.environ.get("OMP_NUM_THREADS", "2"))
    say(Started())
    before = journalled()
    if job.task != MEASURE:
        for size in job.batch_sizes:
            say(diagnosed(job, size))
        say(Done())
        return
    for position, size in enumerate(job.batch_sizes):
        hold(before + position)
        # No two answers took equally long: a round is known again by its seconds.
        own = 1e-5 * position + 1e-10 * (os.getpid() % 100_000)
        seconds = [1e-3 * (epoch + 1) + own for epoch in range(job.epochs)]
        answer = measured(job, size, threads=threads, position=position, epoch_seconds=seconds)
        say(answer)
    say(Done())


if __name__ == "__main__":
    main()
