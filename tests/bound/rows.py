"""A CPU file whose host was looked at, for the tests of the bound."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.causes.study_rows import write
from tests.corpus import Corpus

ISSUED = {
    "side": "cpu",
    "step_seconds": 3e-4,
    "kernel_seconds": 1e-4,
    "launches": 100,
    "flops_per_sample": 2e6,
    "bytes_per_sample": 1e4,
    "fixed_bytes": 1e6,
    "uncounted_operations": [],
    "suspect": [],
}
"""The host needs 200 µs for what is no kernel, and 150 µs at least to launch 100 of them."""
HOST_SECONDS = 3.5e-4


def cpu_file(folder: Path, *, issued: Mapping[str, Any] | None = ISSUED, **plan: Any) -> Path:
    """Writes a file of CPU sides; without `issued` as files were before."""
    still: dict[str, Any] = {"sides": ("cpu",), "process_noise": 0.0, "epoch_noise": 0.0}
    known = Corpus(**still | plan)
    content = known.result()
    if issued:
        rows = [{"workload": workload} | dict(issued) for workload in known.workloads]
        content["crossover"]["dispatch"] = rows
    return write(folder, content)
