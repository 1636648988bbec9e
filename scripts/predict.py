"""What could a GPU do for the networks of a file that was measured without one? A bound.

python scripts/predict.py results/mine.json --card t4,rtx4090,h100

Beside the bound stands an estimate where one of the files was measured on a GPU (with --diagnose):
it is learned from that, and held against it with each network left out in turn.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd

from scripts.bound.cards import Card, card_named, cards
from scripts.bound.estimate import estimates, left_out, measured_pairs, spread
from scripts.bound.floor import CELL, bounds
from scripts.door import answered
from scripts.judge.doubt import doubts, trusted
from scripts.options import add_files, new_parser, take_learning
from scripts.read.document import ResultError
from scripts.read.table import load_results
from scripts.read.text import safe_text
from scripts.words.host.bound import WHAT_IT_IS, unseen_words
from scripts.words.host.prediction import coverage_words, prediction_lines
from scripts.words.warnings import suspect_lines
from scripts.write.say import say

KIND = "cuda"
NOT_LOOKED = (
    "has not looked at what the host does for a step; measure it again, --diagnose adds it to any "
    "run"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the files and prints what is known of the cards; 2 and one line when it cannot."""
    options = _parser().parse_args(arguments)
    return answered(lambda: say(_lines(options, options.card)))


def _lines(options: argparse.Namespace, asked: Sequence[Card]) -> Iterator[str]:
    """The bound by workload and batch size, then the estimates or why there are none."""
    take_learning(options)
    results = load_results(options.files)
    rounds, dispatch = trusted(results.rounds), results.dispatch
    yield from suspect_lines(doubts(rounds))
    rounds = rounds[rounds["doubt"] == ""]
    for file in results.files.to_dict("records"):
        if file["file"] not in set(dispatch["file"]):
            words = unseen_words(file["unseen"], NOT_LOOKED)
            if dispatch.empty:
                raise ResultError(file["file"], "crossover.dispatch", words)
            yield f"{file['machine']}: {words}"
    pairs = measured_pairs(rounds, dispatch, results.diagnosis)
    pairs = pairs[pairs["kind"] == KIND]
    held = left_out(pairs)
    known = None if held.empty else spread(pairs)  # an estimate that nothing holds is none
    found = bounds(rounds, dispatch, asked)
    if found.empty:
        words = "has no CPU seconds to compare with that are not suspect; measure a cpu side again"
        raise ResultError(results.files["file"].iloc[0], "crossover.measurements", words)
    found = pd.concat([found[found["card"] == card.key] for card in asked])
    if known is not None:
        guesses = [estimates(rounds, dispatch, card, known).assign(card=card.key) for card in asked]
        found = found.merge(pd.concat(guesses), on=[*CELL, "card"])
    yield from prediction_lines(found)
    yield WHAT_IT_IS
    yield coverage_words(held, known)


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    add_files(parser, "result files")
    parser.add_argument(
        "--card", required=True, type=_cards, help=f"one or more of: {', '.join(cards())}"
    )
    return parser


def _cards(text: str) -> list[Card]:
    found = []
    for name in text.split(","):
        if (card := card_named(name)) is None:
            known = ", ".join(cards())
            raise argparse.ArgumentTypeError(f"{safe_text(name)!r} is none of: {known}")
        found.append(card)
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    sys.exit(main())
