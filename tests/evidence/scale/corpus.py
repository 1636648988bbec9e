"""Machine files in any number whose true ratios are known: the corpus of `scale.run`.

Each is the plan of a `Corpus`, written in today's layout with the statistics that pytest-benchmark
itself makes of its rounds. A machine's number decides everything about it.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pytest_benchmark.stats import Stats

from bench.record.result_file import json_text
from tests.corpus import Corpus, Pattern

WORKLOADS = (
    "mlp", "cnn", "cnn-series", "rnn", "lstm", "lstm-gates", "transformer", "transformer-encoder",
)  # fmt: skip
BATCH_SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
EPOCHS = (1, 2, 4, 8, 16)
DEVICES = ("cpu", "cuda")
NOISES = (0.005, 0.01, 0.02, 0.04)
"""How much a machine's processes differ: the standard deviation of their log seconds."""
STEEPEST = 4.0
"""No ratio is beyond 2 to the power of this."""

OPTIONS = {
    "disable_gc": False, "timer": "seconds measured by worker processes", "min_rounds": 5,
    "max_time": 1.0, "min_time": 5e-06, "precision": None, "confidence": None, "warmup": False,
}  # fmt: skip


def plan(number: int) -> Corpus:
    """The machine of that number: noise, cold starts, and a true ratio for each cell.

    One in four workloads is equally fast on both devices at every batch size; on one machine in
    five both start equally cold. On one in ten the GPU's memory ends before the largest batch size.
    """
    random = np.random.default_rng(number)
    curves = {name: _curve(random) for name in WORKLOADS}
    cold = 0.01 if random.random() < 0.2 else float(random.uniform(0.2, 2.0))
    full: dict[Pattern, tuple[Any, ...]] = {
        (None, BATCH_SIZES[-1], None, "cuda"): (
            "oom",
            "CUDA out of memory",
        )
    }
    return Corpus(
        machine=f"machine-{number:04}",
        workloads=WORKLOADS,
        batch_sizes=BATCH_SIZES,
        epochs=EPOCHS,
        sides=DEVICES,
        ratio=lambda workload, _device, batch_size: curves[workload](batch_size),
        cold_seconds={"cpu": 0.01, "cuda": cold},
        process_noise=float(random.choice(NOISES)),
        epoch_noise=0.005,
        absent=full if random.random() < 0.1 else {},
        events=True,
        seed=number,
    )


def _curve(random: np.random.Generator) -> Callable[[int], float]:
    """The true warm ratio against batch size: falling through 1 somewhere, or 1 throughout."""
    same = random.random() < 0.25
    slope, crossing = float(random.uniform(0.2, 1.0)), float(random.uniform(0.0, 13.0))
    return partial(_ratio, slope=0.0 if same else slope, crossing=crossing)


def _ratio(batch_size: int, *, slope: float, crossing: float) -> float:
    power = slope * (crossing - float(np.log2(batch_size)))
    return float(2 ** np.clip(power, -STEEPEST, STEEPEST))


def truths(number: int) -> pd.DataFrame:
    """A row a cell of the machine: machine, workload, batch_size, epochs (-1: warm), true_ratio."""
    known = plan(number)
    rows = [
        (known.machine, workload, size, -1 if epochs is None else epochs,
         known.true_ratio(workload, "cuda", size, epochs))
        for workload in known.workloads
        for size in known.batch_sizes
        for epochs in (None, *known.epochs)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["machine", "workload", "batch_size", "epochs", "true_ratio"])


def document(number: int) -> dict[str, Any]:
    """The content of the machine's result file."""
    content = plan(number).result()
    for entry in content["benchmarks"]:
        entry |= {"options": OPTIONS, "stats": _stats(entry["stats"]["data"])}
    about = content["machine_info"]["crossover"]
    about |= {"machine_id": f"{number:012x}", "software_id": "ba9876543210"}
    return content


def _stats(seconds: list[float]) -> dict[str, Any]:
    stats: Any = Stats()  # type: ignore[no-untyped-call]
    for duration in seconds:
        stats.update(duration)
    return {**stats.as_dict(), "data": seconds, "iterations": 1}


def write(number: int, folder: Path) -> Path:
    """Writes the machine's result file as the suite writes one, and returns its path."""
    path = folder / f"machine-{number:04}.json"
    path.write_text("".join(json_text(document(number))) + "\n", encoding="utf-8")
    return path


def write_all(count: int, folder: Path) -> list[Path]:
    """Writes the files of the machines 0 to `count` - 1, on all cores."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(write, folder=folder), range(count), chunksize=4))
