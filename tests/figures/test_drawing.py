"""Figures encoded in other processes: the same bytes, in order, whatever becomes of those."""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path as Shape

from scripts.figures.style import headline, new_figure
from scripts.read.workers import Workers
from scripts.sections.section import Picture
from scripts.write import drawing
from scripts.write.drawing import Drawn, drawn, encode
from scripts.write.inline_svg import shortened


def pictures(count: int) -> list[Picture]:
    """`f0`, `f1`, ...: each with a line of its own; only `f1` is on the page."""
    return [
        Picture(f"f{number}", partial(_figure, number), caption="shown" if number == 1 else "")
        for number in range(count)
    ]


def _figure(number: int) -> Figure:
    figure = new_figure(width=2, height=1.5)
    figure.subplots().plot([0, 1], [0, number], label=f"line {number}")
    headline(figure, f"figure {number}")
    return figure


def here(count: int) -> list[Drawn]:
    return [encode(_figure(number), dpi=40, small=number == 1) for number in range(count)]


def through(workers: Workers, count: int) -> list[Drawn]:
    asked = pictures(count)
    answers = list(drawn(asked, workers, dpi=40))
    assert [picture for picture, _files in answers] == asked
    return [files for _picture, files in answers]


class Fakes(Workers):
    """Two processes that are there already; `answer` makes the future of each call."""

    def __init__(self, answer: Callable[..., "Future[Any]"]) -> None:
        super().__init__()
        self.count = 2
        self.calls = 0
        self._answer = answer

    @property
    def started(self) -> bool:
        return True

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> "Future[Any]":
        self.calls += 1
        return self._answer(function, *arguments, **named)


def done(function: Callable[..., Any], *arguments: Any, **named: Any) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(function(*arguments, **named))
    return future


def failed(error: Exception) -> Callable[..., "Future[Any]"]:
    def answer(*_arguments: Any, **_named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_exception(error)
        return future

    return answer


def test_few_figures_start_no_process() -> None:
    with Workers() as workers:
        assert through(workers, 3) == here(3)
        assert not workers.started


def test_one_core_encodes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "FEWEST_FIGURES", 0)
    with Workers() as workers:
        workers.count = 1
        assert through(workers, 3) == here(3)
        assert not workers.started


def test_figures_that_are_done_elsewhere_keep_their_order() -> None:
    workers = Fakes(done)
    assert through(workers, 5) == here(5)
    assert workers.calls == 5


@pytest.mark.parametrize("error", [BrokenProcessPool("died"), TypeError("cannot travel")])
def test_what_no_other_process_can_do_is_done_here(error: Exception) -> None:
    assert through(Fakes(failed(error)), 3) == here(3)


def test_an_error_of_the_drawing_itself_is_raised() -> None:
    figure = new_figure(width=2, height=1)
    figure.subplots().xaxis.set_major_formatter(lambda _value, _place: str(1 / 0))
    with pytest.raises(ZeroDivisionError):
        list(drawn([Picture("wrong", lambda: figure)], Fakes(failed(ZeroDivisionError()))))


def test_while_the_others_are_busy_this_process_encodes_too() -> None:
    workers = Fakes(lambda *_arguments, **_named: Future())  # never begun
    assert through(workers, 6) == here(6)
    assert workers.calls == 2


@pytest.mark.slow
def test_another_process_makes_the_same_bytes() -> None:
    with Workers() as workers:
        answers = [
            workers.submit(encode, _figure(number), dpi=40, small=number == 1)
            for number in range(3)
        ]
        assert [answer.result() for answer in answers] == here(3)


@pytest.mark.parametrize(
    ("across", "short"), [(2, "<circle cx='20' cy='30' r='2'/>"), (3, "<path d='M20 28C")]
)
def test_a_round_point_is_a_circle_and_nothing_else_is(across: int, short: str) -> None:
    points = np.asarray(Shape.unit_circle().vertices)[:-1] * [across, 2] + [20, 30]
    words = [f"{x} {y}" for x, y in points]
    curves = "\n".join(f"C {' '.join(words[place : place + 3])} " for place in range(1, 25, 3))
    assert shortened(f'<svg><path d="M {words[0]} \n{curves}\nz\n"/></svg>')[5:].startswith(short)


def test_a_picture_says_each_look_once_and_nothing_that_says_nothing() -> None:
    tick = '<use xlink:href="#m0123456789" x="12.3456" y="-1.2345" style="fill: #222"/>'
    svg = f"""<?xml?>
<svg width="1pt"><defs><style type="text/css">*{{stroke: 1}}</style></defs>
 <g id="xtick_1"><g id="patch_1"/><g id="line2d_1"><defs><path id="m0123456789" d="M 0 0
L 0 -3.456 " style="fill: #333"/></defs>
  <g clip-path="url(#p0123456789)">{tick}{tick}</g></g></g>
 <text style="font: 'a b'" transform="rotate(-0 1 2)">m0123456789 1.2345</text>
</svg>"""
    small = "<use xlink:href='#m0' x='12.3' y='-1.23' class='c0'/>"
    assert shortened(svg) == (
        "<svg width='1pt'><defs><style type='text/css'>*{stroke: 1}.c0{fill: #222}</style></defs>"
        "<defs><path id='m0' d='M0 0L0-3.46' style='fill: #333'/></defs>"
        f"<g clip-path='url(#p1)'>{small}{small}</g>"
        "<text style=\"font: 'a b'\">m0123456789 1.2345</text></svg>"
    )
