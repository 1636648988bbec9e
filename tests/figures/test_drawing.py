"""Figures encoded in other processes: the same bytes, in order, whatever becomes of those."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from matplotlib.figure import Figure

from scripts.figures.style import headline, new_figure
from scripts.read.workers import Workers
from scripts.write import drawing
from scripts.write.drawing import Drawn, drawn, encode


def figures(count: int) -> Iterator[tuple[str, Figure]]:
    """`f0`, `f1`, ...: each with a line of its own."""
    for number in range(count):
        figure = new_figure(width=2, height=1.5)
        figure.subplots().plot([0, 1], [0, number], label=f"line {number}")
        headline(figure, f"figure {number}")
        yield f"f{number}", figure


def here(count: int) -> list[Drawn]:
    return [encode(name, figure, dpi=40, small=name == "f1") for name, figure in figures(count)]


def through(workers: Workers, count: int) -> list[Drawn]:
    return list(drawn(figures(count), workers, dpi=40, small=lambda name: name == "f1"))


class Fakes(Workers):
    """Two processes that are there already; `answer` makes the future of each call."""

    def __init__(self, answer: Callable[..., "Future[Any]"]) -> None:
        super().__init__()
        self.count = 2
        self.calls: list[str] = []
        self._answer = answer

    @property
    def started(self) -> bool:
        return True

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> "Future[Any]":
        self.calls.append(arguments[0])
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
    assert workers.calls == ["f0", "f1", "f2", "f3", "f4"]


@pytest.mark.parametrize("error", [BrokenProcessPool("died"), TypeError("cannot travel")])
def test_what_no_other_process_can_do_is_done_here(error: Exception) -> None:
    assert through(Fakes(failed(error)), 3) == here(3)


def test_an_error_of_the_drawing_itself_is_raised() -> None:
    figure = new_figure(width=2, height=1)
    figure.subplots().xaxis.set_major_formatter(lambda _value, _place: str(1 / 0))
    with pytest.raises(ZeroDivisionError):
        list(drawn([("wrong", figure)], Fakes(failed(ZeroDivisionError()))))


def test_while_the_others_are_busy_this_process_encodes_too() -> None:
    workers = Fakes(lambda *_arguments, **_named: Future())  # never begun
    assert through(workers, 6) == here(6)
    assert workers.calls == ["f0", "f1"]


@pytest.mark.slow
def test_another_process_makes_the_same_bytes() -> None:
    with Workers() as workers:
        answers = [
            workers.submit(encode, name, figure, dpi=40, small=name == "f1")
            for name, figure in figures(3)
        ]
        assert [answer.result() for answer in answers] == here(3)
