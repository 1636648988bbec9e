import re
from pathlib import Path
from typing import Any

import pytest

from scripts.tables.analysis import Analysis
from scripts.words.noise import noise_lines, tolerance_line
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4)}


def lines_of(folder: Path, plan: Corpus) -> list[str]:
    analysis = Analysis([plan.write(folder)])
    return [re.sub(r"\d+\.\d%", "x%", line) for line in said(analysis)]


def said(analysis: Analysis) -> list[str]:
    return noise_lines(analysis.verdicts, analysis.repeats)


def test_a_run_of_two_sides_says_its_noise_floor_margin_and_wrong_calls(
    tmp_path: Path,
) -> None:
    assert lines_of(tmp_path, Corpus(**SMALL)) == [
        "Noise floor of this run: warm x% (2 A/A cells), margin x%; "
        "total x% (4 A/A cells), margin x%.",
        "Of 6 A/A cells the rule calls 0 different at a margin of 5 %; nothing differs there.",
    ]


def test_each_two_sides_have_a_noise_floor_and_a_margin_of_their_own(tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu", "cpu+threads=1", "vulkan"), **SMALL)
    first, second, _ = lines_of(tmp_path, plan)
    assert first.startswith(
        "Noise floor of cpu+threads=1 against cpu: warm x% (4 A/A cells), margin x%;"
    )
    assert second.startswith("Noise floor of vulkan against cpu: warm x% (2 A/A cells), margin")


def test_a_run_of_the_cpu_alone_says_how_much_it_differed_from_itself(tmp_path: Path) -> None:
    assert lines_of(tmp_path, Corpus(sides=("cpu",), **SMALL))[0] == (
        "Noise floor of this run: cpu warm x% (2 A/A cells); cpu total x% (4 A/A cells)."
    )


def test_a_run_without_repeats_says_that_its_noise_is_unknown(tmp_path: Path) -> None:
    (pair,) = lines_of(tmp_path, Corpus(repeats=False, **SMALL))
    assert "warm unknown (no A/A cell), margin x%" in pair
    alone = Corpus(sides=("cpu",), repeats=False, machine="alone", **SMALL)
    (line,) = lines_of(tmp_path, alone)
    assert line == "Noise floor of this run: unknown: no side was measured against itself."


def test_a_side_that_differs_from_itself_is_called_that(tmp_path: Path) -> None:
    document = Corpus(process_noise=0.0, **SMALL)
    analysis = Analysis([document.write(tmp_path)])
    analysis.repeats.loc[0, "verdict"] = "differs"
    assert "calls 1 different" in said(analysis)[-1]


def test_a_noise_floor_of_exactly_nothing_is_refused_as_impossible(tmp_path: Path) -> None:
    analysis = Analysis([Corpus(process_noise=0.0, epoch_noise=0.0, **SMALL).write(tmp_path)])
    first, second = said(analysis)
    assert "warm unknown (no A/A cell), margin 5.0%" in first
    assert second.startswith("6 A/A cells left out: a noise floor of exactly 0 % is impossible")


def test_where_one_of_two_sides_computes_with_fewer_digits_the_tolerance_is_said(
    tmp_path: Path,
) -> None:
    plan = Corpus(sides=("cpu", "cpu+bf16", "cpu+threads=1"), remedies={"tf32": 2.0}, **SMALL)
    assert tolerance_line(Analysis([plan.write(tmp_path)]).contests) == (
        "Losses have to agree to 0.1% (first minibatch) and 10% (held out); those of cpu+bf16 and "
        "cpu+tf32, where one of two sides computes with fewer digits, to 2% and 25%."
    )
    both = Corpus(sides=("cpu+bf16", "cuda+bf16"), machine="both", **SMALL)
    assert tolerance_line(Analysis([both.write(tmp_path)]).contests) == ""


@pytest.mark.parametrize(
    ("noise", "verdict", "said"),
    [
        (0.01, "slower", ""),
        (0.6, "undecided", ": too noisy to compare"),
        (0.6, "slower", ": too noisy to compare smaller differences"),
    ],
)
def test_a_run_that_differs_from_itself_by_a_quarter_is_too_noisy_to_compare_what_is_smaller(
    tmp_path: Path, noise: float, verdict: str, said: str
) -> None:
    analysis = Analysis([Corpus(process_noise=noise, **SMALL).write(tmp_path)])
    cells = analysis.verdicts.assign(verdict="undecided")
    cells.loc[cells.groupby("scope").head(1).index, "verdict"] = verdict
    floor, told = noise_lines(cells, analysis.repeats)
    margin = r"warm \d+\.\d% \(2 A/A cells\), margin \d+\.\d%"
    assert re.search(f"{margin}{said}; total", floor)
    assert told.endswith("nothing differs there.") != bool(said)
