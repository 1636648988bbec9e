"""What a run says of how far it is, on a clock that is moved by hand."""

import io

from rich.console import Console

from bench.console.progress import RunProgress
from bench.grid import Side

CPU, GPU = Side("cpu"), Side("cuda")


def said(
    planned: dict[tuple[str, str], int],
    answers: list[tuple[Side, float]],
    *,
    load: str = "",
    **beside: int,
) -> list[str]:
    """The lines of a log after each answer, which took so many seconds; `beside` the plan."""
    seconds = [0.0]
    console = Console(file=io.StringIO(), width=120)
    progress = RunProgress(planned, console, now=lambda: seconds[0], load=lambda: load)
    with progress:
        for why, count in beside.items():
            progress.expect("mlp", {CPU: count})
            progress.say(why)
        for block, (side, took) in enumerate(answers):
            seconds[0] += took
            progress.answered("mlp", side, block, 8)
    return str(console.file.getvalue()).splitlines()  # type: ignore[attr-defined]  # a StringIO


def test_a_line_says_what_was_measured_and_what_time_is_left() -> None:
    lines = said({("mlp", "cpu"): 3, ("mlp", "cuda"): 2}, [(CPU, 10.0), (GPU, 20.0)])
    assert lines == [
        "[1/5 measurements] mlp on cpu, block 1, batch size 8; about 40 s left, 10 s gone",
        "[2/5 measurements] mlp on cuda, block 2, batch size 8; about 40 s left, 30 s gone",
    ]


def test_lines_are_occasional_the_first_and_the_last_always_there() -> None:
    lines = said({("mlp", "cpu"): 40}, [(CPU, 1.0)] * 40)
    assert [line.split(" ")[0] for line in lines] == ["[1/40", "[16/40", "[31/40", "[40/40"]
    assert lines[-1].endswith("; 40 s gone")


def test_repeats_are_in_the_count_before_they_run() -> None:
    lines = said({("mlp", "cpu"): 1}, [(CPU, 20.0)] * 3, loaded=2)
    assert lines[0] == "[0/3 measurements] loaded"
    assert [line.split(" mlp")[0] for line in lines[1:]] == [
        f"[{count}/3 measurements]" for count in (1, 2, 3)
    ]
    assert lines[1].endswith("about 40 s left, 20 s gone")


def test_what_an_earlier_block_has_settled_is_taken_off_the_plan() -> None:
    planned = {("mlp", "cpu"): 5}
    progress = RunProgress(planned, Console(file=io.StringIO()), now=lambda: 0.0)
    progress.expect("mlp", {CPU: -3})
    assert progress.planned == {("mlp", "cpu"): 2}


def test_who_else_uses_the_cpu_is_said_while_it_is_measured() -> None:
    words = "other processes used 58% of the CPU"
    lines = said({("mlp", "cpu"): 9}, [(CPU, 1.0), (CPU, 20.0)], load=words)
    assert [line.endswith(words) for line in lines] == [False, True]  # none after a second


def test_within_a_budget_the_seconds_left_are_those_of_the_budget() -> None:
    console = Console(file=io.StringIO(), width=120)
    with RunProgress({}, console, now=lambda: 0.0, budget_left=lambda: 70.0) as progress:
        progress.answered("mlp", CPU, 0, 8)
        progress.expect("mlp", {CPU: -3})
    assert console.file.getvalue() == (  # type: ignore[attr-defined]  # a StringIO
        "[1 measurement] mlp on cpu, block 1, batch size 8; 70 s of the budget left, 0 s gone\n"
    )


def test_a_search_has_no_plan_and_says_of_no_time_that_it_is_left() -> None:
    assert said({}, [(CPU, 3.0)]) == ["[1 measurement] mlp on cpu, block 1, batch size 8; 3 s gone"]


def test_it_is_said_beforehand_what_is_counted() -> None:
    console = Console(file=io.StringIO(), width=120)
    RunProgress({("mlp", "cpu"): 5}, console).begin(8)
    assert console.file.getvalue() == (  # type: ignore[attr-defined]  # a StringIO
        "8 cells, 5 measurements to come: each one batch size on one side in a fresh process, "
        "some of them twice\n"
    )
