"""What a timing worker answers, its seconds made up; stubs import it, which are to start fast."""

from typing import Any

from bench.allocators import LIBRARIES
from bench.answer import Diagnosis, Dispatch, Epochs, Measured, Peaks, Process, Unmeasured
from bench.job import DISPATCH, MEASURE, PEAKS, TASKS, Job


def measured(job: Job, batch_size: int, **fields: Any) -> Measured:
    """An answer of a worker, its seconds made up; `fields` are of its figures or its process."""
    fp32 = "tf32" if job.precision == "tf32" else "ieee"
    process: dict[str, Any] = {
        "started": "2026-01-01T00:00:00+00:00",
        "import_seconds": 2.0,
        "threads": job.threads_each or 2,
        "fp32_precision": dict.fromkeys(("generic", "cuda.matmul", "cudnn.conv"), fp32),
        "denormals_flushed": True,
        "allocator": job.malloc if job.malloc in LIBRARIES else "glibc 2.36",
        "allocator_variables": {},
    }
    figures: dict[str, Any] = {
        "context_seconds": 0.5,
        "transfer_seconds": 0.25,
        "first_step_seconds": 0.375,
        "warm_step_seconds": 0.125,
        "own_first_step_seconds": 0.2,
        "own_warm_step_seconds": 0.1,
        "epoch_seconds": [1.0, 2.0, 3.0, 4.0][: job.epochs],
        "event_seconds": None,
        "first_loss": 2.3,
        "loss": 0.5,
        "score": 0.9,
        "evaluated_after_epochs": job.epochs,
        "minor_faults_per_step": 20.0,
        "major_faults_per_step": 0.0,
        "user_seconds_per_step": 1e-3,
        "system_seconds_per_step": 1e-4,
        "steps": job.samples // batch_size,
        "trained_on": job.device,
        "host_peak_bytes": 1000,
        "device_peak_bytes": None,
        "position": 0,
        "stopped": None,
    }
    own = {name: fields.pop(name) for name in process if name in fields}
    return Measured(batch_size, Process(**process | own), Epochs(**figures | fields))


def diagnosed(job: Job, batch_size: int) -> Measured:
    """An answer to any task, its figures made up."""
    if job.task == MEASURE:
        return measured(job, batch_size)
    process = measured(job, batch_size).process
    if job.task == TASKS[PEAKS]:
        return Measured(batch_size, process, Peaks(1e9, 1e9, 1e9, 1e-6))
    if job.task == TASKS[DISPATCH]:
        about: dict[str, Any] = dict.fromkeys(Dispatch.__struct_fields__, 1e-4)
        about |= {"launches": 19, "uncounted_operations": []}
        return Measured(batch_size, process, Dispatch(**about))
    parts = ("load", "copy", "forward", "backward", "optimizer", "evaluation")
    seen: dict[str, Any] = dict.fromkeys(Diagnosis.__struct_fields__, 1) | {
        "uncounted_operations": [],
        "parts": {f"{part}_seconds": 0.5 for part in parts},
    }
    return Measured(batch_size, process, Diagnosis(**seen))


def absent(batch_size: int | None, reason: str) -> Unmeasured:
    """A worker's answer for a batch size that it could not time."""
    return Unmeasured(batch_size, reason, "said torch")
