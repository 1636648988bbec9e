"""A side against its base in time to a target, at equal batch sizes and at each one's own best."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from scripts.judge import noise
from scripts.judge.rule import (
    FEWEST_BLOCKS,
    MOST_CLOSE,
    NOT_MEASURED,
    SUSPECT,
    UNDECIDED,
    favoured,
)
from scripts.judge.verdicts import adjusted
from scripts.target.time import best_of, stretched

ALPHA = 0.05
BEST = "best"
Row = dict[Any, Any]


def contests(times: pd.DataFrame, rounds: pd.DataFrame, *, strict: bool = False) -> pd.DataFrame:
    """Sides against their base at equal batch sizes and each at its own best (`at`: BEST).

    A row per timing file, workload, side, optimiser (`any` for the best of all) and place; base,
    side_batch, base_batch, side_seconds, base_seconds, ratio (above 1 the side is slower), lo, hi,
    margin, p, p_adjusted (over the rows of a file: it decides), verdict, reason, device_label.
    """
    rows: list[Row] = []
    for (file, workload), own in times.groupby(["file", "workload"], sort=False):
        margin = noise_margin(rounds[rounds["file"] == file])
        for (side, base), mine in own[own["base"] != ""].groupby(["side", "base"]):
            about = {"file": file, "machine": own["machine"].iloc[0], "workload": workload}
            about |= {"side": side, "base": base}
            label = {"device_label": mine["device_label"].iloc[0]}
            other = own[own["side"] == base]
            pairs = [*_equal(mine, other), *_best(mine, other)]
            rows += [about | at | contest(*two, margin=margin) | label for at, *two in pairs]
    return _adjusted(pd.DataFrame(rows), strict=strict)


def _adjusted(rows: pd.DataFrame, *, strict: bool) -> pd.DataFrame:
    """The rows with the words that stand among all of their file."""
    if rows.empty:
        return rows
    p, _ = adjusted(rows["p"].to_numpy(np.float64), families=rows["file"], strict=strict)
    known = np.isfinite(p)
    words = np.where(known & (p > ALPHA), UNDECIDED, rows["verdict"])
    return rows.assign(verdict=words, p_adjusted=p)


def _equal(side: pd.DataFrame, base: pd.DataFrame) -> Iterator[tuple[Row, Row, Row]]:
    """Where both stand, and their rows there: the same optimiser and batch size."""
    known = {(row["optimizer"], row["batch_size"]): row for row in base.to_dict("records")}
    for row in side.to_dict("records"):
        if other := known.get((row["optimizer"], row["batch_size"])):
            yield {"optimizer": row["optimizer"], "at": str(row["batch_size"])}, row, other


def _best(side: pd.DataFrame, base: pd.DataFrame) -> Iterator[tuple[Row, Row, Row]]:
    best = [best_of(own).to_dict("records") for own in (side, base)]
    if all(best):
        yield {"optimizer": "any", "at": BEST}, best[0][0], best[1][0]


def optimizer_contests(times: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Each optimiser against the fastest one, at its own best: a row per side of a computer.

    An optimiser's seconds may be from another file of the computer; only measured ones take part.
    Columns: machine, side, device_label, workload, optimizer, fastest, and those of `contest`, the
    fastest one in the base's place.
    """
    rows: list[Row] = []
    known = times[times["measured"] & times["seconds"].notna()]
    place = ["machine_id", "side", "workload"]
    for _, own in known.sort_values("seconds").groupby(place, sort=False):
        first, *others = own.drop_duplicates("optimizer").to_dict("records")
        for other in others:
            files = rounds[rounds["file"].isin([first["file"], other["file"]])]
            about = {name: first[name] for name in ("machine", "side", "device_label", "workload")}
            about |= {"optimizer": other["optimizer"], "fastest": first["optimizer"]}
            rows.append(about | contest(other, first, margin=noise_margin(files)))
    return pd.DataFrame(rows)


def contest(side: Row, base: Row, *, margin: float) -> Row:
    """The ratio of two times to the target, rows of `times_to_target`; its interval and verdict.

    `margin` is a fraction, below which a difference is none (`noise_margin`).
    """
    both = {"side": side, "base": base}
    answer: Row = {f"{name}_batch": row["batch_size"] for name, row in both.items()}
    answer |= {f"{name}_seconds": row["seconds"] for name, row in both.items()}
    nothing = {"ratio": math.nan, "lo": math.nan, "hi": math.nan, "margin": margin, "p": math.nan}
    missing = [f"{row['side']}: {row['reason']}" for row in (side, base) if row["draws"] is None]
    if missing:
        return answer | nothing | {"verdict": NOT_MEASURED, "reason": "; ".join(missing)}
    with np.errstate(invalid="ignore"):  # both infinite: neither reached it in this draw
        log_ratios = np.log(side["draws"]) - np.log(base["draws"])
    few = min(side["blocks"], base["blocks"])
    lo, middle, hi = np.nanquantile(stretched(log_ratios, blocks=few), [0.025, 0.5, 0.975])
    word, p = _favoured(middle - lo, middle, hi - middle, freedom=few - 1, limit=math.log1p(margin))
    verdict = word if p <= ALPHA else UNDECIDED
    reason = f"{few} of at least {FEWEST_BLOCKS} repetitions" * (few < FEWEST_BLOCKS)
    if few < FEWEST_BLOCKS:
        verdict = UNDECIDED
    if doubt := "; ".join(filter(None, dict.fromkeys([side["suspect"], base["suspect"]]))):
        verdict, reason = SUSPECT, doubt
    return answer | {
        "ratio": side["seconds"] / base["seconds"],
        "lo": math.exp(lo),
        "hi": math.exp(hi),
        "margin": margin,
        "p": math.nan if reason else p,
        "verdict": verdict,
        "reason": reason,
    }


def _favoured(
    low: float, middle: float, high: float, *, freedom: int, limit: float
) -> tuple[str, float]:
    """The word of a log ratio whose 95 % interval reaches `low` below and `high` above it."""
    if freedom < 1 or np.isnan([low, high]).any() or not math.isfinite(middle):
        return UNDECIDED, math.nan
    near, quantile = min(limit, MOST_CLOSE), -stdtrit(freedom, 0.025)
    distances = np.array([limit - middle, limit + middle, middle - near, -middle - near])
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.array([low, high, high, low]) / quantile
        above, below, inside, outside = stdtr(freedom, distances / errors)
    word, p = favoured(above, below, np.maximum(inside, outside))
    return str(word), float(p)


def noise_margin(rounds: pd.DataFrame) -> float:
    """The margin of a run's warm verdicts, as a fraction."""
    return math.expm1(noise.margin(noise.repeats(rounds, scope="warm")))
