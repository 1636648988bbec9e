"""Figures of machines side by side: drawn for odd corpora, their words overlap nowhere."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from scripts.figures.cost import cost_figure
from scripts.figures.fastest import fastest_figure, side_colours
from scripts.figures.marks import MOST_MACHINES
from scripts.sections.machines.compared import compared
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from tests.corpus import Corpus, falling
from tests.figures.test_figures import but_slow, laid_out, overlaps, words_of
from tests.learn_corpus import LearnCorpus
from tests.write.reports import figures_of

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}


def slower(factor: float) -> Any:
    return lambda _workload, batch_size: factor * (3e-4 + 2e-6 * batch_size)


def two(**plan: Any) -> list[Corpus]:
    own = SMALL | {"ratio": falling} | plan
    return [Corpus(machine="a", **own), Corpus(machine="b", cpu_step_seconds=slower(1.5), **own)]


CORPORA: dict[str, list[Corpus]] = {
    "two machines": two(),
    "one cell each": two(batch_sizes=(64,), epochs=(1,), sides=("cpu",)),
    "several sides": two(sides=("cpu", "cpu+threads=1", "cuda+bf16", "vulkan")),
    "many workloads": two(workloads=[f"workload-{n}" for n in range(5)]),
    "nothing in common": [
        Corpus(machine="a", batch_sizes=(8,), epochs=(1,)),
        Corpus(machine="b", batch_sizes=(64,), epochs=(1,)),
    ],
    "far apart": [
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", cpu_step_seconds=slower(2000), **SMALL),
    ],
    "absences": two(absent={("mlp", 8, None, "vulkan"): ("timeout", "60 s")}),
    "a dozen machines": [
        Corpus(machine=f"machine-{n}-with-a-long-name", seed=n, ratio=falling,
               cpu_step_seconds=slower(1 + n / 10), **SMALL)
        for n in range(12)
    ],
}  # fmt: skip


@cache
def drawn(name: str) -> dict[str, Figure]:
    """Every figure of a comparison, laid out; learning of the first workload and prices with it."""
    plans = CORPORA[name]
    with tempfile.TemporaryDirectory() as folder:
        paths = [plan.write(Path(folder), f"file{place}") for place, plan in enumerate(plans)]
        learning = LearnCorpus(workloads=plans[0].workloads[:1], batch_sizes=(8, 64, 512))
        analysis = Analysis(paths)
        learned = Learned.read([learning.write(Path(folder))], analysis.rounds)
    prices = {plan.machine: 0.5 + place for place, plan in enumerate(plans)}
    own = Comparison(analysis, analysis.rounds, base=plans[0].machine, prices=prices,
                     learned=learned)  # fmt: skip
    return {stem: laid_out(figure) for stem, figure in figures_of(compared(own))}


SLOW = (
    "two machines",
    "many workloads",
    "far apart",
    "absences",
)  # another one with one thing changed


@pytest.mark.parametrize("name", but_slow(CORPORA, SLOW))
def test_no_words_overlap_or_leave_the_picture(name: str) -> None:
    figures = drawn(name)
    assert {stem.partition("-")[0] for stem in figures} >= {"fastest", "cost"}
    for stem, figure in figures.items():
        assert overlaps(figure) == [], stem


def test_every_axis_has_a_name() -> None:
    for stem, figure in drawn("several sides").items():
        assert any(axes.get_xlabel() for axes in figure.axes), stem
        assert any(axes.get_ylabel() for axes in figure.axes), stem


def test_machines_that_are_not_drawn_are_counted() -> None:
    words = words_of(drawn("a dozen machines")["relative-speed"]).replace("\n", " ")
    assert f"the first {MOST_MACHINES} of 12 machines" in words


def fastest_rows(*rows: tuple[int, str, str, str, str]) -> pd.DataFrame:
    columns = ["batch_size", "machine", "side", "tied_with", "undecided_with"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.assign(workload="mlp", seconds=1.0, scope="total", epochs=1)
    return table.assign(derived=False).astype({"epochs": "Int64"})


def test_each_cell_of_the_map_has_the_letter_of_its_fastest_and_marks_ties() -> None:
    cells = fastest_rows(
        (8, "a", "cpu", "", ""), (32, "a", "cpu", "b cpu", ""), (128, "b", "cuda", "", "a cuda")
    )
    colours = side_colours(cells)
    assert [letter for letter, _colour in colours.values()] == ["A", "B"]
    words = words_of(laid_out(fastest_figure(cells, colours))).split("\n")
    assert {"A", "A≈", "B?", "A: a cpu", "B: b cuda"} <= set(words)


def test_letters_belong_to_machines_whatever_the_order_of_rows() -> None:
    cells = fastest_rows((8, "a", "cpu", "", ""), (32, "b", "cpu", "", ""))
    assert list(side_colours(cells)) == list(side_colours(cells[::-1]))


def test_machines_without_a_price_are_not_in_the_picture_of_costs() -> None:
    costs = pd.DataFrame(
        {
            "workload": "mlp", "machine": ["a", "b"], "side": "cpu", "seconds": [1.0, 2.0],
            "lo": [0.9, 1.9], "hi": [1.1, 2.1], "usd": [0.001, float("nan")],
            "usd_lo": [0.0009, float("nan")], "usd_hi": [0.0011, float("nan")],
            "suspect": "",
        }
    )  # fmt: skip
    words = words_of(laid_out(cost_figure(costs, machines=["a", "b"]))).split("\n")
    assert "a" in words
    assert "b" not in words
