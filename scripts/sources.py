"""The result files that a script is given, and what happens to bad ones among them."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from scripts.learning_file import by_kind
from scripts.result_file import ResultError
from scripts.table import Results, Skip
from scripts.text import counted


def add_sources(parser: argparse.ArgumentParser, *, files: str) -> None:
    """Adds the arguments: `files` (with this help) and `--skip-bad`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=files)
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave files out that cannot be read, a line on stderr for each;\n"
        "the status is 0 when a good one is left and 2 when none is",
    )


def take_learning(options: argparse.Namespace) -> list[Path]:
    """Takes the learning files out of `options.files`: they hold no seconds."""
    timing, learned = by_kind(options.files)
    if learned and not timing:
        message = "is a learning file; name a timing file too, or read it with learning_report.py"
        raise ResultError(learned[0], "", message)
    options.files = timing
    return learned


def skipper(options: argparse.Namespace) -> Skip | None:
    """What `load` does about a bad file: with `--skip-bad` it says so, otherwise it raises."""
    return _say if options.skip_bad else None


def _say(error: ResultError) -> None:
    print(f"skipped: {error}", file=sys.stderr)


def show_skipped(options: argparse.Namespace, results: Results, console: Console) -> None:
    """Prints how many of the files are not in the results, if any."""
    left_out = len(options.files) - len(results.files)
    if left_out:
        words = f"Warning: {left_out} of {counted(len(options.files), 'file')} left out"
        console.print(Text(words, style="bold red"))
