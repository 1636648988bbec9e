"""A worker process: `python -m bench.measure.worker` reads a Job and answers line by line in JSON.

Answers, in this order: one `started` line, then for every batch size a `measured` or `absent` line,
then `done`. An exception before the first batch size is one `absent` line without a batch size.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any, TextIO

from bench.job import Job
from bench.measure.child import die_when_input_ends


def take_stdout() -> TextIO:
    """The real standard output for our lines alone; what libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def main() -> None:
    """Measures one job."""
    answers = take_stdout()
    job = Job.from_line(sys.stdin.readline())
    die_when_input_ends()

    def answer(kind: str, **fields: Any) -> None:
        answers.write(json.dumps({"kind": kind} | fields, allow_nan=False) + "\n")
        answers.flush()

    started = datetime.now(UTC).isoformat(timespec="seconds")
    begin = time.perf_counter_ns()
    import torch  # noqa: PLC0415 - timed: a user's script pays for it as well

    import_seconds = (time.perf_counter_ns() - begin) / 1e9
    if job.threads:
        torch.set_num_threads(job.threads)
    process = {
        "started": started,
        "import_seconds": import_seconds,
        "threads": torch.get_num_threads(),
    }
    answer("started", **process)
    _measure_all(job, answer, process)
    answer("done")
    os._exit(0)  # a device's driver may hang while it is torn down; everything is answered


def _measure_all(job: Job, answer: Any, process: dict[str, Any]) -> None:
    # These import torch, which has to be timed first.
    from bench.measure.tasks import work_of  # noqa: PLC0415
    from bench.train.epochs import TooSlowError  # noqa: PLC0415
    from bench.train.errors import classify  # noqa: PLC0415
    from bench.train.numerics import pin_numerics  # noqa: PLC0415
    from bench.train.trainer import open_trainer  # noqa: PLC0415

    try:
        process = process | pin_numerics(
            precision=job.precision,
            flush_denormals=job.flush_denormals,
            deterministic=job.loop.deterministic,
        )
        trainer, work = open_trainer(job), work_of(job)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason of these cells
        reason, detail = classify(error)
        answer("absent", batch_size=None, reason=reason, detail=detail)
        return
    out_of_memory_at: int | None = None
    for batch_size in job.batch_sizes:
        if out_of_memory_at is not None and batch_size > out_of_memory_at:
            detail = f"out of memory at batch size {out_of_memory_at} already"
            answer("absent", batch_size=batch_size, reason="implied", detail=detail)
            continue
        try:
            answer("measured", batch_size=batch_size, **process, **work(trainer, batch_size))
        except TooSlowError as slow:
            answer("absent", batch_size=batch_size, reason="timeout", detail=str(slow))
        except Exception as error:  # noqa: BLE001 - as above
            reason, detail = classify(error)
            answer("absent", batch_size=batch_size, reason=reason, detail=detail)
            if reason == "oom":
                out_of_memory_at = min(batch_size, out_of_memory_at or batch_size)
            if reason == "failed":
                return  # the device may be left in any state: a new process takes the rest


if __name__ == "__main__":
    main()
