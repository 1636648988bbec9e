"""Whether result files may be compared: only the same work can be faster or slower."""

import pandas as pd

from scripts.result_file import ResultError

_RUN = ("samples", "precision", "optimizer", "optimizer_implementation")
_WORKLOAD = ("definition", "learning_rate")


def require_same_work(rounds: pd.DataFrame) -> None:
    """Raises ResultError naming the first difference between a file and the first one.

    All workloads must agree in samples an epoch, precision, optimizer and its implementation;
    a workload that two files share also in its definition and learning rate.
    """
    files = [own for _file, own in rounds.groupby("file", sort=False)]
    base = files[0]
    for own in files[1:]:
        for name in _RUN:
            _require_equal(base.iloc[0], own.iloc[0], name, field=f"crossover.run.{name}")
        shared = base.drop_duplicates("workload").merge(
            own.drop_duplicates("workload"), on="workload", suffixes=("", "_own")
        )
        if shared.empty:
            both = f"has no workload in common with {base['file'].iloc[0]}"
            raise ResultError(own["file"].iloc[0], "crossover.workloads", both)
        for workload in shared["workload"]:
            first, second = (side[side["workload"] == workload].iloc[0] for side in (base, own))
            for name in _WORKLOAD:
                _require_equal(first, second, name, field=f"{name} of {workload}")


def _require_equal(base: "pd.Series", own: "pd.Series", name: str, *, field: str) -> None:
    if base[name] != own[name]:
        words = f"is {own[name]} here and {base[name]} in {base['file']}: not the same work"
        raise ResultError(own["file"], field, words)
