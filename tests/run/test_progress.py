"""What a run says of how far it is, on a clock that is moved by hand."""

import io

from rich.console import Console

from bench.console.progress import RunProgress
from bench.grid import Side

CPU, GPU = Side("cpu"), Side("cuda")


def said(planned: dict[tuple[str, str], int], answers: list[tuple[Side, float]]) -> list[str]:
    """The lines of a log after each answer, which took so many seconds."""
    seconds = [0.0]
    console = Console(file=io.StringIO(), width=120)
    progress = RunProgress(planned, console, now=lambda: seconds[0])
    with progress:
        for block, (side, took) in enumerate(answers):
            seconds[0] += took
            progress.answered("mlp", side, block, 8)
    return str(console.file.getvalue()).splitlines()  # type: ignore[attr-defined]  # a StringIO


def test_a_line_says_what_was_measured_and_what_time_is_left() -> None:
    lines = said({("mlp", "cpu"): 3, ("mlp", "cuda"): 2}, [(CPU, 10.0), (GPU, 20.0)])
    assert lines == [
        "[1/5] mlp on cpu, block 1, batch size 8; 10 s gone, about 40 s left",
        "[2/5] mlp on cuda, block 2, batch size 8; 30 s gone, about 40 s left",
    ]


def test_lines_are_occasional_the_first_and_the_last_always_there() -> None:
    lines = said({("mlp", "cpu"): 40}, [(CPU, 1.0)] * 40)
    assert [line.split("]")[0] for line in lines] == ["[1/40", "[16/40", "[31/40", "[40/40"]


def test_answers_beyond_the_plan_raise_it_and_take_nothing_from_what_is_left() -> None:
    lines = said({("mlp", "cpu"): 1, ("mlp", "cuda"): 1}, [(CPU, 20.0), (CPU, 20.0), (GPU, 20.0)])
    assert [line.split(" mlp")[0] for line in lines] == ["[1/2]", "[2/3]", "[3/3]"]
    assert lines[1].endswith("about 20 s left")
    assert lines[2].endswith("about 0 s left")


def test_within_a_budget_the_seconds_left_are_those_of_the_budget() -> None:
    console = Console(file=io.StringIO(), width=120)
    with RunProgress({}, console, now=lambda: 0.0, budget_left=lambda: 70.0) as progress:
        progress.answered("mlp", CPU, 0, 8)
        progress.skip("mlp", CPU, 3)
    assert console.file.getvalue() == (  # type: ignore[attr-defined]  # a StringIO
        "[1] mlp on cpu, block 1, batch size 8; 0 s gone, 70 s of the budget left\n"
    )


def test_answers_of_an_interrupted_run_are_taken_off_the_plan() -> None:
    progress = RunProgress({("mlp", "cpu"): 5}, Console(file=io.StringIO()), now=lambda: 0.0)
    progress.skip("mlp", CPU, 3)
    assert progress.planned == {("mlp", "cpu"): 2}
