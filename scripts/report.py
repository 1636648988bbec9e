"""Where is a side slower than its base? A summary on the terminal, figures and tables in a folder.

python scripts/report.py results/*.json --out report/
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

import pandas as pd

from scripts.door import answered
from scripts.figures.crossover import SLIDE_DPI
from scripts.figures.style import DPI
from scripts.options import (
    add_base,
    add_comparison,
    add_sources,
    base_and_prices,
    dots,
    new_parser,
    place,
    show_skipped,
    skipper,
    take_learning,
)
from scripts.read.document import ResultError
from scripts.read.workers import Workers
from scripts.sections.answer import slide
from scripts.sections.contents import contents
from scripts.sections.inputs import Report, detailed
from scripts.sections.section import Picture, Section
from scripts.sections.untimed import Untimed, untimed
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison, of_same_work
from scripts.tables.learned import Learned
from scripts.tables.many import analysed
from scripts.tables.published import Imported
from scripts.write.drawing import write_sections
from scripts.write.folder import Folder
from scripts.write.markdown import markdown
from scripts.write.page import page
from scripts.write.say import new_console
from scripts.write.terminal import show, show_written


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files, prints the summary, writes the folder; 2 and one line when it cannot."""
    options = _parser().parse_args(arguments)
    return answered(lambda: _report(options))


def _report(options: argparse.Namespace) -> None:
    learning_files = take_learning(options, alone=True)
    imported = _imported(options)
    inputs = [*options.files, *learning_files, *options.imported]
    console = new_console()
    with Workers() as workers:
        about: Report | Untimed
        if options.files:
            about = _read(options, learning_files, imported, workers)
            sections = contents(about)
        else:
            about, sections = _untimed(options, learning_files, imported)
        show_skipped(options, console)
        if options.markdown:
            print(markdown(sections))
        elif options.brief:
            show(sections, console)
        elif options.slide:
            _write_slide(_slide(about), Folder(options.out, inputs=inputs), workers)
        else:
            _write(about, sections, Folder(options.out, inputs=inputs), workers, dpi=options.dpi)


def _read(
    options: argparse.Namespace,
    learning_files: list[Path],
    imported: Imported | None,
    workers: Workers,
) -> Report:
    analysis = analysed(
        options.files, workers, skip=skipper(options), strict=options.strict, base=options.base
    )
    learned = _learned(options, learning_files, analysis.rounds)
    return Report(analysis, learned, _comparison(analysis, options, learned), imported)


def _learned(
    options: argparse.Namespace, files: list[Path], rounds: pd.DataFrame
) -> Learned | None:
    return Learned.known(files, rounds, strict=options.strict, skip=skipper(options))


def _untimed(
    options: argparse.Namespace, learning_files: list[Path], imported: Imported | None
) -> tuple[Untimed, list[Section]]:
    for name in ("base", "base_machine", "price", "group_runs"):
        if getattr(options, name):
            flag = f"--{name.replace('_', '-')}"
            raise ResultError("", flag, "is about timing files, and none is given; name one too")
    learned = _learned(options, learning_files, pd.DataFrame())
    if learned is None and imported is None:
        raise ResultError("", "", "no file is left; name a good result file")
    return untimed(learned, imported)


def _write(
    about: Report | Untimed, sections: list[Section], folder: Folder, workers: Workers, *, dpi: int
) -> None:
    console = new_console()
    show(sections, console)
    with console.status("drawing the figures"):
        small = write_sections(folder, sections, workers, dpi=dpi)
        folder.write("report.html", page(about, sections, small).encode())
    show_written(folder, console, opened="report.html")


def _slide(about: Report | Untimed) -> Picture:
    picture = slide(about) if isinstance(about, Report) else None
    if picture is None:
        raise ResultError("", "--slide", "has nothing to show; name a timing file of two sides")
    return picture


def _write_slide(picture: Picture, folder: Folder, workers: Workers) -> None:
    write_sections(folder, [Section("slide", pictures=[picture])], workers, dpi=SLIDE_DPI)
    show_written(folder, new_console(), opened="slide.png")


def _imported(options: argparse.Namespace) -> Imported | None:
    own = Imported.read(options.imported, skip=skipper(options))
    return own if own.files else None


def _comparison(
    analysis: Analysis, options: argparse.Namespace, learned: Learned | None
) -> Comparison | None:
    """The machines side by side, of many only when that is asked; None where one is alone."""
    files = analysis.results.files
    base, prices = base_and_prices(options, files)
    alone = len(files) < 2 or (analysis.many and options.base_machine is None)
    if alone and not prices:
        return None
    if base not in set(analysis.work.loc[analysis.work["file"].isin(analysis.whole), "machine"]):
        words = f"{base!r} is not among the first {len(analysis.whole)} files, which are compared"
        raise ResultError("", "--base-machine", f"{words}; name its file first")
    return of_same_work(
        analysis,
        detailed(analysis),
        base=base,
        prices=prices,
        learned=learned,
        group_runs=options.group_runs,
    )


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    add_sources(
        parser, files="result files of pytest bench, learning files and imported tables among them"
    )
    add_base(parser)
    add_comparison(parser, priced="costs to the comparison of machines")
    parser.add_argument(
        "--out", type=place, default=Path("report"), help="folder (default: report)"
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--brief", action="store_true", help="print the answer, write nothing")
    ways.add_argument(
        "--markdown", action="store_true", help="the same in Markdown, for a pull request"
    )
    ways.add_argument(
        "--slide", action="store_true", help="write only the curve with its sentence, 16 to 9"
    )
    parser.add_argument("--dpi", type=dots, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
