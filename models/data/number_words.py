"""English number words and their digits: "forty-two thousand and seven" -> 42007."""

import random

import torch

from models.workload import Dataset, Split

TRAIN, HELD_OUT = 8_000, 1_000
PADDING, START, END = "<padding>", "<start>", "<end>"
WORDS = (
    *(PADDING, "and", "hundred", "thousand"),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
)
SYMBOLS = (PADDING, START, END, *"0123456789")
SOURCE_LENGTH = 11  # nine hundred and ninety nine thousand nine hundred and ninety nine
LENGTH = 7  # six digits and the end


def prepare() -> Dataset:
    """Write 9,000 different numbers below a million in words; 8,000 train, 1,000 are held out.

    Inputs are int64: the words (N, 11) as places in WORDS, padded behind their end, and <start>
    with the digits (N, 7); targets are the digits and <end> (N, 7), as places in SYMBOLS.
    """
    from num2words import num2words  # noqa: PLC0415  training never needs it

    draw = random.Random(0)  # noqa: S311  a fixed set, no secret
    chosen: dict[int, None] = {}
    while len(chosen) < TRAIN + HELD_OUT:
        digits = draw.randint(3, 6)
        chosen[draw.randrange(10 ** (digits - 1), 10**digits)] = None
    numbers = list(chosen)
    words = [num2words(number).replace("-", " ").replace(",", "").split() for number in numbers]
    symbols = [[*str(number), END] for number in numbers]
    source = _places(words, WORDS, SOURCE_LENGTH)
    targets = _places(symbols, SYMBOLS, LENGTH)
    written = _places([[START, *row[:-1]] for row in symbols], SYMBOLS, LENGTH)
    return Dataset(
        name="number-words",
        train=Split((source[:TRAIN], written[:TRAIN]), targets[:TRAIN]),
        held_out=Split((source[TRAIN:], written[TRAIN:]), targets[TRAIN:]),
        description="9,000 numbers below a million, in English words and in digits",
        source="generated with num2words (LGPL-2.1)",
    )


def _places(rows: list[list[str]], vocabulary: tuple[str, ...], length: int) -> torch.Tensor:
    place = {entry: number for number, entry in enumerate(vocabulary)}
    padded = [[*row, *[PADDING] * (length - len(row))] for row in rows]
    return torch.tensor([[place[entry] for entry in row] for row in padded])
