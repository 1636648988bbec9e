"""The figures of a file's studies, and the names of their files."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.figure import Figure

from scripts.figures.ladder import ladder_figure
from scripts.figures.parts import parts_figure
from scripts.figures.remedies import remedies_figure
from scripts.figures.roofline import roofline_figure
from scripts.figures.style import labelled
from scripts.read.text import file_stem
from scripts.tables.analysis import Analysis
from scripts.why.remedies import LADDER
from scripts.words.remedies import best_remedies


def study_figures(
    analysis: Analysis, file: str, *, stem: str, machine: str
) -> Iterator[tuple[str, Figure]]:
    """Parts of a step, ladder and remedies a workload, one roofline; none without a study."""
    causes = analysis.causes
    own = causes[(causes["file"] == file) & causes["epochs"].isna()]
    for workload, cells in own.groupby("workload", sort=False):
        title = f"Where a step's time goes: {workload} on {machine}"
        yield file_stem("parts", stem, workload), parts_figure(cells, title=title)
    roofline = roofline_figure(own, title=f"Roofline of {machine}") if len(own) else None
    if roofline is not None:
        yield file_stem("roofline", stem), roofline
    yield from _ladders(analysis, file, stem=stem, machine=machine)
    tried = analysis.remedies
    tried = tried[(tried["file"] == file) & (tried["kind"] == "remedy")]
    for workload, cells in labelled(tried).groupby("workload", sort=False):
        figure = remedies_figure(cells, title=f"What would make it faster: {workload} on {machine}")
        if figure is not None:
            yield file_stem("remedies", stem, workload), figure


def _ladders(
    analysis: Analysis, file: str, *, stem: str, machine: str
) -> Iterator[tuple[str, Figure]]:
    rows = labelled(analysis.results.variants)
    own = rows[(rows["file"] == file) & rows["block"].notna()]
    remedies = analysis.remedies
    for workload, cells in own.groupby("workload", sort=False):
        if not cells["variant"].str.startswith(LADDER).any():
            continue
        same: pd.Series = (remedies["file"] == file) & (remedies["workload"] == workload)
        title = f"From the loop that is taught to the lean one: {workload} on {machine}"
        best = best_remedies(remedies[same])
        yield file_stem("ladder", stem, workload), ladder_figure(cells, best, title=title)
