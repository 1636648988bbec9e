"""What a reader has to know before any number."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.sections.inputs import Report
from scripts.sections.section import Line
from scripts.sections.warnings import run_warnings, warnings
from scripts.tables.analysis import Analysis
from scripts.words.warnings import in_short, software_warnings
from tests.corpus import Corpus, Pattern


def test_losses_that_can_be_compared_only_loosely_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    content = Corpus(workloads=("cnn", "mlp")).result()
    path.write_text(json.dumps(content), encoding="utf-8")
    plain = Analysis([path])
    before = software_warnings(plain.results.files, plain.work)
    content["crossover"]["workloads"]["cnn"]["losses_compared"] = "loosely: dropout"
    path.write_text(json.dumps(content), encoding="utf-8")
    analysis = Analysis([path])
    [line] = set(software_warnings(analysis.results.files, analysis.work)) - set(before)
    assert "of cnn the losses are compared only loosely" in line


def test_a_run_that_was_cut_short_after_its_cells_does_not_count_them(tmp_path: Path) -> None:
    whole = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    whole["crossover"]["complete"] = False
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(whole))
    [line] = run_warnings(Analysis([path]))
    assert line.endswith(
        "(every cell has seconds, not all that was asked for); --resume finishes it"
    )


def test_that_unlike_work_was_compared_is_the_first_warning(tmp_path: Path) -> None:
    loaded: dict[Pattern, list[str]] = {
        ("cnn", None, None, "cuda"): ["host loaded: other processes used 37% of the CPU"],
        ("mlp", None, None, "cuda"): ["loss mismatch: loss 1.31 against 2.25 of cpu"],
    }
    shape: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1,), "sides": ("cpu", "cuda")}
    noisy = Corpus(machine="noisy", suspect={(None, None, None, None): ["host loaded"]}, **shape)
    other = Corpus(machine="other", workloads=("cnn", "mlp"), suspect=loaded, **shape)
    paths = [plan.write(tmp_path) for plan in (noisy, other)]
    first, second = run_warnings(Analysis(paths))
    assert first.startswith("other: 2 of 4 cells are suspect (!): loss mismatch: loss 1.31 ")
    assert first.endswith("; host loaded: other processes used 37% of the CPU; measure again")
    assert second.startswith("noisy: ")


def test_unlike_files_are_told_before_a_run_that_was_cut_short(tmp_path: Path) -> None:
    cut = Corpus(machine="cut", absent={("mlp", None, None, None): ("interrupted", "")})
    more = Corpus(machine="more", samples=8192)
    content = more.result()
    content["crossover"]["workloads"]["mlp"]["definition"] = "0" * 12
    (tmp_path / "more.json").write_text(json.dumps(content))
    [section] = warnings(Report(Analysis([cut.write(tmp_path), tmp_path / "more.json"])))
    first, second, *_ = [line.text for line in section.brief if isinstance(line, Line)]
    assert first == "Different work, so not comparable: mlp."
    assert second.startswith("cut: the run was cut short")


@pytest.mark.parametrize(
    ("lines", "machine", "said"),
    [
        (["box: slow"], "box", ("slow", [])),
        (["box: slow; again"], "box", ("slow ...", ["box: slow; again"])),
        (
            ["box: 2 of 4 cells are suspect (!): host loaded: by 9 %; idle"],
            "box",
            (
                "2 of 4 cells are suspect (!): host loaded ...",
                ["box: 2 of 4 cells are suspect (!): host loaded: by 9 %; idle"],
            ),
        ),
        (["a: slow", "b: cut"], "", ("a: slow (and 1 more)", ["b: cut"])),
        (["a: b; c", "d"], "a", ("b ... (and 1 more)", ["a: b; c", "d"])),
    ],
)
def test_warnings_in_short_leave_nothing_unsaid(
    lines: list[str], machine: str, said: tuple[str, list[str]]
) -> None:
    assert in_short(lines, machine) == said
