"""Which batch size, optimiser, learning rate, epochs and side reach a target first?

python scripts/advise.py results/*.json --workload lstm --target 0.93 --batch-size 128 --epochs 3
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.door import answered
from scripts.judge.doubt import doubts, trusted
from scripts.options import add_files, expanded, new_parser, whole_number
from scripts.read.text import safe_text
from scripts.target.contest import contests, optimizer_contests
from scripts.target.question import Question, known
from scripts.target.time import times_of, times_to_target
from scripts.words.target.advice import (
    optimizer_lines,
    other_target,
    reached_line,
    side_lines,
    untimed_lines,
)
from scripts.words.target.typed_advice import epochs_lines, seconds_line, size_lines
from scripts.words.warnings import suspect_lines
from scripts.write.say import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints the advice; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    question = Question(
        workload=options.workload,
        target=options.target,
        machine=options.machine,
        optimizer=options.optimizer,
        batch_size=options.batch_size,
        epochs=options.epochs,
    )
    return answered(lambda: say(_lines(options.files, question)))


def _lines(files: Sequence[Path], question: Question) -> Iterator[str]:
    """The answer, a sentence per line."""
    rows = known(expanded(files), question)
    epochs, rounds = rows.epochs, rows.rounds
    if len(rounds):
        yield from suspect_lines(doubts(trusted(rounds)))
    yield reached_line(epochs)
    yield from other_target(epochs, rows.runs)
    times = times_to_target(epochs, rounds)
    if len(times):
        yield from side_lines(epochs, times, contests(times, rounds))
        yield from optimizer_lines(optimizer_contests(times, rounds))
    else:
        yield from untimed_lines(epochs, rows.untimed)
    size, wanted = question.batch_size, question.epochs
    if size is not None:
        yield from size_lines(size, wanted, epochs=epochs, runs=rows.runs)
        trained = min(size, int(epochs["samples"].iloc[0]))
        if len(times) and wanted is not None and (epochs["batch_size"] == trained).any():
            yield from seconds_line(times_of(trained, wanted, epochs=epochs, rounds=rounds))
    elif wanted is not None:
        yield from epochs_lines(wanted, epochs=epochs, times=times)


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    add_files(parser, "timing and learning files")
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
    return whole_number(text, 1, 10**10)


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{safe_text(text, longest=40)} is no number above 0")
    return value


if __name__ == "__main__":
    sys.exit(main())
