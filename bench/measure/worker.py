"""A worker process: `python -m bench.measure.worker` reads a Job and answers in lines of JSON.

Answers, in this order: `Started`, then one for every batch size, then `Done`. What fails before the
first batch size is an answer for all of them. An empty line ahead of the job asks for `Started` as
soon as everything is imported.
"""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import TextIO

from bench.allocators import in_force, require
from bench.answer import Answer, Done, Measured, Process, Started, Unmeasured
from bench.job import Job
from bench.measure.child import lines_until_input_ends
from bench.measure.environment import allocator_variables
from bench.measure.ranks import Voice, settle, start_ranks


def take_stdout() -> TextIO:
    """Returns the real standard output for our lines; what libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def main() -> None:
    """Measures one job; one of several processes stays until the first of them has ended."""
    voice = Voice(take_stdout())
    lines, imported = lines_until_input_ends(), None
    line = lines.get()
    if line.isspace():
        imported = _import_torch()
        voice.say(Started())
        line = lines.get()
    job = Job.from_line(line)
    if job.devices > 1 and job.rank == 0:
        job = start_ranks(job, voice)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    import_seconds = _import_torch() if imported is None else imported
    import torch  # noqa: PLC0415 - timed there

    if threads := _threads(job, torch.get_num_threads()):
        torch.set_num_threads(threads)
    voice.say(Started())
    process = partial(
        Process,
        started=started,
        import_seconds=import_seconds,
        threads=torch.get_num_threads(),
        allocator=in_force(),
        allocator_variables=allocator_variables(os.environ),
    )
    _measure_all(job, process, voice.say)
    if job.rank:
        voice.say(Done())
        threading.Event().wait()
    voice.end()


def _import_torch() -> float:
    """Imports torch and all else that training needs; returns the seconds that torch took."""
    begin = time.perf_counter_ns()
    import torch  # noqa: PLC0415 - timed: a user's script pays for it as well

    seconds = (time.perf_counter_ns() - begin) / 1e9
    import_module("bench.train.epochs")
    torch.optim.SGD([torch.zeros(1)])  # torch imports half of its modules with the first optimiser
    return seconds


def _threads(job: Job, own: int) -> int:
    """Returns the threads to set: those asked for, or a share of torch's own number; 0: none.

    A process on a GPU has the host's threads for itself, as it has without the others.
    """
    if job.threads or job.devices == 1 or job.device != "cpu":
        return job.threads_each
    return max(1, own // job.devices)


def _require_threads(job: Job, found: int) -> None:
    """Raises RuntimeError where a process runs with other threads than its job asks for."""
    if job.threads and found != job.threads_each:
        raise RuntimeError(f"asked for {job.threads_each} threads, runs {found}")


def _measure_all(
    job: Job, make_process: Callable[..., Process], answer: Callable[[Answer], None]
) -> None:
    # These import torch, which has to be timed first.
    from bench.measure.tasks import work_of  # noqa: PLC0415
    from bench.train.epochs import TooSlowError  # noqa: PLC0415
    from bench.train.errors import classify  # noqa: PLC0415
    from bench.train.numerics import pin_as_asked  # noqa: PLC0415
    from bench.train.trainer import open_trainer  # noqa: PLC0415

    try:
        numerics = pin_as_asked(job)
        process = make_process(**numerics)
        require(job.malloc, process.allocator)
        _require_threads(job, process.threads)
        trainer, work = open_trainer(job), work_of(job)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason of these cells
        settle(job)
        answer(Unmeasured(None, *classify(error)))
        return
    out_of_memory_at: int | None = None
    for batch_size in job.batch_sizes:
        if out_of_memory_at is not None and batch_size > out_of_memory_at:
            answer(Unmeasured.implied(batch_size, out_of_memory_at))
            continue
        if out_of_memory_at is not None and job.devices > 1:
            continue  # the others are still in that step: new processes take the rest
        try:
            answer(Measured(batch_size, process, work(trainer, batch_size)))
        except TooSlowError as slow:
            answer(Unmeasured(batch_size, "timeout", str(slow)))
        except Exception as error:  # noqa: BLE001 - as above
            settle(job)
            reason, detail = classify(error)
            answer(Unmeasured(batch_size, reason, detail))
            if reason == "oom":
                out_of_memory_at = min(batch_size, out_of_memory_at or batch_size)
            if reason == "failed" or (job.devices > 1 and reason != "oom"):
                return  # the device may be left in any state: a new process takes the rest


if __name__ == "__main__":
    main()
