"""Grids that are odd and yet right: a single batch size, few blocks, no verdict, many networks."""

from pathlib import Path
from typing import Any

import pytest

from scripts import compare, report
from scripts.sections.answer import answer
from scripts.sections.section import Line, Strip
from tests.corpus import Corpus, Pattern, falling
from tests.write.test_told import GPU, by_workload, report_of

EVERY: Pattern = (None, None, None, None)
LOADED = {EVERY: ["host loaded: other processes used 37% of the CPU"]}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "one block": (
        {"blocks": 1},
        "How sure: none of 9 comparisons is decided, which takes 3 repetitions or more.",
    ),
    "suspect": ({"suspect": LOADED}, "How sure: none of 9 comparisons is decided; 9 suspect."),
    "one batch size": (
        {"sides": ("cpu",), "batch_sizes": (8,)},
        "Only cpu was timed: mlp only at batch 8.",
    ),
    "one batch size, in full": (
        {"sides": ("cpu",), "batch_sizes": (8,)},
        "mlp was timed only at batch size 8 on cpu: ",
    ),
    "a suspect CPU": (
        {"sides": ("cpu",), "suspect": LOADED},
        "Only cpu was timed: no cell has a time that is not suspect.",
    ),
}


def brief(folder: Path, capsys: pytest.CaptureFixture[str], plan: Corpus) -> str:
    assert report.main([str(plan.write(folder)), "--brief"]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("case", CASES)
def test_what_a_grid_cannot_tell_is_not_said(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, words = CASES[case]
    said = brief(tmp_path, capsys, Corpus(**(GPU | changed)))
    assert words in said
    assert "of these" not in said


@pytest.mark.parametrize(("ratio", "slower"), [(2.0, True), (0.5, False)])
def test_what_would_help_is_asked_only_where_something_is_slower(
    ratio: float, slower: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    still = {"cold_seconds": {"cpu": 0.01, "cuda": 0.01}, "ratio": lambda *_cell: ratio}
    said = brief(tmp_path, capsys, Corpus(**(GPU | still)))
    assert ("--remedies all tries others" in said) == ("What helps" in said) == slower


@pytest.mark.parametrize(
    ("sides", "shown"), [(("cpu", "cuda"), 12), (("cpu", "cuda", "cuda*2"), 6)]
)
def test_of_many_networks_the_first_are_shown_and_no_sentence_stands_twice(
    sides: tuple[str, ...], shown: int, tmp_path: Path
) -> None:
    names = [f"net-{number}" for number in range(14)]
    plan = Corpus(workloads=names, batch_sizes=(8, 64), epochs=(1,), sides=sides, ratio=falling)
    [part] = answer(report_of(tmp_path, plan))
    strips = [item for item in part.brief if isinstance(item, Strip)]
    assert len(strips) == shown * (len(sides) - 1)
    said = [item.text for item in part.brief if isinstance(item, Line)]
    more = f"and {14 - shown} more networks: report.html has them"
    assert said.count(more) == len(sides) - 1
    sentences = [text for text in said if text != more]
    assert len(sentences) == len(set(sentences))


def test_a_comparison_says_first_that_a_run_was_cut_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Corpus(machine="whole", ratio=by_workload, workloads=("mlp",), batch_sizes=(8,))
    cut = Corpus(machine="cut", absent={EVERY: ("interrupted", "")}, batch_sizes=(8,))
    paths = [str(one.write(tmp_path)) for one in (whole, cut)]
    assert compare.main(paths) == 0
    said = capsys.readouterr().out
    assert said.startswith("Warning: cut: the run was cut short (0 of ")
    assert "No geometric means: no cell has a sound time on every machine." in said
