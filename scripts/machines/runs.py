"""Several runs of one machine: by how much they differ is part of what is known of the machine.

Runs of one machine within minutes differ by more than their blocks do. So where any machine of a
comparison has several, a run is the unit: a machine's mean is that of its runs, and one variance
between runs, pooled over both machines, stands behind an interval.
"""

import numpy as np
import pandas as pd

from scripts.judge.doubt import trusted
from scripts.judge.moderate import Array, Summary
from scripts.judge.pairs import CELL, SECONDS, Scope, measured


def machine_of(files: pd.DataFrame) -> dict[str, str]:
    """The machine that each file is a run of: the first of its hardware and software.

    `files` are those of `table.load_results`, which call every file a machine of its own.
    """
    first = files.groupby(["machine_id", "software_id"])["machine"].transform("first")
    return dict(zip(files["machine"], first, strict=True))


def several(rounds: pd.DataFrame) -> bool:
    """Whether a machine has several runs, which are files."""
    return int(rounds.groupby("machine")["file"].nunique().max()) > 1


def between(own: Array, base: Array) -> Summary:
    """Return the difference of two machines' means, from the means of their runs.

    Arrays of (cells, runs), NaN for a run without the cell. `blocks` are the runs of both together;
    one run each has no error.
    """
    counts = [np.isfinite(runs).sum(axis=-1).astype(np.float64) for runs in (own, base)]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.nansum(r, axis=-1) / n for r, n in zip((own, base), counts, strict=True)]
        squares = sum(
            np.nansum((runs - mean[..., None]) ** 2, axis=-1)
            for runs, mean in zip((own, base), means, strict=True)
        )
        freedom = counts[0] + counts[1] - 2
        freedom = np.where(freedom > 0, freedom, np.nan)
        error = np.sqrt(squares / freedom * (1 / counts[0] + 1 / counts[1]))
    runs = counts[0] + counts[1]
    return Summary(means[0] - means[1], error, freedom, runs, np.zeros_like(runs))


def as_blocks(rounds: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """The timed rounds with each run of a machine as one block: the mean of its log seconds.

    What is judged of them (`verdicts`) stands on how much runs differ, not blocks of one run. A
    machine's rows have the name of its first file. Suspect rounds are left out as of figures.
    """
    rows = measured(trusted(rounds), scope=scope)
    run = [*CELL, "family", "again"]
    logs = rows.assign(log=np.log(rows["seconds"])).groupby(run, dropna=False)["log"]
    whole = rows.assign(suspect=rows["doubt"], **{SECONDS[scope]: np.exp(logs.transform("mean"))})
    whole = whole.drop_duplicates(run)
    files = whole.groupby("machine")["file"]
    return whole.assign(
        file=files.transform("first"),
        block=files.transform(lambda own: pd.factorize(own)[0]).astype("Int64"),
    )
