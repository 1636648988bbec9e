"""Any change to a valid file loads to what it says or is refused with a message; nothing else.

What a file says is `tests/meaning.py`: a plain reading of its description, written apart from the
loader. So a number that was changed is found in the table as changed, or the file is refused.
CROSSOVER_FUZZ_EXAMPLES=100000 tries so many files a test and tells what became of them.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.read import table
from scripts.read.columns import columns_of
from scripts.read.document import ResultError, read
from scripts.read.learning import load_files
from scripts.read.timing import TIMING
from tests.causes.study_rows import with_studies
from tests.corpus import Corpus
from tests.fuzzing import (
    BYTES,
    FILES,
    LONG,
    changed,
    changes_of,
    cuts_of,
    examples_of,
    fuzzed,
    more_changes,
    more_cuts,
    places,
    written,
)
from tests.learn_corpus import LearnCorpus
from tests.learn_meaning import assert_says_learned
from tests.meaning import assert_says, contradictions, rows

EXAMPLES = examples_of(400)

PLAN = Corpus(
    machine="Gr\u00f6\u00dfe",
    batch_sizes=(8,),
    epochs=(1, 2),
    blocks=2,
    samples=64,
    events=True,
    absent={("mlp", 8, 2, "vulkan"): ("oom", "too large")},
    suspect={("mlp", 8, 1, "cpu"): ["block 1: throttled", "loss mismatch: block 0"]},
    block_suspect={("mlp", 0): ["host loaded"]},
    run={"looks": [2, 5]},
)
TINY = Corpus(batch_sizes=(8,), epochs=(1,), blocks=1, samples=64)
THREADS = Corpus(
    batch_sizes=(8,),
    epochs=(1,),
    blocks=1,
    samples=64,
    sides=("cpu+threads=1", "cpu+threads=2", "vulkan"),
)
LEARNING = LearnCorpus(
    batch_sizes=(16,),
    optimizers=("sgd",),
    rates=(0.01, 0.1),
    tuning_seeds=(100,),
    figure_seeds=(0,),
)
MADE: dict[str, dict[str, Any]] = {
    "timing": {
        "epochs": PLAN.result(),
        "threads": THREADS.result(),
        "studies": with_studies(TINY),
    },
    "learning": {"curves": LEARNING.result()},
}
TEXT = {
    kind: {
        name: json.dumps(document, ensure_ascii=False).encode() for name, document in own.items()
    }
    for kind, own in MADE.items()
}
CHANGES = {
    kind: {name: changes_of(json.loads(text)) for name, text in own.items()}
    for kind, own in TEXT.items()
}
PLACES = {
    kind: {name: list(places(json.loads(text)))[1:] for name, text in own.items()}
    for kind, own in TEXT.items()
}
ADVICE = (
    "measure again", "learn again", "leave it out", "leave this file out", "--resume",
    "update Crossover", "save it as UTF-8", "copy the file again",
    "name the result file", "unpack it", "download the file itself", "fetch that",
)  # fmt: skip
SEEDS = st.integers(0, 2**32)


class Tally:
    """What became of the files of one test."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fuzzed.json"
        self.ends: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.started = time.monotonic()

    def __str__(self) -> str:
        total, seconds = sum(self.ends.values()), time.monotonic() - self.started
        shares = ", ".join(f"{end} {count / total:.1%}" for end, count in self.ends.most_common())
        kinds = "; ".join(f"{words} {count}" for words, count in self.refusals.most_common(12))
        return f"{total} files in {seconds:.0f} s: {shares}\n  refused most often: {kinds}"


@pytest.fixture
def tally(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Iterator[Tally]:
    counts = Tally(tmp_path)
    yield counts
    if LONG in os.environ and counts.ends:
        with capsys.disabled():
            print(f"\n{request.node.name}: {counts}")


def load_or_refuse(kind: str, content: bytes, tally: Tally) -> bool:
    """What is promised: exactly what the file says, or one printable line that says what to do."""
    tally.path.write_bytes(content)
    try:
        loaded = loads[kind](tally)
    except ResultError as error:
        message = str(error)
        assert message.isprintable()
        assert message.startswith(str(tally.path))
        assert any(words in message for words in ADVICE), message
        tally.ends["refused"] += 1
        tally.refusals[error.message.rpartition(";")[0][-28:]] += 1
        return False
    loaded(json.loads(content.decode("utf-8-sig")))
    tally.ends["loaded"] += 1
    return True


def timing(tally: Tally) -> Any:
    """Looked at are the columns that the frame is made of, and of some files the frame itself."""
    columns = columns_of(tally.path, read(tally.path, TIMING))

    def says(document: Any) -> None:
        expected = rows(document)
        assert list(contradictions(document)) == []
        assert_says(columns, expected)
        if tally.ends["loaded"] % 16 == 0:
            assert_says(lists(table.load([tally.path])), expected)

    return says


def learning(tally: Tally) -> Any:
    files = load_files([tally.path])
    return lambda document: assert_says_learned(files, document)


loads = {"timing": timing, "learning": learning}


def lists(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): values.tolist() for name, values in frame.items()}


@pytest.mark.parametrize("kind", TEXT)
@fuzzed(EXAMPLES)
@given(data=st.data(), seed=SEEDS)
def test_any_changed_value_loads_as_changed_or_is_refused(
    kind: str, data: st.DataObject, seed: int, tally: Tally
) -> None:
    name = data.draw(st.sampled_from(list(TEXT[kind])))
    first = data.draw(CHANGES[kind][name])
    for own in [first, *more_changes(PLACES[kind][name], seed, FILES - 1)]:
        load_or_refuse(kind, written(changed(TEXT[kind][name], own)), tally)


@pytest.mark.parametrize("kind", TEXT)
@fuzzed(EXAMPLES)
@given(data=st.data(), seed=SEEDS)
def test_any_changed_bytes_load_as_changed_or_are_refused(
    kind: str, data: st.DataObject, seed: int, tally: Tally
) -> None:
    text = TEXT[kind][data.draw(st.sampled_from(list(TEXT[kind])))]
    for how, where in [data.draw(cuts_of(text)), *more_cuts(len(text), seed, FILES - 1)]:
        load_or_refuse(kind, BYTES[how](text, where), tally)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in TEXT for name in TEXT[kind]])
def test_the_unchanged_files_load_to_what_they_say(kind: str, name: str, tally: Tally) -> None:
    assert load_or_refuse(kind, TEXT[kind][name], tally)


@settings(fuzzed(EXAMPLES), max_examples=max(20, EXAMPLES // 500))
@given(data=st.data())
def test_the_same_values_in_other_words_load_to_the_same_rows(
    data: st.DataObject, tally: Tally
) -> None:
    document = json.loads(TEXT["timing"][data.draw(st.sampled_from(["epochs", "threads"]))])
    tally.path.write_bytes(written(document))
    plain = table.load([tally.path])
    reordered = _reordered(document, data.draw(st.randoms(use_true_random=False)))
    content = json.dumps(
        reordered,
        indent=data.draw(st.sampled_from([None, 0, 3, "\t"])),
        ensure_ascii=data.draw(st.booleans()),
    )
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig"]))
    tally.path.write_bytes(f" \r\n{content}\n".encode(encoding))
    pd.testing.assert_frame_equal(plain, table.load([tally.path]))


def _reordered(value: Any, chance: Any) -> Any:
    """The same document, its objects' members in another order and some unknown ones added."""
    if isinstance(value, list):
        return [_reordered(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    chance.shuffle(names)
    shuffled = {name: _reordered(value[name], chance) for name in names}
    closed = {"workload", "reason"} & value.keys() or "mlp" in value  # axes: nothing may be added
    return shuffled if closed else shuffled | {"unknown to us": [None, -1.5, {"mean": "-1"}]}
