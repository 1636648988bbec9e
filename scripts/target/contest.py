"""GPU against CPU in time to a target, at equal batch sizes and at each one's own best."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.noise import floor_of, margin_of, repeats
from scripts.judge.rule import (
    CLOSE,
    FASTER,
    FEWEST_BLOCKS,
    NOT_MEASURED,
    SLOWER,
    SUSPECT,
    UNDECIDED,
)
from scripts.target.time import best_of

BEST = "best"
Row = dict[Any, Any]


def contests(
    times: pd.DataFrame, rounds: pd.DataFrame, *, equal_sizes: bool = True
) -> pd.DataFrame:
    """GPU against CPU, each at its own best (`at`: BEST), and at equal batch sizes unless told.

    A row per timing file, workload, accelerator, CPU thread setting, optimiser (`any` for the best
    of all) and place; gpu_batch, cpu_batch, gpu_seconds, cpu_seconds, ratio (above 1 the GPU is
    slower), lo, hi, margin, verdict, reason, device_label.
    """
    rows: list[Row] = []
    for (file, workload), own in times.groupby(["file", "workload"], sort=False):
        margin = noise_margin(rounds[rounds["file"] == file])
        cpus = own[own["device"] == "cpu"]
        for device, gpu in own[own["device"] != "cpu"].groupby("device"):
            for threads, cpu in cpus.groupby("threads"):
                about = {"file": file, "machine": own["machine"].iloc[0], "workload": workload}
                about |= {"device": device, "threads": threads}
                label = {"device_label": gpu["device_label"].iloc[0]}
                pairs = [*(_equal(gpu, cpu) if equal_sizes else ()), *_best(gpu, cpu)]
                rows += [about | at | contest(*two, margin=margin) | label for at, *two in pairs]
    return pd.DataFrame(rows)


def _equal(gpu: pd.DataFrame, cpu: pd.DataFrame) -> Iterator[tuple[Row, Row, Row]]:
    """Where both stand, and their rows there: the same optimiser and batch size."""
    known = {(row["optimizer"], row["batch_size"]): row for row in cpu.to_dict("records")}
    for row in gpu.to_dict("records"):
        if other := known.get((row["optimizer"], row["batch_size"])):
            yield {"optimizer": row["optimizer"], "at": str(row["batch_size"])}, row, other


def _best(gpu: pd.DataFrame, cpu: pd.DataFrame) -> Iterator[tuple[Row, Row, Row]]:
    best = [best_of(own).to_dict("records") for own in (gpu, cpu)]
    if all(best):
        yield {"optimizer": "any", "at": BEST}, best[0][0], best[1][0]


def contest(gpu: Row, cpu: Row, *, margin: float) -> Row:
    """The ratio of two times to the target, rows of `times_to_target`; its interval and verdict.

    `margin` is a fraction, below which a difference is none (`noise_margin`).
    """
    sides = {"gpu": gpu, "cpu": cpu}
    answer: Row = {f"{name}_batch": row["batch_size"] for name, row in sides.items()}
    answer |= {f"{name}_seconds": row["seconds"] for name, row in sides.items()}
    nothing = {"ratio": math.nan, "lo": math.nan, "hi": math.nan, "margin": margin}
    missing = [f"{row['device']}: {row['reason']}" for row in (gpu, cpu) if row["draws"] is None]
    if missing:
        return answer | nothing | {"verdict": NOT_MEASURED, "reason": "; ".join(missing)}
    with np.errstate(invalid="ignore"):  # both infinite: neither reached it in this draw
        log_ratios = np.log(gpu["draws"]) - np.log(cpu["draws"])
        lo, close_lo, close_hi, hi = np.nanquantile(log_ratios, [0.025, 0.05, 0.95, 0.975])
    limit = math.log1p(margin)
    verdict = UNDECIDED
    if lo > limit:
        verdict = SLOWER
    elif hi < -limit:
        verdict = FASTER
    elif -limit < close_lo and close_hi < limit:
        verdict = CLOSE
    few = min(gpu["blocks"], cpu["blocks"])
    if reason := "; ".join(filter(None, dict.fromkeys([gpu["suspect"], cpu["suspect"]]))):
        verdict = SUSPECT
    if few < FEWEST_BLOCKS:
        verdict, reason = UNDECIDED, f"{few} of at least {FEWEST_BLOCKS} blocks"
    return answer | {
        "ratio": gpu["seconds"] / cpu["seconds"],
        "lo": math.exp(lo),
        "hi": math.exp(hi),
        "margin": margin,
        "verdict": verdict,
        "reason": reason,
    }


def noise_margin(rounds: pd.DataFrame) -> float:
    """The margin of a run's warm verdicts, as a fraction."""
    means = repeats(rounds, scope="warm")["log_ratio"].to_numpy(dtype=np.float64)
    return float(np.expm1(margin_of(floor_of(means[np.isfinite(means)]))))
