"""Step time against batch size as a curve: for drawing, and for seconds between two cells.

A step costs a fixed `a` (launches, dispatch) and `b` a sample, one after the other (additive) or
overlapping (smooth maximum): t(B) = (a^p + (b B)^p)^(1/p) with p = 1 or p = 2. Fitted by least
squares in log seconds, so every cell counts by its relative error. No verdict rests on a fit.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares
from scipy.special import expit

from scripts.judge.pairs import measured
from scripts.read.rounds import Floats as Array

FORMS = {"additive": 1, "smooth maximum": 2}
"""Each form's p."""
FEWEST_CELLS = 3
"""Two parameters run through any two cells and have no error to show."""
MOST_ERROR = 0.15
"""A curve that misses its cells by more, on average, describes nothing: no form is the best."""
TOLERANCE = 0.05
"""A step that gets faster by more than this on a larger minibatch ends a segment."""

LINE = ["file", "machine", "workload", "side"]


def step_seconds(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a side and batch size: the warm step seconds' geometric mean over sound blocks."""
    rows = measured(rounds, scope="warm").query("not again and suspect == ''")
    cells = rows.assign(log=np.log(rows["step_seconds"])).groupby([*LINE, "batch_size"])
    return cells["log"].mean().reset_index().assign(step_seconds=lambda mean: np.exp(mean["log"]))


def fits(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row a side, segment and form, from the rows of `table.load`.

    Columns: LINE, smallest and largest (batch sizes of the segment), cells, form, fixed_seconds
    (a), sample_seconds (b), mean_error (of the fitted seconds, a fraction), best (of the segment's
    forms, unless all miss by more than MOST_ERROR). A segment ends where the time drops by more
    than TOLERANCE: no fit runs across a non-monotone pair. Segments of fewer than three cells have
    no row.
    """
    rows = []
    for line, cells in step_seconds(rounds).groupby(LINE, sort=False):
        sizes = cells["batch_size"].to_numpy(dtype=np.float64)
        seconds = cells["step_seconds"].to_numpy(dtype=np.float64)
        for part in segments(seconds):
            if len(sizes[part]) < FEWEST_CELLS:
                continue
            found = {form: fit(sizes[part], seconds[part], power=p) for form, p in FORMS.items()}
            best = min(found, key=lambda form: found[form][2])
            ends = (int(sizes[part][0]), int(sizes[part][-1]), len(sizes[part]))
            told = found[best][2] <= MOST_ERROR
            rows += [(*line, *ends, form, *found[form], told and form == best) for form in FORMS]
    fitted = ["form", "fixed_seconds", "sample_seconds", "mean_error", "best"]
    columns = [*LINE, "smallest", "largest", "cells", *fitted]
    return pd.DataFrame(rows, columns=columns).astype({"best": bool})


def segments(seconds: npt.ArrayLike) -> list[slice]:
    """The stretches, in ascending batch size, over which the seconds never drop."""
    times = np.asarray(seconds, dtype=np.float64)
    drops = np.flatnonzero(times[1:] < times[:-1] * (1 - TOLERANCE)) + 1
    edges = [0, *drops.tolist(), len(times)]
    return [slice(a, b) for a, b in pairwise(edges)]


def curve(batch_size: npt.ArrayLike, *, fixed: float, sample: float, power: float) -> Array:
    """Seconds a step by the formula above."""
    work = sample * np.asarray(batch_size, dtype=np.float64)
    return np.asarray(np.exp(np.logaddexp(power * np.log(fixed), power * np.log(work)) / power))


def fit(sizes: Array, seconds: Array, *, power: float) -> tuple[float, float, float]:
    """(a, b, mean relative error) of the least squares fit in log seconds.

    A part that the cells do not show is not told from nothing: it stays above e^-20 of a guess.
    """
    target, log_sizes = np.log(seconds), np.log(sizes)

    def misses(parameters: Array) -> Array:
        fixed, sample = power * parameters
        return np.asarray(np.logaddexp(fixed, sample + power * log_sizes) / power - target)

    def slopes(parameters: Array) -> Array:
        fixed, sample = power * parameters
        share = expit(fixed - sample - power * log_sizes)
        return np.column_stack([share, 1 - share])

    start = np.log([seconds[0], seconds[-1] / sizes[-1]])
    found = least_squares(misses, start, jac=slopes, method="lm")
    fixed, sample = np.exp(np.maximum(found.x, start - 20.0))
    return float(fixed), float(sample), float(np.abs(np.expm1(found.fun)).mean())


def predicted(row: pd.Series, batch_sizes: npt.ArrayLike) -> Array:
    """Seconds a step by one row of `fits`; only within its segment."""
    parameters = {"fixed": row["fixed_seconds"], "sample": row["sample_seconds"]}
    return curve(batch_sizes, **parameters, power=FORMS[row["form"]])
