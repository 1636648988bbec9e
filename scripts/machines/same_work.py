"""Whether result files may be compared: only the same work can be faster or slower."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from scripts.read.document import ResultError

_RUN = ("samples", "precision", "optimizer", "optimizer_implementation", "loop")
_WORKLOAD = ("definition", "learning_rate")


class Unlike(NamedTuple):
    """A difference between the work of a machine's file and of the base; of one workload or all."""

    machine: str
    file: str
    workload: str
    field: str
    message: str

    def error(self) -> ResultError:
        """The refusal that names it."""
        advice = "leave it out, or mark it with --allow"
        return ResultError(self.file, self.field, f"{self.message}: not the same work; {advice}")

    @property
    def words(self) -> str:
        """`crossover.run.samples is 2048 here and 4096 in a.json`."""
        return f"{self.field} {self.message}"


def unlike(rounds: pd.DataFrame, *, base: str) -> Iterator[Unlike]:
    """Each difference between a machine's work and the base's, from the rows of `table.load`.

    All workloads must agree in samples an epoch, precision, optimizer, its implementation and loop;
    a workload that two files share also in its definition and learning rate.
    """
    columns = ["machine", "file", "workload", *_RUN, *_WORKLOAD]
    known = rounds[columns].drop_duplicates()
    first = known[known["machine"] == base]
    for machine in known["machine"].unique():
        own = known[known["machine"] == machine]
        place = (machine, own["file"].iloc[0])
        for name in _RUN:
            if message := _differs(first.iloc[0], own.iloc[0], name):
                yield Unlike(*place, "", f"crossover.run.{name}", message)
        shared = first.merge(own, on="workload", suffixes=("", "_own"))
        if shared.empty:
            message = f"has no workload in common with {first['file'].iloc[0]}"
            yield Unlike(*place, "", "crossover.workloads", message)
        for workload in shared["workload"]:
            sides = [side[side["workload"] == workload].iloc[0] for side in (first, own)]
            for name in _WORKLOAD:
                if message := _differs(sides[0], sides[1], name):
                    yield Unlike(*place, workload, f"{name} of {workload}", message)


def _differs(base: "pd.Series", own: "pd.Series", name: str) -> str:
    if base[name] == own[name]:
        return ""
    return f"is {own[name]} here and {base[name]} in {base['file']}"


def only_like(rounds: pd.DataFrame, *, base: str) -> tuple[pd.DataFrame, list[Unlike]]:
    """The rounds whose work is the base's, and why the others are left out."""
    differences = list(unlike(rounds, base=base))
    whole = {one.machine for one in differences if not one.workload}
    parts = {(one.machine, one.workload) for one in differences if one.workload}
    places = zip(rounds["machine"], rounds["workload"], strict=True)
    keep = [machine not in whole and (machine, work) not in parts for machine, work in places]
    why = [one for one in differences if not one.workload or one.machine not in whole]
    return rounds[keep], why
