"""Which batch size, optimiser, learning rate, epochs and device reach a target soonest?

python scripts/advise.py results/*.json --workload lstm --target 0.93 --batch-size 128 --epochs 3
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.read.document import ResultError
from scripts.target.question import Question
from scripts.words.advice import advice


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the advice; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    question = Question(
        workload=options.workload,
        target=options.target,
        machine=options.machine,
        optimizer=options.optimizer,
        batch_size=options.batch_size,
        epochs=options.epochs,
    )
    try:
        lines = advice(options.files, question)
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="timing and learning files")
    parser.add_argument("--workload", required=True, help="the network, e.g. lstm")
    parser.add_argument(
        "--target", type=_score, help="held-out score, e.g. 0.93 (default: learned)"
    )
    parser.add_argument("--machine", help="a machine by its name (default: every one given)")
    parser.add_argument("--optimizer", help="only this optimiser (default: all that were learned)")
    parser.add_argument("--batch-size", type=_count, help="what you would have typed")
    parser.add_argument("--epochs", type=_count, help="what you would have typed")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**10):
        raise argparse.ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return value


if __name__ == "__main__":
    sys.exit(main())
