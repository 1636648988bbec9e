"""Machines or runs side by side, cell by cell; only the same work is compared.

python scripts/compare.py results/a.json results/b.json --base a --price a=0.10 --price b=2.50
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from rich.console import Console
from rich.text import Text

from scripts.figures.style import DPI
from scripts.machines.same_work import unlike
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
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from scripts.write import comparison as compare_text
from scripts.write import findings as compare_findings
from scripts.write.drawing import write_drawn
from scripts.write.folder import Folder, csv_bytes, write_whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the comparison; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        learned = take_learning(options)
        analysis = Analysis(options.files, skip=skipper(options))
        comparison = _comparison(analysis, options, learned)
        if options.csv:
            write_whole(options.csv, csv_bytes(comparison.cells), inputs=options.files)
        folder = Folder(options.out) if options.out else None
        if folder:
            with Workers() as workers:
                write_comparison(folder, comparison, workers, dpi=options.dpi)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    show_skipped(options, analysis.results, console)
    show(comparison, console)
    if folder:
        written = f"{counted(len(folder.written), 'file')} written to {folder.path}"
        console.print(Text(f"\n{written}"), soft_wrap=True)
    return 0


def show(comparison: Comparison, console: Console) -> None:
    """Prints everything, what has to be known first on top."""
    compare_text.show_unlike(comparison.cells, console)
    compare_text.show_machines(comparison.files, base=comparison.base, console=console)
    compare_findings.show_upgrades(comparison.upgrades, console)
    compare_text.show_means(comparison.means, console)
    if len(comparison.machines) > 2:
        compare_text.show_ranking(comparison.ranks, console)
    compare_findings.show_moves(comparison.moves, console)
    compare_findings.show_costs(comparison.costs, console)
    compare_text.show_fastest(comparison.fastest, console)
    compare_text.show_cells(comparison.cells, console)


def write_comparison(folder: Folder, comparison: Comparison, workers: Workers, *, dpi: int) -> None:
    """Writes every table and every figure of the comparison."""
    for name, table in comparison.tables():
        folder.write_table(name, table)
    write_drawn(folder, compare_figures(comparison), workers, dpi=dpi)


def _comparison(analysis: Analysis, options: argparse.Namespace, learned: list[Path]) -> Comparison:
    results = analysis.results
    if len(results.files) < 2:
        alone = results.files["file"].iloc[0]
        raise ResultError(alone, "", "is alone; name two result files or more")
    base, prices = base_and_prices(options, results.files)
    differences = list(unlike(results.rounds, base=base))
    if differences and not options.allow:
        raise differences[0].error()
    return Comparison(
        analysis,
        results.rounds,
        base=base,
        prices=prices,
        learned=Learned.read(learned, analysis.rounds) if learned else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_sources(
        parser,
        files="result files, two or more; the first is the base. With --price, learning files\n"
        "among them add what it costs to reach the target",
    )
    add_comparison(parser, priced="the cost of the same work")
    parser.add_argument(
        "--allow", action="store_true", help="compare unlike work as well, and mark it"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every cell to a CSV file")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write every table and figure into a folder;\nreport.py has them on its page",
    )
    parser.add_argument("--dpi", type=dots, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
