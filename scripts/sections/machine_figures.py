"""Which figures a comparison of machines has, and the names of their files."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from scripts.figures.cost import cost_figure
from scripts.figures.fastest import arm_colours, fastest_figure
from scripts.figures.marks import machine_looks
from scripts.figures.relative import relative_figure
from scripts.figures.shift import moves_figure
from scripts.read.text import file_stem
from scripts.tables.comparison import Comparison
from scripts.write.folder import file_stems

RELATIVE, MOVES, FASTEST, COST = "relative-speed", "crossover-moves", "fastest", "cost-to-target"


def compare_figures(comparison: Comparison) -> Iterator[tuple[str, Figure]]:
    """Each figure with the name of its file; none about machines where there is one alone."""
    if len(comparison.costs) and comparison.costs["usd"].notna().any():
        yield COST, cost_figure(comparison.costs, machines=comparison.machines)
    if comparison.alone:
        return
    if comparison.means["machine"].isin(machine_looks(comparison.machines)).any():
        yield (
            RELATIVE,
            relative_figure(comparison.means, base=comparison.base, machines=comparison.machines),
        )
    if len(comparison.curves):
        yield MOVES, moves_figure(comparison.curves, comparison.verdicts, base=comparison.base)
    colours = arm_colours(comparison.fastest)
    names = fastest_names(comparison)
    for workload, own in comparison.fastest.groupby("workload", sort=False):
        yield names[str(workload)], fastest_figure(own, colours)


def fastest_names(comparison: Comparison) -> dict[str, str]:
    """The name of each workload's map of the fastest."""
    stems = file_stems(list(comparison.fastest["workload"].unique()))
    return {workload: file_stem(FASTEST, stem) for workload, stem in stems.items()}
