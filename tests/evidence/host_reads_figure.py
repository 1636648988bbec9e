"""How often does the host read a number in a step? The picture of `tests.evidence.host_reads`.

python tests/evidence/host_reads_figure.py results/host_reads.csv --out results/figures
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from scripts.figures.axes import batch_size_axis
from scripts.figures.marks import draw_key
from scripts.figures.style import FORMATS, encoded, headline, new_panels, style
from scripts.read.document import ResultError
from scripts.write.folder import Folder

COLUMNS = ("workload", "sequences", "gather", "batch_size", "host_reads")
WAYS = {
    ("packed", "list"): "as taught: packed, Python list",
    ("packed", "vectorised"): "packed, one gather",
    ("padded", "list"): "padded, Python list",
    ("padded", "vectorised"): "lean: padded, one gather",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the counts, writes the figure; 2 and one line when it cannot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path, help="CSV of python -m tests.evidence.host_reads")
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder (default: report)")
    options = parser.parse_args(arguments)
    try:
        table = read(options.file)
        folder = Folder(options.out)
        for kind in FORMATS:
            folder.write(f"host-reads.{kind}", encoded(reads_figure(table), kind))
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def read(path: Path) -> pd.DataFrame:
    """The counts; raises ResultError naming file and column when it is another file."""
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ResultError(path, "", f"cannot be read: {error}") from None
    for name in COLUMNS:
        if name not in table:
            message = "is missing: write the file with python -m tests.evidence.host_reads"
            raise ResultError(path, name, message)
    if not all(pd.api.types.is_integer_dtype(table[name]) for name in COLUMNS[3:]):
        raise ResultError(path, "host_reads", "is no count: write the file again")
    return table


@style()
def reads_figure(table: pd.DataFrame) -> Figure:
    """A panel for each workload: host reads per step against batch size, a line for each way."""
    workloads = list(dict.fromkeys(table["workload"]))
    sizes = sorted(int(size) for size in table["batch_size"].unique())
    colours = dict(zip(WAYS, sns.color_palette("colorblind", len(WAYS)), strict=True))
    figure, panels = new_panels(
        len(workloads), len(workloads), panel=(2.7, 2.9), margin=(1.2, 0), sharey=True
    )
    for axes, workload in zip(panels, workloads, strict=True):
        for way, label in WAYS.items():
            own = table[(table["workload"] == workload) & (table["sequences"] == way[0])]
            own = own[own["gather"] == way[1]].sort_values("batch_size")
            axes.plot(
                own["batch_size"], own["host_reads"], color=colours[way], label=label,
                marker="o", markersize=4, linestyle="--" if way[0] == "packed" else "-",
            )  # fmt: skip
        axes.set_yscale("symlog", linthresh=1)
        axes.set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        batch_size_axis(axes, sizes)
        axes.set_title(workload)
    panels[0].set_ylabel("host reads per step")
    note = "on a GPU each read of the list waits for the device; counts, alike on every machine"
    headline(figure, "Numbers that the host reads in one training step", note)
    draw_key(figure, panels[0].lines)
    return figure


if __name__ == "__main__":
    sys.exit(main())
