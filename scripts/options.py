"""Options that several doors have: result files, bad ones among them, the base and prices."""

import argparse
import math
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.text import Text

from scripts.read.document import ResultError, Skip
from scripts.read.learning_file import by_kind
from scripts.read.text import counted, safe_text
from scripts.write.help import Help


def new_parser(description: str | None, *, abbreviated: bool = True) -> argparse.ArgumentParser:
    """A parser that keeps the lines of a door's own text, whose options may be `abbreviated`."""
    return argparse.ArgumentParser(
        description=description, formatter_class=Help, allow_abbrev=abbreviated
    )


def add_files(parser: argparse.ArgumentParser, files: str) -> None:
    """Adds the argument `files`, with this help; `expanded` says what it stands for."""
    parser.add_argument(
        "files",
        nargs="+",
        type=place,
        metavar="FILE",
        help=f"{files};\na folder stands for the .json files in it",
    )


def add_sources(parser: argparse.ArgumentParser, *, files: str) -> None:
    """Adds the arguments: `files` (with this help) and `--skip-bad`."""
    add_files(parser, files)
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave files out that cannot be read, a line on stderr for each;\n"
        "the status is 0 when a good one is left and 2 when none is",
    )


def expanded(names: Iterable[str | Path]) -> list[Path]:
    """The files: a folder stands for the .json files in it, a pattern for the files it matches.

    Raises ResultError for a folder or a pattern that stands for none.
    """
    files = []
    for path in map(Path, names):
        try:
            files += _meant(path)
        except (OSError, ValueError) as error:  # longer than any name, `**` within a name
            reason = getattr(error, "strerror", None) or error
            raise ResultError(path, "", f"cannot be read: {reason}; name a result file") from None
    return files


def _meant(path: Path) -> list[Path]:
    """The files that one name stands for. What is hidden (as macOS's `._box.json`) was not meant,
    nor is a folder or a pipe, whatever its name.
    """
    if path.is_dir():
        found, nothing = path.glob("*.json"), "holds no .json file; name a folder with result files"
    elif any(letter in str(path) for letter in "*?[") and not path.exists():
        found = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        nothing = "matches no file; name a result file"
    else:
        return [path]
    hidden = path.name.startswith(".")
    files = sorted(one for one in found if one.is_file() and (hidden or one.name[0] != "."))
    if not files:
        raise ResultError(path, "", nothing)
    return files


def take_learning(options: argparse.Namespace, *, alone: bool = False) -> list[Path]:
    """Takes the learning files out of `options.files`: they hold no seconds.

    Folders and patterns among them are replaced by their files. Learning files only are an error
    unless they may be `alone`, and so are imported tables: those become `options.imported`.
    """
    files = expanded(options.files)
    timing, learned, options.imported = by_kind(files, imported=alone)
    options.given, options.left_out = len(files), 0
    if learned and not timing and not alone:
        message = "is a learning file; name a timing file too, or read it with report.py"
        raise ResultError(learned[0], "", message)
    options.files = timing
    return learned


def skipper(options: argparse.Namespace) -> Skip | None:
    """What is done about a bad file: with `--skip-bad` it is said and counted, else raised."""
    return partial(_skipped, options) if options.skip_bad else None


def _skipped(options: argparse.Namespace, error: ResultError) -> None:
    options.left_out += 1
    print("skipped:", error, file=sys.stderr)


def show_skipped(options: argparse.Namespace, console: Console) -> None:
    """Prints how many of the files were left out, if any."""
    if options.left_out:
        words = f"Warning: {options.left_out} of {counted(options.given, 'file')} left out"
        console.print(Text(words, style="bold red"))


def add_base(parser: argparse.ArgumentParser) -> None:
    """Adds the side that every file's sides are compared with."""
    parser.add_argument(
        "--base",
        metavar="SIDE",
        help="the side that others are compared with, as cpu+threads=1 (default: the run's own)",
    )


def place(text: str) -> Path:
    """Where a file or a folder is: an argument of argparse."""
    if text in ("", "-"):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a file or a folder")
    with suppress(RuntimeError):  # ~nobody
        return Path(text).expanduser()
    return Path(text)


def file_place(text: str, *, suffix: str) -> Path:
    """Where a file of this kind is: an argument of argparse."""
    path, name = place(text), safe_text(text, longest=40)
    if text.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{name!r} is a folder's name; name a file in it")
    if path.suffix.lower() != suffix:
        raise argparse.ArgumentTypeError(f"{name!r} does not end in {suffix}")
    return path


def dots(text: str) -> int:
    """The dots an inch of a figure: an argument of argparse."""
    return whole_number(text, 30, 1200)


def whole_number(text: str, least: int, most: int) -> int:
    """A number between two ends, in digits: for an argument of argparse."""
    value = int(text[:12]) if text.isascii() and text.isdigit() else -1
    if not least <= value <= most or len(text) > 12:
        words = f"{safe_text(text, longest=40)} is no whole number from {least} to {most}"
        raise argparse.ArgumentTypeError(words)
    return value


def add_comparison(parser: argparse.ArgumentParser, *, priced: str) -> None:
    """Adds what machines are compared with; a price adds what `priced` says."""
    parser.add_argument(
        "--base-machine",
        metavar="NAME",
        help="the machine (or file) that the others are compared with (default: the first)",
    )
    parser.add_argument(
        "--price",
        metavar="NAME=USD",
        type=_price,
        action="append",
        default=[],
        help=f"what an hour of a machine costs: adds {priced}",
    )
    parser.add_argument(
        "--group-runs",
        action="store_true",
        help="files of the same hardware and software are runs of one machine: what differs from\n"
        "run to run is then part of every interval between machines",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="verdicts of which any is wrong with a chance of at most 5 %% (Holm's adjustment);\n"
        "else at most 5 %% of them are expected to be wrong (Benjamini and Hochberg's)",
    )


def _price(text: str) -> tuple[str, float]:
    """`box=1.50` or `box=1.50USD/h` as a name and a number."""
    name, equals, number = text.rpartition("=")
    digits = number.strip().removesuffix("/h").strip().removesuffix("USD").strip()
    try:
        dollars = float(digits) if digits.isascii() and "_" not in digits else math.nan
    except ValueError:
        dollars = math.nan
    if not equals or not name or not 0 < dollars < 1e9:
        message = f"{safe_text(text)!r} is not NAME=USD per hour, as box=1.5"
        raise argparse.ArgumentTypeError(message)
    return name, dollars


def base_and_prices(
    options: argparse.Namespace, files: pd.DataFrame
) -> tuple[str, dict[str, float]]:
    """The machine of `--base-machine`, by its name or its file's, and the prices.

    `files` are those of `table.load_results`; raises ResultError for a name that is none of theirs.
    """
    machines, name = list(files["machine"]), options.base_machine
    no_machine = f"is no machine here; name one of: {', '.join(machines)}"
    for priced, _dollars in options.price:
        if priced not in machines:
            raise ResultError("", "--price", f"{priced!r} {no_machine}")
    prices = dict(options.price)
    if name is None:
        return str(machines[0]), prices
    for names in (machines, files["file"], files["file"].map(lambda file: Path(file).stem)):
        found = [machine for own, machine in zip(names, machines, strict=True) if own == name]
        if len(found) == 1:
            return str(found[0]), prices
    raise ResultError("", "--base-machine", f"{name!r} {no_machine}")
