from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.judge.crossover import crossing, crossovers
from scripts.judge.rule import CLOSE, FASTER, NOT_MEASURED, SLOWER, SUSPECT, UNDECIDED
from scripts.judge.verdicts import verdicts
from scripts.read.table import load
from tests.corpus import Corpus
from tests.frames import frame, pair

LETTERS = {
    "S": SLOWER,
    "F": FASTER,
    "c": CLOSE,
    "u": UNDECIDED,
    "n": NOT_MEASURED,
    "x": SUSPECT,
}
SIZES = [8, 32, 128, 512, 2048]


def read(letters: str) -> tuple[str, int | None, int | None, tuple[int, ...]]:
    found = crossing(SIZES[: len(letters)], [LETTERS[letter] for letter in letters])
    return found.kind, found.lower, found.upper, found.rests_on


@pytest.mark.parametrize(
    ("letters", "kind", "lower", "upper", "rests_on"),
    [
        ("SSFFF", "interval", 32, 128, (32, 128)),
        ("SScuF", "interval", 32, 2048, (32, 2048)),
        ("uSnFx", "interval", 32, 512, (32, 512)),
        ("SSSSS", "never", 2048, None, (8, 32, 128, 512, 2048)),
        ("ucSuS", "never", 2048, None, (128, 2048)),
        ("FFFFF", "always", None, 8, (8, 32, 128, 512, 2048)),
        ("Fcccc", "always", None, 8, (8,)),
        ("SSSuc", "above the grid", 128, None, (8, 32, 128)),
        ("SSnnn", "above the grid", 32, None, (8, 32)),
        ("cuFFF", "below the grid", None, 128, (128, 512, 2048)),
        ("nFucc", "below the grid", None, 32, (32,)),
        ("FFuSS", "reverse", 32, 512, (32, 512)),
        ("SFSFF", "several", None, None, (8, 32, 128, 512)),
        ("FSuFF", "several", None, None, (8, 32, 512)),
        ("ccccn", "too close", None, None, (8, 32, 128, 512)),
        ("cccuc", "undecided", None, None, ()),
        ("uxuun", "undecided", None, None, ()),
        ("nnnnn", "not measured", None, None, ()),
        ("S", "never", 8, None, (8,)),
    ],
)
def test_a_curve_reads_as_its_verdicts_say(
    letters: str, kind: str, lower: int | None, upper: int | None, rests_on: tuple[int, ...]
) -> None:
    assert read(letters) == (kind, lower, upper, rests_on)


def test_several_crossings_are_listed_and_not_smoothed() -> None:
    found = crossing(SIZES, [SLOWER, FASTER, UNDECIDED, SLOWER, FASTER])
    assert found.crossings == (
        "to faster between 8 and 32; to slower between 32 and 512; to faster between 512 and 2048"
    )


curves = st.lists(st.sampled_from(list(LETTERS.values())), min_size=1, max_size=8)
calm = settings(deadline=None)


@calm
@given(curves)
def test_an_interval_reaches_from_the_last_slower_to_the_first_faster(words: list[str]) -> None:
    sizes = [2**power for power in range(len(words))]
    found = crossing(sizes, words)
    sides = [word for word in words if word in (SLOWER, FASTER)]
    changes = sum(a != b for a, b in pairwise(sides))
    assert (found.kind == "several") == (changes > 1)
    if found.kind == "interval":
        assert found.lower == max(s for s, w in zip(sizes, words, strict=True) if w == SLOWER)
        assert found.upper == min(s for s, w in zip(sizes, words, strict=True) if w == FASTER)


@calm
@given(curves)
def test_swapping_the_devices_mirrors_the_crossover(words: list[str]) -> None:
    sizes = [2**power for power in range(len(words))]
    swap = {SLOWER: FASTER, FASTER: SLOWER}
    one, other = crossing(sizes, words), crossing(sizes, [swap.get(w, w) for w in words])
    if one.kind in ("interval", "reverse"):
        assert {one.kind, other.kind} == {"interval", "reverse"}
        assert (one.lower, one.upper) == (other.lower, other.upper)
    if one.kind in ("several", "undecided", "too close", "not measured"):
        assert one.kind == other.kind


@calm
@given(curves, st.integers(0, 7))
def test_deciding_one_more_cell_never_moves_an_interval_outwards(
    words: list[str], place: int
) -> None:
    sizes = [2**power for power in range(len(words))]
    before = crossing(sizes, words)
    if before.kind != "interval" or words[place % len(words)] in (SLOWER, FASTER):
        return
    for word in (SLOWER, FASTER):
        after = crossing(
            sizes, [*words[: place % len(words)], word, *words[place % len(words) + 1 :]]
        )
        if after.kind == "interval":
            ends = [before.lower, after.lower, after.upper, before.upper]
            assert ends == sorted(end for end in ends if end is not None)


def table(ratios: dict[int, Sequence[float]]) -> pd.DataFrame:
    rounds = frame(*(pair(values, batch_size=size) for size, values in ratios.items()))
    return crossovers(verdicts(rounds, scope="warm"))


def around(ratio: float) -> list[float]:
    return [ratio * (1 + offset / 500) for offset in (-2, -1, 0, 1, 2)]


def test_a_curve_that_crosses_between_32_and_128_reads_32_to_128() -> None:
    ratios = {8: 3.0, 32: 1.5, 128: 0.8, 512: 0.3}
    row = table({size: around(ratio) for size, ratio in ratios.items()}).iloc[0]
    assert (row["kind"], row["lower"], row["upper"]) == ("interval", 32, 128)
    assert row["rests_on"] == "32, 128"
    assert row["cells"] == "8 slower; 32 slower; 128 faster; 512 faster"


def test_the_order_of_the_rows_does_not_matter() -> None:
    rounds = frame(*(pair(around(r), batch_size=s) for s, r in {8: 3.0, 32: 1.5, 128: 0.5}.items()))
    shuffled = verdicts(rounds, scope="warm").iloc[[2, 0, 1]]
    row = crossovers(shuffled).iloc[0]
    assert (row["kind"], row["lower"], row["upper"]) == ("interval", 32, 128)
    assert row["cells"] == "8 slower; 32 slower; 128 faster"


def test_a_curve_that_crosses_twice_says_so() -> None:
    ratios = {8: 3.0, 32: 0.6, 128: 0.8, 512: 1.4}
    row = table({size: around(ratio) for size, ratio in ratios.items()}).iloc[0]
    assert (row["kind"], row["rests_on"]) == ("several", "8, 32, 128, 512")
    assert row["crossings"] == "to faster between 8 and 32; to slower between 128 and 512"
    assert pd.isna(row["lower"])


def test_each_number_of_epochs_has_its_own_total_crossover(tmp_path: Path) -> None:
    corpus = Corpus(
        ratio=lambda _workload, _device, batch: {8: 2.0, 32: 1.5, 128: 0.5, 512: 0.2}[batch],
        cpu_step_seconds=lambda _workload, batch: 1e-3 * batch,
        cold_seconds={"cpu": 0.0, "vulkan": 2.6},
        epochs=(1, 2, 4),
    )
    rounds = load([corpus.write(tmp_path)])
    both = pd.concat([verdicts(rounds, scope=scope) for scope in ("warm", "total")])
    found = crossovers(both)[["scope", "epochs", "kind", "lower", "upper"]].fillna({"epochs": 0})
    assert found.to_numpy().tolist() == [
        ["warm", 0, "interval", 32, 128],
        ["total", 1, "interval", 128, 512],
        ["total", 2, "interval", 32, 128],
        ["total", 4, "interval", 32, 128],
    ]


def test_no_verdicts_give_no_curves_but_all_columns() -> None:
    empty = verdicts(frame(pair([1.0])), scope="warm").iloc[:0]
    assert crossovers(empty).columns.tolist() == table({8: around(2.0)}).columns.tolist()
    assert crossovers(empty).empty
