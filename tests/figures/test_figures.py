"""Figures of corpora that are hard to draw: their words neither overlap nor leave the picture."""

import pickle
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from scripts.figures import style as figures
from scripts.figures.grid import grid_of, short_reason
from scripts.figures.heatmap import shared_limit
from scripts.figures.total import break_even_lines, spread
from scripts.tables.analysis import Analysis
from tests.corpus import Corpus, falling
from tests.write.reports import report_figures

CORPORA: dict[str, Corpus] = {
    "one cell": Corpus(batch_sizes=(64,), epochs=(1,)),
    "only a CPU": Corpus(sides=("cpu",)),
    "many absences": Corpus(
        workloads=("mlp", "lstm"),
        batch_sizes=(8, 32, 128, 512, 2048),
        ratio=falling,
        absent={
            ("lstm", None, None, "vulkan"): ("unsupported", "aten::lstm"),
            ("mlp", 8, None, "vulkan"): ("timeout", "60 s"),
            ("mlp", 2048, None, "cpu"): ("oom", "8 GB"),
            ("mlp", 512, 4, "vulkan"): ("interrupted", ""),
        },
        suspect={("mlp", 32, 2, "vulkan"): ["loss mismatch"]},
    ),
    "many sides": Corpus(
        sides=("cpu", "cpu+threads=1", "cpu+malloc=keep", "cpu*2", "cuda", "cuda+bf16+compile"),
        ratio=falling,
        process_noise=0.05,
    ),
    "a large grid": Corpus(
        workloads=("transformer-encoder",),
        batch_sizes=tuple(2**k for k in range(10)),
        epochs=(1, 2, 4, 8, 16, 32),
        ratio=lambda _workload, _device, batch_size: 80 / batch_size,
    ),
    "long names": Corpus(
        machine="a-machine-with-a-rather-long-name-in-building-17-room-204-rack-3-slot-12",
        workloads=("a-workload-with-a-long-name-that-somebody-added",),
        batch_sizes=(65536, 131072, 262144),
        samples=262144,
    ),
}


@cache
def drawn(name: str) -> dict[str, Figure]:
    """Every figure of a corpus's report, laid out."""
    with tempfile.TemporaryDirectory() as folder:
        analysis = Analysis([CORPORA[name].write(Path(folder), "corpus")])
    return {stem: laid_out(figure) for stem, figure in report_figures(analysis)}


def visible_texts(figure: Figure) -> list[Text]:
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    ticks = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in [*axis.get_majorticklabels(), *axis.get_minorticklabels()]
    }
    shown = {label for axes in figure.axes for label in _shown_ticks(axes)}
    return [text for text in texts if text.get_visible() and (text not in ticks or text in shown)]


def _shown_ticks(axes: object) -> Iterator[Text]:
    for axis in (axes.xaxis, axes.yaxis):  # type: ignore[attr-defined]
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def laid_out(figure: Figure) -> Figure:
    with figures.style():
        figure.draw_without_rendering()
    return figure


def overlaps(figure: Figure) -> list[str]:
    """Each pair of words that lie on each other, and each word that leaves the picture."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in visible_texts(figure)]
    width, height = figure.bbox.width, figure.bbox.height
    found = [
        words
        for words, box in boxes
        if min(box.x0, box.y0) < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    for (words, one), (others, other) in combinations(boxes, 2):
        if one.padded(-1).overlaps(other.padded(-1)):
            found.append(f"{words!r} on {others!r}")
    return found


def but_slow(names: Iterable[str], slow: Container[str]) -> list[Any]:
    """The names as parameters, those of `slow` with --all only."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in slow else []) for name in names]


def test_the_check_for_overlaps_sees_words_on_words_and_words_outside() -> None:
    figure = figures.new_figure(width=3, height=2)
    figure.text(0.5, 0.5, "one")
    assert overlaps(laid_out(figure)) == []
    figure.text(0.51, 0.5, "two")
    figure.text(0.95, 0.1, "outside")
    assert overlaps(laid_out(figure)) == ["outside", "'one' on 'two'"]


@pytest.mark.parametrize("name", but_slow(CORPORA, {"only a CPU", "many sides"}))
def test_no_words_overlap_or_leave_the_picture(name: str) -> None:
    for stem, figure in drawn(name).items():
        assert len(visible_texts(figure)) > 8, stem
        assert overlaps(figure) == [], stem


def words_of(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in visible_texts(figure))


def test_an_absent_cell_is_drawn_with_its_reason_in_words() -> None:
    words = words_of(drawn("many absences")["heatmap-devbox-mlp-vulkan"])
    for reason in ("timeout", "base\noom", "interrupted", "! suspect"):
        assert reason in words


def test_every_axis_of_every_figure_has_a_name() -> None:
    for stem, figure in drawn("many absences").items():
        for axes in figure.axes:
            named = axes.get_ylabel() or figure.get_supylabel()
            assert named, stem
            assert axes.get_xlabel() or not axes.get_xticklabels() or stem.startswith("total"), stem


def test_a_software_rasteriser_is_called_one_in_every_figure_about_it() -> None:
    for stem, figure in drawn("one cell").items():
        assert "a software rasteriser" in words_of(figure), stem


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = Corpus(epochs=(1,), batch_sizes=(8, 32), sides=("cpu",))
    analysis = Analysis([plan.write(tmp_path)])
    first, second = (
        [figures.encoded(figure, "svg") for _stem, figure in report_figures(analysis)]
        for _time in range(2)
    )
    assert first == second


def test_every_figure_can_go_to_another_process() -> None:
    for stem, figure in drawn("many absences").items():
        assert pickle.loads(pickle.dumps(figure)).axes, stem  # noqa: S301 - made here


def test_odd_machine_names_are_drawn_as_they_are_or_with_question_marks(tmp_path: Path) -> None:
    name = "_$\\frac{1}$ <script> 東京\U0001f680 %s {x}"
    plan = Corpus(machine=name, batch_sizes=(8,), epochs=(1,), sides=("cpu",))
    analysis = Analysis([plan.write(tmp_path, "odd")])
    for figure in map(laid_out, dict(report_figures(analysis)).values()):
        assert "_$\\frac{1}$ <script> ??? %s {x}" in words_of(figure)
        assert figures.encoded(figure, "svg").startswith(b"<?xml")


def test_the_colour_scale_is_shared_and_symmetric() -> None:
    def limit(*ratios: float) -> float:
        return shared_limit(pd.DataFrame({"ratio": ratios}))

    assert limit(1.01, 0.99) == 1
    assert limit(3.0, 0.9) == 2
    assert limit(0.05) == 5
    assert limit(10_000.0) == 6
    assert shared_limit(pd.DataFrame({"ratio": pd.Series(dtype=float)})) == 1


def test_a_grid_has_the_warm_row_on_top_and_epochs_falling_below_derived_ones_marked() -> None:
    cells = pd.DataFrame(
        {"batch_size": [8, 8, 32, 8], "epochs": pd.array([1, 4, 1, None], dtype="Int64")}
    ).assign(ratio=[1.0, 2.0, 3.0, 4.0], derived=[False, True, False, False])
    grid = grid_of(cells)
    assert grid.rows == ["warm", "4*", "1"]
    assert grid.batch_sizes == [8, 32]
    ratios = grid.matrix("ratio").fillna(-1.0)
    assert ratios.to_numpy().tolist() == [[4.0, -1.0], [2.0, -1.0], [1.0, 3.0]]


@pytest.mark.parametrize(
    ("reason", "short"),
    [
        ("vulkan: unsupported (aten::x (y))", "unsupported"),
        ("cuda:1: oom (8 GB)", "oom"),
        ("cpu: timeout", "base timeout"),
        ("vulkan: no device; cpu: oom", "no device"),
        ("failed", "failed"),
    ],
)
def test_a_reason_is_shortened_to_its_word(reason: str, short: str) -> None:
    assert short_reason({"reason": reason, "base": "cpu"}) == short


def test_panels_are_spread_over_the_grid_with_both_ends() -> None:
    assert spread(list(range(10)), 6) == [0, 2, 4, 5, 7, 9]
    assert spread([8, 32], 6) == [8, 32]


@pytest.mark.parametrize(
    ("kind", "upper", "words"),
    [
        ("after", 18, "even at 14 epochs [11 to 18]"),
        ("after", None, "even at 14 epochs [11 to ∞]"),
        ("until", 18, "faster until 14 epochs [11 to 18]"),
        ("never", None, "never even"),
        ("from the first epoch", None, "faster at once"),
        ("undecided", None, "undecided"),
    ],
)
def test_break_even_is_said_in_words(kind: str, upper: int | None, words: str) -> None:
    row = {"kind": kind, "epochs": 14, "lower": 11, "upper": upper, "side": "cuda"}
    assert break_even_lines(pd.DataFrame([row]).astype({"upper": "Int64"})) == [words]


@pytest.mark.parametrize(
    ("ratio", "lines"),
    [(falling, ["-"]), (lambda *_cell: 2.0, [])],
    ids=["crossing", "never crossing"],
)
def test_the_crossover_line_is_drawn_where_the_sign_changes_and_nowhere_else(
    ratio: Callable[[str, str, int], float], lines: list[str], tmp_path: Path
) -> None:
    plan = Corpus(ratio=ratio, batch_sizes=(8, 512), epochs=(1,), cold_seconds={"vulkan": 5.0})
    analysis = Analysis([plan.write(tmp_path)])
    figure = dict(report_figures(analysis))["heatmap-devbox-mlp-vulkan"]
    black = [line for axes in figure.axes for line in axes.lines if line.get_color() == "black"]
    assert [str(line.get_linestyle()) for line in black] == lines
