"""What step times say of the reason, in sentences."""

import re
from pathlib import Path
from typing import Any

import pytest

from scripts.tables.analysis import Analysis
from scripts.words.steps import against_words, step_words
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}


def test_step_times_are_read_as_overhead_only_where_they_hardly_grow(tmp_path: Path) -> None:
    def reading(**plan: Any) -> str:
        analysis = Analysis([Corpus(sides=("cpu",), **SMALL, **plan).write(tmp_path)])
        [words] = step_words(analysis.trusted)
        return words

    flat = reading(cpu_step_seconds=lambda _workload, _batch: 0.01)
    assert "64 times the samples take 1.0 times as long. Nearly all of a step is a fixed" in flat
    steep = reading(cpu_step_seconds=lambda _workload, batch: 1e-4 * batch)
    assert "little of it is a fixed cost" in steep


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (lambda _w, _d, size: 8 / size**0.5, "small batches pay a step's fixed cost for few"),
        (lambda _w, _d, size: 0.9 / size**0.5, "it gains as batches grow"),
        (lambda _w, _d, _size: 3.0, "Both grow alike with the batch"),
        (lambda _w, _d, size: size**0.5, "larger batches leave it further behind"),
        (lambda _w, _d, size: 0.8 * (size / 8) ** 0.1, "that of cpu: it loses as batches grow"),
    ],
)
def test_two_sides_step_times_say_why_one_loses_at_small_batches(
    ratio: Any, words: str, tmp_path: Path
) -> None:
    analysis = Analysis([Corpus(**(SMALL | {"ratio": ratio})).write(tmp_path)])
    said = against_words(analysis.trusted, side="vulkan", base="cpu")
    assert words in said
    assert re.search(
        r"A step of vulkan takes [\d.]+x that of cpu at batch size 8 \(.* against .*\) and ", said
    )
    assert against_words(analysis.trusted, side="cuda", base="cpu") == ""
