"""GPU against CPU in time to a target, at equal batch sizes and at each one's own best."""

import math
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.noise import floor_of, margin_of, repeats
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.target.step_times import FEWEST_BLOCKS
from scripts.target.time import best_of


def contest(gpu: dict[Any, Any], cpu: dict[Any, Any], *, margin: float) -> dict[str, Any]:
    """GPU against CPU: the ratio of their times to the target, its interval and the verdict.

    `gpu` and `cpu` are rows of `times_to_target`, `margin` a fraction, below which a difference is
    none (`noise_margin`). The words are those of the verdict on seconds.
    """
    nothing = {"ratio": math.nan, "lo": math.nan, "hi": math.nan, "margin": margin}
    missing = "; ".join(
        f"{row['device']}: {row['reason']}" for row in (gpu, cpu) if row["draws"] is None
    )
    if missing:
        return nothing | {"verdict": NOT_MEASURED, "reason": missing}
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
    reason = "; ".join(filter(None, dict.fromkeys([gpu["suspect"], cpu["suspect"]])))
    few = min(gpu["blocks"], cpu["blocks"])
    if few < FEWEST_BLOCKS:
        verdict, reason = UNDECIDED, f"{few} of at least {FEWEST_BLOCKS} blocks"
    return {
        "ratio": gpu["seconds"] / cpu["seconds"],
        "lo": math.exp(lo),
        "hi": math.exp(hi),
        "margin": margin,
        "verdict": SUSPECT if reason and few >= FEWEST_BLOCKS else verdict,
        "reason": reason,
    }


def contests(times: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """GPU against CPU at equal batch sizes, and at each one's own best (`at`: a size, or `best`).

    A row a timing file, workload, accelerator, CPU thread setting, optimiser (`any` for the best of
    all) and place; gpu_batch, cpu_batch, gpu_seconds, cpu_seconds, ratio (above 1 the GPU is
    slower), lo, hi, margin, verdict, reason.
    """
    rows: list[dict[str, Any]] = []
    for (file, workload), own in times.groupby(["file", "workload"], sort=False):
        margin = noise_margin(rounds[rounds["file"] == file])
        cpus = own[own["device"] == "cpu"]
        for device, gpu in own[own["device"] != "cpu"].groupby("device"):
            for setting, cpu in cpus.groupby("threads"):
                about = {"file": file, "machine": own["machine"].iloc[0], "workload": workload}
                about |= {"device": device, "threads": setting}
                rows += [about | row for row in _pairs(gpu, cpu, margin)]
    return pd.DataFrame(rows)


def _pairs(gpu: pd.DataFrame, cpu: pd.DataFrame, margin: float) -> list[dict[str, Any]]:
    rows = []
    both = gpu.merge(cpu, on=["optimizer", "batch_size"], suffixes=("_gpu", "_cpu"))
    for _, row in both.iterrows():
        gpu_side, cpu_side = (_side(row.to_dict(), side) for side in ("gpu", "cpu"))
        where = {"optimizer": row["optimizer"], "at": str(row["batch_size"])}
        rows.append(where | _contest_row(gpu_side, cpu_side, margin))
    best_gpu, best_cpu = (best_of(own).to_dict("records") for own in (gpu, cpu))
    if best_gpu and best_cpu:
        where = {"optimizer": "any", "at": "best"}
        rows.append(where | _contest_row(best_gpu[0], best_cpu[0], margin))
    return rows


def _side(row: dict[Any, Any], side: str) -> dict[Any, Any]:
    """One device's half of a merged row."""
    end = f"_{side}"
    own = {name.removesuffix(end): value for name, value in row.items() if name.endswith(end)}
    return own | {"batch_size": row["batch_size"], "optimizer": row["optimizer"]}


def _contest_row(gpu: dict[Any, Any], cpu: dict[Any, Any], margin: float) -> dict[str, Any]:
    return {
        "gpu_batch": gpu["batch_size"],
        "cpu_batch": cpu["batch_size"],
        "gpu_seconds": gpu["seconds"],
        "cpu_seconds": cpu["seconds"],
    } | contest(gpu, cpu, margin=margin)


def noise_margin(rounds: pd.DataFrame) -> float:
    """The margin of a run's warm verdicts, as a fraction."""
    means = repeats(rounds, scope="warm")["log_ratio"].to_numpy(dtype=np.float64)
    return float(np.expm1(margin_of(floor_of(means[np.isfinite(means)]))))
