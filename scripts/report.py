"""Where is the GPU slower than the CPU? A summary on the terminal, figures and tables in a folder.

python scripts/report.py results/*.json --out report/
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.text import Text

from scripts.figures.style import DPI
from scripts.judge.derived_errors import derived_errors
from scripts.options import (
    add_comparison,
    add_sources,
    base_and_prices,
    dots,
    show_skipped,
    skipper,
    take_learning,
)
from scripts.read.document import ResultError
from scripts.read.text import counted
from scripts.read.workers import Workers
from scripts.sections.machine_figures import compare_figures
from scripts.sections.run_figures import figures
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison, of_same_work
from scripts.tables.learned import Learned
from scripts.tables.many import analysed
from scripts.write.drawing import drawn, write_files
from scripts.write.folder import Folder
from scripts.write.page import page
from scripts.write.pictures import Pictures, shown_as_picture
from scripts.write.terminal import show
from scripts.write.view import detailed


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files, prints the summary, writes the folder; 2 and one line when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with Workers() as workers:
            _report(options, workers)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _report(options: argparse.Namespace, workers: Workers) -> None:
    learning_files = take_learning(options)
    analysis = analysed(options.files, workers, skip=skipper(options))
    learned = Learned.read(learning_files, analysis.rounds) if learning_files else None
    comparison = _comparison(analysis, options, learned)
    tables = _tables(analysis, learned, comparison)
    folder = Folder(options.out)
    for name, table in tables.items():
        folder.write_table(name, table)
    show_skipped(options, analysis.results, _console())
    show(analysis, _console())
    with _console().status("drawing the figures"):
        pictures = Pictures()
        figures = _figures(analysis, learned, comparison)
        for one in drawn(figures, workers, dpi=options.dpi, small=shown_as_picture):
            write_files(folder, one)
            if one.small is not None:
                pictures.add_svg(one.name, one.small)
        whole = page(analysis, pictures, learned=learned, comparison=comparison)
        folder.write("report.html", whole.encode())
    for line in learned.lines() if learned else []:
        _console().print(Text(line), soft_wrap=True)
    words = f"{counted(len(folder.written), 'file')} written to {folder.path}"
    _console().print(Text(f"\n{words}"), soft_wrap=True)


def _comparison(
    analysis: Analysis, options: argparse.Namespace, learned: Learned | None
) -> Comparison | None:
    """The machines side by side, of many only when that is asked; None where one is alone."""
    files = analysis.results.files
    base, prices = base_and_prices(options, files)
    alone = len(files) < 2 or (analysis.many and options.base is None)
    if alone and not prices:
        return None
    if base not in set(analysis.work.loc[analysis.work["file"].isin(analysis.whole), "machine"]):
        words = f"{base!r} is not among the first {len(analysis.whole)} files, which are compared"
        raise ResultError("", "--base", f"{words}; name its file first")
    return of_same_work(analysis, detailed(analysis), base=base, prices=prices, learned=learned)


def _figures(
    analysis: Analysis, learned: Learned | None, comparison: Comparison | None
) -> Iterator[tuple[str, Figure]]:
    yield from figures(analysis)
    if learned is not None:
        yield from learned.figures()
    if comparison is not None:
        yield from compare_figures(comparison)


def _tables(
    analysis: Analysis, learned: Learned | None, comparison: Comparison | None
) -> dict[str, pd.DataFrame]:
    more = {} if learned is None else learned.tables()
    more |= {} if comparison is None else dict(comparison.tables())
    return (
        more
        | {
            "verdicts.csv": analysis.verdicts,
            "crossovers.csv": analysis.crossovers,
            "break_even.csv": analysis.break_even,
            "fits.csv": analysis.fits,
        }
        | _if_any(analysis)
    )


def _if_any(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Tables that some files have: causes, remedies, the ladder, errors of derived totals."""
    tables = {
        "derived_errors.csv": derived_errors(analysis.results.rounds),
        "causes.csv": analysis.causes,
        "remedies.csv": analysis.remedies,
        "ladder.csv": analysis.ladder,
    }
    return {name: table for name, table in tables.items() if len(table)}


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_sources(parser, files="result files of pytest bench, learning files among them")
    add_comparison(parser, priced="costs to the comparison of machines")
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder (default: report)")
    parser.add_argument("--dpi", type=dots, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
