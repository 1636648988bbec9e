"""Which loop a run timed, in words; runs of different loops are not the same work."""

import json
from dataclasses import asdict
from pathlib import Path

import msgspec
import pytest

from bench.loop import COURSE, LEAN, LOOPS, Loop
from scripts import compare
from scripts.read import columns as loop
from scripts.read.columns import loop_words
from scripts.read.records.result import Loop as Timed
from tests.corpus import Corpus


@pytest.mark.parametrize(
    ("timed", "words"),
    [
        (LEAN, "lean"),
        (COURSE, "course"),
        (LOOPS["decoding"], "decoding"),
        (Loop(loader="dataloader", gather="list"), "loader dataloader, gather list"),
    ],
)
def test_a_loop_is_named_or_said_by_what_differs_from_the_lean_one(timed: Loop, words: str) -> None:
    assert loop_words(msgspec.convert(asdict(timed), Timed)) == words


def test_a_run_of_before_there_was_a_choice_is_lean() -> None:
    assert loop_words(Timed()) == "lean"


def test_both_halves_mean_the_same_by_lean_and_course() -> None:
    for mine, other in ((loop.LEAN, LEAN), (loop.COURSE, COURSE)):
        assert msgspec.structs.asdict(mine) | {"deterministic": other.deterministic} == asdict(
            other
        )


def test_runs_of_different_loops_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lean = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    course = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    course["crossover"]["run"]["loop"] = asdict(COURSE)
    paths = []
    for name, content in (("lean", lean), ("course", course)):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(content))
    assert compare.main([str(path) for path in paths]) == 2
    assert "crossover.run.loop: is course here and lean in" in capsys.readouterr().err
