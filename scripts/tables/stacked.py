"""The tables of many batches of files as one analysis, each file and machine with its own name."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from scripts.judge.fits import with_estimates
from scripts.read.columns import TEXT
from scripts.read.document import ResultError
from scripts.read.table import Results
from scripts.read.text import distinct
from scripts.tables.analysis import Analysis


@dataclass(frozen=True)
class Judged:
    """What is said of a batch's good files, by the names of an analysis's tables.

    `kept` are the results of those that are kept whole, `names` what each file is called and calls
    its machine, as files of other batches may as well.
    """

    errors: list[ResultError]
    names: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    kept: dict[str, pd.DataFrame] = field(default_factory=dict)


def stacked(batches: list[Judged]) -> Analysis:
    """One analysis of all batches; at least one file is good."""
    names = [name for batch in batches for name in batch.names]
    files, machines = (distinct(column) for column in zip(*names, strict=True))
    tables: dict[str, list[pd.DataFrame]] = {}
    kept: dict[str, list[pd.DataFrame]] = {}
    first = 0
    for batch in batches:
        here = slice(first, first := first + len(batch.names))
        known = batch.tables["files"]
        own = {
            "file": dict(zip(known["file"], files[here], strict=True)),
            "machine": dict(zip(known["machine"], machines[here], strict=True)),
        }
        for name, table in batch.tables.items():
            tables.setdefault(name, []).append(_renamed(table, own))
        for name, table in batch.kept.items():
            kept.setdefault(name, []).append(_renamed(table, own))
    return _analysis(
        {name: _in_order(parts, files) for name, parts in tables.items()},
        {name: _in_order(parts, files) for name, parts in kept.items()},
    )


def _renamed(table: pd.DataFrame, names: dict[str, dict[str, str]]) -> pd.DataFrame:
    """The table with the names that its files and machines have among all files."""
    changed = {
        column: table[column].map(known).astype(TEXT)
        for column, known in names.items()
        if any(old != new for old, new in known.items())
    }
    return table.assign(**changed)


def _in_order(parts: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """One table with the rows of all, in the order of their files."""
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    place = table["file"].map(dict(zip(files, range(len(files)), strict=True)))
    return table.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def _analysis(tables: dict[str, pd.DataFrame], kept: dict[str, pd.DataFrame]) -> Analysis:
    analysis = Analysis(Results(**kept | {"files": tables.pop("files")}))
    analysis.whole = list(kept["files"]["file"])
    curves = tables.pop("crossovers")
    own = curves[curves["file"].isin(analysis.whole)]
    estimates = with_estimates(own, analysis.fits)[["estimate", "estimate_error"]]
    for name, table in (tables | {"crossovers": curves.join(estimates)}).items():
        setattr(analysis, name, table)  # a cached property that is known already
    return analysis
