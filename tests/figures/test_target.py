"""Figures of learning: drawn for odd corpora too, their words neither overlap nor leave them."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from scripts import report
from scripts.figures.target.curves import curves_figure
from scripts.figures.target.descent import descents
from scripts.figures.target.time import panel_title
from scripts.read import learning
from scripts.read.table import load
from scripts.sections.target.question import learning_only
from scripts.tables.learned import Learned
from scripts.target.curves import band, figure_runs
from scripts.write import drawing
from tests.corpus import Corpus
from tests.figures.test_figures import but_slow, laid_out, overlaps, words_of
from tests.learn_corpus import LearnCorpus
from tests.write.reports import figures_of

LEARNED: dict[str, LearnCorpus] = {
    "plain": LearnCorpus(batch_sizes=(1, 16, 64, 256, 1024, 4000)),
    "one cell": LearnCorpus(batch_sizes=(64,), optimizers=("adam",)),
    "unreached": LearnCorpus(
        lost={("mlp", size, "sgd"): (0, 1, 2, 3, 4) for size in (4, 1024, 4000)}
    ),
    "one seed lost": LearnCorpus(lost={("mlp", 4, "sgd"): (0,), ("mlp", 64, "adam"): (1, 3)}),
    "nothing reached": LearnCorpus(
        batch_sizes=(4, 64),
        lost={("mlp", size, name): (0, 1, 2, 3, 4) for size in (4, 64) for name in ("sgd", "adam")},
    ),
    "many sizes": LearnCorpus(
        batch_sizes=tuple(2**power for power in range(12)),
        optimizers=("momentum", "adamw"),
    ),
    "to the end": LearnCorpus(batch_sizes=(16, 64, 256, 1024), last_epoch=40),
    "bits to the end": LearnCorpus(
        metric="bits_per_character",
        target=2.4,
        batch_sizes=(64,),
        optimizers=("adamw",),
        last_epoch=6,
        turn=100.0,
    ),
    "long names": LearnCorpus(
        machine="a-machine-with-a-rather-long-name-in-building-17-room-204-rack-3-slot-12",
        workloads=("a-workload-with-a-long-name-that-somebody-added",),
    ),
}
TIMED: dict[str, Any] = {"batch_sizes": (1, 16, 64, 256, 1024, 4000), "epochs": (1,)}


@cache
def drawn(name: str, *, timed: bool) -> dict[str, Figure]:
    """Every figure of a learning corpus, laid out; joined with a timing corpus of its workloads."""
    plan = LEARNED[name]
    with tempfile.TemporaryDirectory() as folder:
        runs = learning.load([plan.write(Path(folder))])
        clock = Corpus(workloads=plan.workloads, **TIMED).write(Path(folder))
        own = Learned(runs, load([clock]) if timed else pd.DataFrame())
    return {stem: laid_out(figure) for stem, figure in figures_of(learning_only(own))}


SLOW = ("unreached", "one seed lost", "to the end")  # another one with one thing changed


@pytest.mark.parametrize("name", but_slow([*LEARNED, "plain untimed", "unreached untimed"], SLOW))
def test_no_words_overlap_or_leave_the_picture(name: str) -> None:
    timed = "untimed" not in name
    figures = drawn(name.removesuffix(" untimed"), timed=timed)
    kinds = {stem.partition("-")[0] for stem in figures}
    wanted = {"curves", "rates"}
    assert ("fit" in kinds) == ("to the end" in name)
    if name != "nothing reached":
        wanted |= {"epochs"} | ({"time"} if timed else set())
    assert kinds >= wanted
    for stem, figure in figures.items():
        assert overlaps(figure) == [], stem


def test_every_axis_has_a_name() -> None:
    for stem, figure in drawn("plain", timed=True).items():
        assert any(axes.get_ylabel() for axes in figure.axes), stem
        assert any(axes.get_xlabel() for axes in figure.axes), stem


def test_the_curves_are_drawn_against_epochs_and_against_seconds_of_each_device() -> None:
    figures = drawn("plain", timed=True)
    words = words_of(figures["curves-learner-mlp-devbox"])
    assert words.count("time, cold start included") == 2
    assert "epochs" in words
    assert "vulkan (llvmpipe, a software" in words


def test_an_unreached_batch_size_is_marked_and_its_absence_does_not_break_the_fit() -> None:
    figure = drawn("unreached", timed=False)["epochs-learner-mlp"]
    crosses = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "x"]
    assert [np.asarray(line.get_xdata()).tolist() for line in crosses] == [[4, 1024, 4000]] * 2
    words = words_of(figure).replace("\n", " ")
    assert "SGD: no fit (3 batch sizes reached by every seed, and a fit needs 4)" in words
    assert "Adam: critical batch size" in words


def test_both_optima_are_marked() -> None:
    figure = drawn("plain", timed=True)["time-learner-mlp-devbox"]
    rings = [
        line for axes in figure.axes for line in axes.lines
        if line.get_markerfacecolor() == "none"
    ]  # fmt: skip
    assert len(rings) == 2 * 2  # two devices, two optimisers


def test_descent_is_drawn_by_the_whole_set_minibatches_and_single_samples() -> None:
    figures = drawn("plain", timed=True)
    words = words_of(figures["descent-learner-mlp-devbox"])
    for name in ("single samples", "minibatches of 16", "the whole set (4000)"):
        assert name in words
    for name in ("steps (updates)", "epochs (passes over the data)", "time, cold start included"):
        assert name in words


def test_of_two_learning_files_each_is_drawn_with_its_own_seconds_or_none(tmp_path: Path) -> None:
    few = LearnCorpus(machine="few", batch_sizes=(16, 64)).write(tmp_path)
    many = LearnCorpus(machine="many", batch_sizes=(16, 64, 256)).write(tmp_path)
    own = Learned(learning.load([few, many]), load([Corpus(**TIMED).write(tmp_path)]))
    names = {name for name, _figure in figures_of(learning_only(own))}
    assert {"time-many-mlp-devbox", "curves-many-mlp-devbox", "curves-few-mlp"} <= names
    assert not {name for name in names if name.startswith("time-few")}


def test_two_files_of_one_computer_share_their_figures(tmp_path: Path) -> None:
    learned = LearnCorpus(batch_sizes=(1, 64, 4000)).write(tmp_path)
    plans = [
        Corpus(machine=name, run={"optimizer": name}, batch_sizes=(1, 64, 4000), epochs=(1,))
        for name in ("sgd", "adam")
    ]
    rounds = load([plan.write(tmp_path) for plan in plans])
    names = {
        name for name, _ in figures_of(learning_only(Learned(learning.load([learned]), rounds)))
    }
    assert {"descent-learner-mlp-sgd", "time-learner-mlp-sgd"} <= names
    assert not [name for name in names if name.endswith("-adam")]


def test_kinds_of_descent_are_those_that_were_trained(tmp_path: Path) -> None:
    runs = learning.load([LearnCorpus(batch_sizes=(8, 64)).write(tmp_path)])
    assert descents(runs) == {"minibatches of 8": 8}
    own = Learned(runs, pd.DataFrame())
    assert "descent" not in str([stem for stem, _figure in figures_of(learning_only(own))])


def test_a_band_ends_with_the_median_run_and_holds_those_that_ended_before(tmp_path: Path) -> None:
    runs = learning.load([LearnCorpus(batch_sizes=(64,), optimizers=("sgd",)).write(tmp_path)])
    figure = figure_runs(runs)
    assert len(figure) == 5
    ends = sorted(steps[-1] for steps in figure["steps"])
    drawn_band = band(figure.to_dict("records"), "score")
    assert drawn_band.steps[-1] == ends[2]
    assert drawn_band.median[-1] == pytest.approx(0.9)
    assert (drawn_band.low <= drawn_band.median).all()
    assert (drawn_band.high >= drawn_band.median).all()


def test_the_script_writes_figures_and_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "FEWEST_FIGURES", 1000)  # no process for a few of them
    learned = str(LearnCorpus(batch_sizes=(1, 64, 4000), optimizers=("sgd",)).write(tmp_path))
    timed = str(Corpus(batch_sizes=(1, 4000), epochs=(1,)).write(tmp_path))
    out = tmp_path / "out"
    assert report.main([learned, timed, "--out", str(out), "--dpi", "40"]) == 0
    assert {path.name for path in out.iterdir()} >= {
        "epochs_to_target.csv",
        "critical_batch_sizes.csv",
        "time_to_target.csv",
        "contests.csv",
        "time-learner-mlp-devbox.png",
        "descent-learner-mlp-devbox.svg",
    }


def test_a_run_that_was_cut_short_in_its_tuning_is_drawn_as_far_as_it_came(tmp_path: Path) -> None:
    document = LearnCorpus(batch_sizes=(4, 64)).result()
    own = document["crossover_learning"]
    own["runs"] = [run for run in own["runs"] if run["seed"] == 100 and run["batch_size"] == 4]
    own["complete"] = False
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(document))
    timed = Corpus(**TIMED).write(tmp_path)
    for rounds in (pd.DataFrame(), load([timed])):
        learned = Learned(learning.load([path]), rounds)
        sections = learning_only(learned)
        for stem, figure in figures_of(sections):
            assert overlaps(laid_out(figure)) == [], stem
        assert "cut short: 0 of 5 seeds are trained" in str(sections[0].brief)


def test_the_key_of_curves_names_the_batch_sizes_that_any_optimiser_reached() -> None:
    figure = drawn_lost()
    names = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
    assert names == {"batch 16", "batch 64", "batch 256"}


def drawn_lost() -> Figure:
    """Curves of a corpus in which the first optimiser was not even tried at the largest batch."""
    plan = LearnCorpus(batch_sizes=(16, 64, 256))
    with tempfile.TemporaryDirectory() as folder:
        runs = learning.load([plan.write(Path(folder))])
    first = runs["optimizer"].unique()[0]
    runs = runs[(runs["optimizer"] != first) | (runs["batch_size"] < 256)]
    return curves_figure(runs, pd.DataFrame(), title="mlp")


def test_a_panel_says_which_devices_have_the_seconds_of_another_optimiser() -> None:
    def title(*notes: tuple[str, str]) -> str:
        rows = [
            {"label": label, "note": note, "seconds": 1.0, "optimizer": "adam"}
            for label, note in notes
        ]
        return panel_title(pd.DataFrame(rows))

    assumed = "seconds of SGD, assumed alike; on a curve"
    assert title(("cpu", ""), ("cuda (H200)", "")) == "Adam"
    assert title(("cpu", assumed)) == "Adam (seconds of SGD, assumed alike)"
    assert title(("cpu", assumed), ("cpu", ""), ("cuda (H200)", assumed)) == (
        "Adam (cpu in part, cuda: seconds of SGD, assumed alike)"
    )


def test_seconds_of_a_busy_host_are_marked_at_the_end_of_each_curve(tmp_path: Path) -> None:
    plan = LearnCorpus(batch_sizes=(64,), optimizers=("sgd",))
    loaded = {("mlp", block): ["host loaded"] for block in range(9)}
    clock = Corpus(batch_sizes=(64,), epochs=(1,), block_suspect=loaded).write(tmp_path)
    own = Learned(learning.load([plan.write(tmp_path)]), load([clock]))
    times = own.times.assign(label=own.times["side"])
    figure = curves_figure(own.runs, times, title="")
    marks = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert marks == [[], ["!"], ["!"]]
