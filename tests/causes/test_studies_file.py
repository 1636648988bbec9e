"""Studies in a result file: read, checked, judged and said in the report."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from scripts import report
from scripts.read.document import ResultError
from scripts.read.table import load_results
from scripts.tables.analysis import Analysis
from scripts.words.why import brief_why, why_lines
from tests.causes.study_rows import LOST, WHY, with_studies, write
from tests.corpus import Corpus
from tests.write.reports import DRAWN, no_pictures, report_figures

PLAN = Corpus(batch_sizes=(8, 64, 512), epochs=(1, 2), blocks=3)
LADDER = {"loop=course": 0.25, "loop=no-evaluation": 0.5, "fused": 1.5}


def test_a_file_without_studies_has_empty_tables_of_them(tmp_path: Path) -> None:
    results = load_results([write(tmp_path, PLAN.result())])
    assert results.diagnosis.empty
    analysis = Analysis([write(tmp_path, PLAN.result())])
    assert analysis.causes.empty
    assert analysis.remedies.empty


def test_each_diagnosed_cell_has_a_cause_warm_and_for_each_number_of_epochs(
    tmp_path: Path,
) -> None:
    causes = Analysis([write(tmp_path, with_studies(PLAN))]).causes
    assert len(causes) == 3 * 2 * 3
    warm = causes[causes["epochs"].isna()]
    assert set(warm.loc[warm["side"] == "vulkan", "cause"]) == {"launch-bound"}


def test_remedies_are_judged_and_those_without_a_time_say_why(tmp_path: Path) -> None:
    remedies = Analysis([write(tmp_path, with_studies(PLAN))]).remedies
    fused = remedies[remedies["remedy"] == "fused"]
    assert set(fused["verdict"]) == {"faster"}
    assert fused["gain"].tolist() == pytest.approx([1.5] * 6)
    lost = remedies.loc[remedies["remedy"] == LOST, "reason"]
    assert set(lost) == {f"{side}+{LOST}: unsupported ({WHY})" for side in PLAN.sides}


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    content = with_studies(PLAN)
    change(content["crossover"])
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda own: own["diagnosis"][0].update(workload="x"), "names no entry of crossover.work"),
        (lambda own: own["diagnosis"][1].pop("parts"), "parts: is missing, and no reason"),
        (lambda own: own["diagnosis"].append(own["diagnosis"][0]), "stands in the file twice"),
        (lambda own: own["diagnosis"][0]["parts"].update(load_seconds=-1), "load_seconds"),
        (lambda own: own["peaks"].append(own["peaks"][0]), "peaks[2]: stands in the file twice"),
        (lambda own: own["peaks"][0].update(matmul_flops_per_second=0), "matmul_flops_per_second"),
    ],
)
def test_a_study_that_cannot_be_is_refused_by_name(
    tmp_path: Path, change: Callable[[Any], object], words: str
) -> None:
    path = write(tmp_path, broken(change))
    with pytest.raises(ResultError) as error:
        load_results([path])
    assert words in str(error.value)
    assert str(error.value).startswith(str(path))


def test_the_report_says_why_and_what_helps_most(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    folder = tmp_path / "report"
    content = with_studies(PLAN, speedups=LADDER)
    assert report.main([str(write(tmp_path, content)), "--out", str(folder)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "Why: launch-bound at small batches on mlp (the operations are too small: " in words
    assert "Best remedy of those tried: fused optimiser, 1.50x faster for " in words
    wanted = {"causes.csv", "remedies.csv", "ladder.csv"}
    assert {path.name for path in folder.glob("*.csv")} >= wanted
    page = unescape((folder / "report.html").read_text(encoding="utf-8"))
    page = re.sub("</?span>", "", page)  # around what is not broken at its hyphen
    assert "vulkan: </strong>Why, once warm: launch-bound at every batch size" in page
    assert "Best remedy: fused optimiser (vulkan+fused) at every batch size (1.50x faster" in page
    assert "cpu: </strong>A step at batch size 8" in page
    assert "Against the plain loop's, an epoch as it is taught takes 4.0x [" in page
    for name in ("causes-mlp", "ladder-mlp", "remedies-mlp"):
        assert f"{name}" in page
    assert "] faster, pays off from the first epoch" in page
    assert f"cpu+{LOST}: unsupported ({WHY})" in page


def test_a_report_without_studies_says_nothing_of_them(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    folder = tmp_path / "report"
    assert report.main([str(write(tmp_path, PLAN.result())), "--out", str(folder)]) == 0
    assert "-bound" not in capsys.readouterr().out
    assert not (folder / "causes.csv").exists()


def test_the_line_under_a_heat_map_says_cause_and_best_remedy_of_both(
    tmp_path: Path,
) -> None:
    analysis = Analysis([write(tmp_path, with_studies(PLAN))])
    (pair,) = analysis.pairs(analysis.results.files["file"][0])
    words = brief_why(analysis.studies(pair, "vulkan"), analysis.studies(pair, "cpu"), "cpu")
    assert words.startswith("Why, once warm: launch-bound at every batch size")
    assert " Best remedy: fused optimiser (vulkan+fused) at every batch size (" in words
    assert " cpu: Best remedy: fused optimiser (cpu+fused) at every batch size (" in words
    (figure,) = [own for name, own in report_figures(analysis) if name.startswith("heatmap")]
    assert "cpu: Best remedy" in " ".join(figure.get_supxlabel().split())


def test_a_host_share_that_is_not_known_is_null_in_a_file(tmp_path: Path) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["host_enqueue_seconds"] = None
    causes = Analysis([write(tmp_path, content)]).causes
    assert causes["host_share"].isna().all()


def test_a_side_without_a_base_has_its_remedies_said_too() -> None:
    path = Path(__file__).parents[2] / "results" / "xeon-one-thread.json"
    analysis = Analysis([path])
    (pair,) = analysis.pairs(str(path))
    assert pair.side is None
    lines = why_lines(analysis.studies(pair, "cpu+threads=1"))
    assert any("fused optimiser (cpu+threads=1+fused)" in line for line in lines)
    assert why_lines(analysis.studies(pair, "cpu")) == []
