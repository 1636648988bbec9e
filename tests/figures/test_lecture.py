"""Slides: what they compute is known, they are 1280 pixels wide, and no words lie on others."""

import struct
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.data import far_symbol
from models.far import CausalCNN
from scripts import lecture
from scripts.figures.lecture import filters, skier
from scripts.figures.lecture.slide import DPI
from scripts.figures.style import encoded
from scripts.read.document import ResultError
from scripts.sections.lecture import RATES, STEPS, Slide, slides
from scripts.tables.lecture import TABLES, Lecture, evidence
from tests.corpus import Corpus, falling
from tests.figures.test_figures import laid_out, overlaps, words_of
from tests.learn_corpus import LearnCorpus

NETWORKS = ("cnn-vowels", "lstm", "transformer-vowels")


def tables(folder: Path) -> None:
    """Small tables, as the evidence command writes them."""
    filter_rows = [
        (network, size, steps, seed, filters.possible(steps, filters.reach(size)))
        for network, sizes in (("cnn-far", (2, 4, 8, 16)), ("lstm-far", (0,)))
        for size in sizes
        for steps in (10, 20)
        for seed in (0, 1)
    ]
    errors = [
        ("mlp", precision, h, direction, h**2 + tiny / h)
        for precision, tiny in (("double", 1e-16), ("single", 1e-8))
        for h in (1e-1, 1e-3, 1e-5)
        for direction in (0, 1)
    ]
    looks = [
        (trained, looked, seed, epoch, bits / (1 + epoch))
        for trained, looked, bits in (
            ("mask on", "mask on", 4.0),
            ("mask off", "mask off", 2.0),
            ("mask off", "mask on", 8.0),
        )
        for seed in (0, 1)
        for epoch in (0, 1, 2)
    ]
    for name, rows in (("filters", filter_rows), ("gradients", errors), ("mask", looks)):
        pd.DataFrame(rows, columns=list(TABLES[name])).to_csv(folder / f"{name}.csv", index=False)


@cache
def drawn() -> dict[str, Slide]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables(folder)
        sizes = (1, 32, 512, 4000)
        timed = Corpus(workloads=("mlp", *NETWORKS), batch_sizes=sizes, epochs=(1,), ratio=falling)
        learned = [
            LearnCorpus(batch_sizes=sizes, optimizers=("sgd",)).write(folder, "mlp"),
            LearnCorpus(
                workloads=NETWORKS, batch_sizes=(32,), optimizers=("adam",), last_epoch=40,
                dataset="japanese-vowels",
            ).write(folder, "vowels"),
        ]  # fmt: skip
        return {slide.name: slide for slide in slides(
            Lecture.read([timed.write(folder)], learned, folder))}  # fmt: skip


def test_a_lecture_has_every_slide() -> None:
    assert list(drawn()) == [
        "skier", "gradient-check", "descent", "batch-size", "epochs", "kinds-japanese-vowels",
        "filters", "mask",
    ]  # fmt: skip


def test_a_slide_is_1280_pixels_wide_and_720_high() -> None:
    picture = encoded(drawn()["skier"].draw(), "png", dpi=DPI)
    assert struct.unpack(">II", picture[16:24]) == (1280, 720)


@pytest.mark.parametrize("name", ["gradient-check", "descent", "batch-size", "epochs",
                                  "kinds-japanese-vowels", "filters", "mask"])  # fmt: skip
def test_no_words_of_a_slide_overlap_and_its_source_is_named(name: str) -> None:
    figure = laid_out(drawn()[name].draw())
    assert overlaps(figure) == []
    assert "Source: " in words_of(figure).replace("\n", " ")


def test_the_skier_creeps_arrives_and_flies_off() -> None:
    ends = {name: float(skier.loss(skier.path(rate, steps=STEPS)[-1]))
            for name, rate in RATES.items()}  # fmt: skip
    lowest, start = float(skier.loss(11.5 / 7.5)), float(skier.loss(skier.START))
    assert lowest < ends["right"] < 1.01 * lowest
    assert lowest * 2 < ends["too small"] < start < ends["too large"]


def test_the_skiers_slope_is_the_difference_quotient() -> None:
    h = 1e-6
    quotient = (skier.loss(0.7 + h) - skier.loss(0.7 - h)) / (2 * h)
    assert skier.slope(0.7) == pytest.approx(float(quotient), rel=1e-6)


def test_filters_see_as_far_as_the_network_has_it() -> None:
    network = CausalCNN(8, 4, 8, kernel_size=6)
    assert filters.reach(6) == 1 + len(network.convolutions) * network.past == 11
    assert (filters.FIRST, filters.SYMBOLS) == (far_symbol.FIRST, far_symbol.SYMBOLS)


@pytest.mark.parametrize(("seen", "accuracy"), [(5, 1 / 8), (15, 1 / 8), (16, 0.3), (20, 1.0)])
def test_what_is_not_seen_has_to_be_guessed(seen: int, accuracy: float) -> None:
    assert filters.possible(20, seen) == pytest.approx(accuracy)


def test_the_table_has_a_row_per_network_and_both_sides_seconds() -> None:
    words = words_of(laid_out(drawn()["kinds-japanese-vowels"].draw()))
    for text in (*NETWORKS, "an epoch,\ncpu", "an epoch,\nvulkan", "crossover batch size"):
        assert text in words


def test_the_turning_point_is_told_above_the_curves() -> None:
    assert "more training makes the held-out loss worse" in drawn()["epochs"].said.caption
    figure = drawn()["epochs"].draw()
    losses = np.asarray(figure.axes[0].lines[1].get_ydata())
    assert 8 <= losses.argmin() <= 12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "network: is missing; write it with python -m tests.evidence.lecture"),
        (f"{','.join(TABLES['filters'])}\na,1,2,3,much\n", "score: is no number"),
        ("", "cannot be read"),
    ],
)
def test_another_table_is_refused_by_file_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "filters.csv"
    path.write_text(text)
    with pytest.raises(ResultError, match=said):
        evidence(path, TABLES["filters"])


def test_the_door_writes_slides_and_captions_and_says_which_tables_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    timed = Corpus(batch_sizes=(1, 32), epochs=(1,)).write(tmp_path)
    LearnCorpus(batch_sizes=(32,), optimizers=("sgd",)).write(tmp_path, "learning-one")
    monkeypatch.setattr(lecture, "RESULTS", tmp_path)
    out = tmp_path / "out"
    assert lecture.main([str(timed), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "left out: mask; python -m tests.evidence.lecture mask writes what it shows" in said
    names = {"skier", "batch-size"}
    for ending in ("png", "svg"):
        assert {file.stem for file in out.glob(f"*.{ending}")} == names
    page = (out / "lecture.md").read_text()
    assert all(f"({name}.png)" in page for name in names)
