"""The figure of published figures: grey and hollow, the line at 1, where curves pass it."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from scripts.figures.published import apart, published_figure
from tests.published.tables import HEAD, curve, tables_of

STARTS = (
    f"{HEAD},epochs,total_seconds\nmlp,64,cpu,1,10,11\nmlp,64,cuda,0.5,10,11\n"
    "lstm,64,cpu,2,10,21\nlstm,64,cuda,0.5,10,6\n"
)


def drawn(text: str) -> Figure:
    own = tables_of(text)
    made = published_figure(own.ratios, own.crossings, own.break_even)
    assert made is not None
    return made


def words(figure: Figure) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts}


@pytest.mark.parametrize("text", [curve({32: 2.0, 128: 0.5}), STARTS])
def test_every_line_is_grey_and_every_point_is_hollow(text: str) -> None:
    lines = [line for axes in drawn(text).axes for line in axes.lines]
    assert {len(set(to_rgb(line.get_color()))) for line in lines} == {1}
    points = [line for line in lines if line.get_marker() == "o"]
    assert points
    assert {line.get_markerfacecolor() for line in points} == {"white"}


def test_the_line_at_one_and_both_its_sides_are_named() -> None:
    made = drawn(curve({32: 2.0, 128: 0.5}))
    (axes,) = made.axes
    assert any(np.array_equal(line.get_ydata(), [1, 1]) for line in axes.lines)
    assert {"GPU slower", "GPU faster"} <= words(made)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["net"]


def test_a_crossing_has_its_number_and_near_ones_share_theirs() -> None:
    text = curve({32: 2.0, 128: 0.5})
    assert "64" in words(drawn(text))
    assert "The GPU overtakes on 1 network at batch size 64." in drawn(text).get_suptitle()
    other = text.partition("\n")[2].replace("net,", "other,").replace("2.0", "2.2")
    assert "64-68" in words(drawn(text + other))


def test_against_epochs_is_drawn_where_starts_are_told_with_the_break_even() -> None:
    made = drawn(STARTS)
    assert len(made.axes) == 2
    assert {"10", "mlp, batch 64", "lstm, batch 64"} <= words(made)
    title = made.get_suptitle()
    assert "published, other software" in title
    assert "one run" in title
    assert "The GPU overtakes on 1 network after 10 epochs." in title


def test_without_a_pair_there_is_no_figure() -> None:
    own = tables_of(f"{HEAD}\nmlp,32,cpu,1\n")
    assert published_figure(own.ratios, own.crossings, own.break_even) is None


def test_names_that_would_overlap_are_moved_apart_and_others_stay() -> None:
    moved = apart([0.1, 0.36, 0.4, 2.0], np.log(1.2))
    assert moved[0] == pytest.approx(0.1)
    assert moved[3] == pytest.approx(2.0)
    assert moved[2] / moved[1] == pytest.approx(1.2)
    assert moved[1] * moved[2] == pytest.approx(0.36 * 0.4)


def test_names_at_the_end_of_lines_do_not_touch() -> None:
    rows = "".join(
        f"net{place},64,{device},{seconds},10,{10 * seconds + 1}\n"
        for place, factor in enumerate((1, 1.02, 1.04, 1.06, 300))
        for device, seconds in (("cpu", 1), ("cuda", factor / 100))
    )
    made = drawn(f"{HEAD},epochs,total_seconds\n{rows}")
    made.draw_without_rendering()
    boxes = [
        text.get_window_extent() for text in made.axes[1].texts if text.get_text().startswith("net")
    ]
    assert len(boxes) == 5
    assert not any(one.overlaps(other) for one in boxes for other in boxes if one is not other)
