"""Machines or runs side by side, cell by cell; only the same work is compared.

python scripts/compare.py results/a.json results/b.json --price a=0.10 --price b=2.50
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.door import answered
from scripts.figures.style import DPI
from scripts.machines.same_work import unlike
from scripts.options import (
    add_base,
    add_comparison,
    add_sources,
    base_and_prices,
    dots,
    file_place,
    new_parser,
    place,
    show_skipped,
    skipper,
    take_learning,
)
from scripts.read.document import ResultError
from scripts.read.workers import Workers
from scripts.sections.machines.compared import compared
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison, grouped
from scripts.tables.learned import Learned
from scripts.write.drawing import write_sections
from scripts.write.folder import Folder, csv_bytes, write_whole
from scripts.write.markdown import markdown
from scripts.write.say import new_console
from scripts.write.terminal import show, show_written


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the comparison; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    return answered(lambda: _compare(options))


def _compare(options: argparse.Namespace) -> None:
    learned = take_learning(options)
    analysis = Analysis(
        options.files, skip=skipper(options), strict=options.strict, base=options.base
    )
    comparison = _comparison(analysis, options, learned)
    sections = list(compared(comparison))
    console, folder, inputs = new_console(), None, [*options.files, *learned]
    if options.csv:
        write_whole(options.csv, csv_bytes(comparison.cells), inputs=inputs)
    if options.out:
        folder = Folder(options.out, inputs=inputs)
        with Workers() as workers:
            write_sections(folder, sections, workers, dpi=options.dpi)
    show_skipped(options, console)
    if options.markdown:
        print(markdown(sections))
        return
    show(sections, console)
    if folder:
        show_written(folder, console)


def _comparison(analysis: Analysis, options: argparse.Namespace, learned: list[Path]) -> Comparison:
    results = analysis.results
    if len(results.files) < 2:
        alone = results.files["file"].iloc[0]
        raise ResultError(alone, "", "is alone; name two result files or more")
    base, prices = base_and_prices(options, results.files)
    differences = list(unlike(analysis.rounds, base=base))
    if differences and not options.allow:
        raise differences[0].error()
    found = Comparison(
        analysis,
        analysis.rounds,
        base=base,
        prices=prices,
        learned=Learned.known(
            learned, analysis.rounds, strict=options.strict, skip=skipper(options)
        ),
    )
    if not options.group_runs:
        return found
    machines = grouped(found)
    if machines.alone:
        words = (
            f"all files are runs of {machines.base}; name another machine's too, or leave it out"
        )
        raise ResultError("", "--group-runs", words)
    return machines


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    add_sources(
        parser,
        files="result files, two or more; the first is the base. With --price, learning files\n"
        "among them add what it costs to reach the target",
    )
    add_base(parser)
    add_comparison(parser, priced="the cost of the same work")
    parser.add_argument(
        "--markdown", action="store_true", help="print it in Markdown, for a pull request"
    )
    parser.add_argument(
        "--allow", action="store_true", help="compare unlike work as well, and mark it"
    )
    parser.add_argument(
        "--csv",
        type=partial(file_place, suffix=".csv"),
        metavar="FILE",
        help="write every cell to a CSV file",
    )
    parser.add_argument(
        "--out",
        type=place,
        metavar="FOLDER",
        help="write every table and figure into a folder;\nreport.py has them on its page",
    )
    parser.add_argument("--dpi", type=dots, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
