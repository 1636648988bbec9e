"""What a timing worker answers, its seconds made up; stubs import it, which are to start fast."""

from typing import Any

from bench.job import Job


def measured(job: Job, batch_size: int, **fields: Any) -> dict[str, Any]:
    """An answer of a worker, its seconds made up."""
    return {
        "kind": "measured",
        "batch_size": batch_size,
        "started": "2026-01-01T00:00:00+00:00",
        "import_seconds": 2.0,
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
        "steps": job.samples // batch_size,
        "threads": 2,
        "trained_on": job.device,
        "fp32_precision": {"generic": "ieee", "cuda.matmul": "ieee", "cudnn.conv": "ieee"},
        "denormals_flushed": True,
        "host_peak_bytes": 1000,
        "device_peak_bytes": None,
        "position": 0,
        "stopped": None,
    } | fields


def absent(batch_size: int | None, reason: str) -> dict[str, Any]:
    """A worker's answer for a batch size that it could not time."""
    return {"kind": "absent", "batch_size": batch_size, "reason": reason, "detail": "said torch"}
