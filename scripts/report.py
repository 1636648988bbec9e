"""Where is the GPU slower than the CPU? A summary on the terminal, figures and tables in a folder.

python scripts/report.py results/*.json --out report/
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd
from rich.console import Console
from rich.text import Text

from scripts.analysis import Analysis
from scripts.figures import DPI, FORMATS, encoded
from scripts.figures_report import figures
from scripts.learning_report import write_learning
from scripts.output import Folder
from scripts.page import page
from scripts.page_pictures import Pictures
from scripts.result_file import ResultError
from scripts.sources import add_sources, show_skipped, skipper, take_learning
from scripts.summary import show
from scripts.text import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files, prints the summary, writes the folder; 2 and one line when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        learned = take_learning(options)
        analysis = Analysis(options.files, skip=skipper(options))
        tables = _tables(analysis)
        folder = Folder(options.out)
        for name, table in tables.items():
            folder.write_table(name, table)
        show_skipped(options, analysis.results, _console())
        show(analysis, _console())
        with _console().status("drawing the figures"):
            pictures = Pictures()
            for name, figure in figures(analysis):
                for kind in FORMATS:
                    folder.write(f"{name}.{kind}", encoded(figure, kind, dpi=options.dpi))
                pictures.add(name, figure)
            folder.write("report.html", page(analysis, pictures).encode())
            rounds, dpi = analysis.rounds, options.dpi
            answers = write_learning(folder, learned, rounds, dpi=dpi) if learned else []
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    for line in answers:
        _console().print(Text(line), soft_wrap=True)
    _console().print(
        Text(f"\n{counted(len(folder.written), 'file')} written to {folder.path}"), soft_wrap=True
    )
    return 0


def _tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    return {
        "verdicts.csv": analysis.verdicts,
        "crossovers.csv": analysis.crossovers,
        "break_even.csv": analysis.break_even,
    } | _studies(analysis)


def _studies(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Causes, remedies and the loop's ladder, where a file has any."""
    tables = {
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
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder (default: report)")
    parser.add_argument("--dpi", type=_dpi, default=DPI, help=f"of PNG figures (default: {DPI})")
    return parser


def _dpi(text: str) -> int:
    value = int(text)
    if not 30 <= value <= 1200:
        raise argparse.ArgumentTypeError(f"{value} is not between 30 and 1200")
    return value


if __name__ == "__main__":
    sys.exit(main())
