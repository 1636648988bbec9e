"""Studies in a result file: read, checked, judged, drawn and said in the report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from scripts import report
from scripts.figures.ladder import ladder_figure
from scripts.figures.parts import parts_figure
from scripts.figures.remedies import remedies_figure
from scripts.figures.roofline import roofline_figure
from scripts.figures.style import labelled
from scripts.read.document import ResultError
from scripts.read.table import load_results
from scripts.sections.run_figures import figures
from scripts.sections.why import why_tables
from scripts.tables.analysis import Analysis
from scripts.words.remedies import best_remedies
from scripts.write.pictures import Pictures
from scripts.write.view import View
from tests.corpus import Corpus
from tests.figures.test_figures import laid_out, overlaps
from tests.study_rows import with_studies

PLAN = Corpus(batch_sizes=(8, 64, 512), epochs=(1, 2), blocks=3)
LADDER = {"loop-course": 0.25, "loop-no-evaluation": 0.5, "loop-lean": 1.0, "fused-optimizer": 1.5}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def to_file(content: dict[str, Any]) -> Path:
        path = tmp_path / "devbox.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return to_file


def test_a_file_without_studies_has_empty_tables_of_them(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    results = load_results([write(PLAN.result())])
    assert results.diagnosis.empty
    assert results.variants.empty
    analysis = Analysis([write(PLAN.result())])
    assert analysis.causes.empty
    assert analysis.remedies.empty


def test_every_diagnosed_cell_has_a_cause_warm_and_for_every_number_of_epochs(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    causes = Analysis([write(with_studies(PLAN))]).causes
    assert len(causes) == 3 * 2 * 3
    warm = causes[causes["epochs"].isna()]
    assert set(warm.loc[warm["device"] == "vulkan", "cause"]) == {"launch-bound"}


def test_remedies_are_judged_and_those_without_a_time_say_why(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    remedies = Analysis([write(with_studies(PLAN))]).remedies
    fused = remedies[remedies["remedy"] == "fused-optimizer"]
    assert set(fused["verdict"]) == {"faster"}
    assert fused["gain"].tolist() == pytest.approx([1.5] * 6)
    assert set(remedies.loc[remedies["remedy"] == "tf32", "verdict"]) == {"unsupported"}


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
        (lambda own: own["variants"][0].pop("rounds"), "rounds: is missing, and no reason"),
        (lambda own: own["variants"][0]["rounds"][1].update(block=0), "stands in this row twice"),
        (lambda own: own["variants"][0].update(variant="\x1b[31m"), "variant"),
        (lambda own: own["variants"][0].update(reason="bored"), "reason"),
    ],
)
def test_a_study_that_cannot_be_is_refused_by_name(
    write: Callable[[dict[str, Any]], Path], change: Callable[[Any], object], words: str
) -> None:
    path = write(broken(change))
    with pytest.raises(ResultError) as error:
        load_results([path])
    assert words in str(error.value)
    assert str(error.value).startswith(str(path))


def test_more_variants_than_can_be_drawn_are_refused(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    names = {f"remedy-{number}": 1.0 for number in range(63)}
    path = write(with_studies(PLAN, speedups=names))  # and the plain cell, and one without a time
    with pytest.raises(ResultError, match=r"variants: has 65 variants, and 64 can be read"):
        load_results([path])


def test_the_report_says_why_and_what_helps_most(
    write: Callable[[dict[str, Any]], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "figures", lambda _analysis: [])
    folder = tmp_path / "report"
    content = with_studies(PLAN, speedups=LADDER)
    assert report.main([str(write(content)), "--out", str(folder)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "vulkan: Why, once warm: launch-bound at every batch size" in words
    assert "vulkan: Best remedy: fused-optimizer at every batch size (1.50x faster" in words
    assert "cpu: A step at batch size 8" in words
    assert "vulkan: Against the plain loop's, an epoch as it is taught takes 4.0x [" in words
    assert "add up to the undisturbed step within 0.0% in the median of 6 cells" in words
    wanted = {"causes.csv", "remedies.csv", "ladder.csv"}
    assert {path.name for path in folder.glob("*.csv")} >= wanted
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in ("causes-mlp", "ladder-mlp", "remedies-mlp"):
        assert f"{name}" in page
    assert "] faster, pays off from the first epoch" in page
    assert ". Why, once warm: launch-bound at every batch size" in page  # below the heat map
    assert "unsupported (TF32 is a number format of cuda devices)" in page


def test_a_report_without_studies_says_nothing_of_them(
    write: Callable[[dict[str, Any]], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "figures", lambda _analysis: [])
    folder = tmp_path / "report"
    assert report.main([str(write(PLAN.result())), "--out", str(folder)]) == 0
    assert "Why" not in capsys.readouterr().out
    assert not (folder / "causes.csv").exists()


def test_the_line_under_a_heat_map_says_cause_and_best_remedy_of_both_devices(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    analysis = Analysis([write(with_studies(PLAN))])
    (pair,) = analysis.pairs(analysis.results.files["file"][0])
    words = analysis.brief_why(pair)
    assert words.startswith("Why, once warm: launch-bound at every batch size")
    assert " Best remedy: fused-optimizer at every batch size (" in words
    assert " CPU: Best remedy: fused-optimizer at every batch size (" in words
    (figure,) = [own for name, own in figures(analysis) if name.startswith("heatmap")]
    assert "CPU: Best remedy" in " ".join(figure.get_supxlabel().split())


def test_studies_have_figures_of_their_own_and_others_none(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    analysis = Analysis([write(with_studies(PLAN, speedups=LADDER))])
    names = {name for name, _ in figures(analysis)}
    plain = {name for name, _ in figures(Analysis([write(PLAN.result())]))}
    kinds = {f"{kind}-devbox-mlp" for kind in ("parts", "ladder", "remedies")}
    assert names - plain == kinds | {"roofline-devbox"}


def test_bars_of_a_step_add_up_to_a_whole(write: Callable[[dict[str, Any]], Path]) -> None:
    causes = Analysis([write(with_studies(PLAN))]).causes
    figure = parts_figure(causes[causes["epochs"].isna()], title="parts")
    for axes in figure.axes[:2]:
        tops = [bar.get_corners()[:, 1].max() for bar in axes.patches if isinstance(bar, Rectangle)]
        assert max(tops) == pytest.approx(1.0)
        assert len(axes.patches) == 6 * 3


def test_points_of_the_roofline_lie_where_flops_and_bytes_put_them(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    causes = Analysis([write(with_studies(PLAN))]).causes
    figure = roofline_figure(causes[causes["epochs"].isna()], title="roofline")
    assert figure is not None
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[0].lines]
    xs = np.unique([line for line in lines if len(line) == 3])
    assert xs.tolist() == pytest.approx([50_000 * n / (1000 * n + 100_000) for n in (8, 64, 512)])


def test_the_roofline_and_its_table_say_where_flops_were_counted_in_part(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["uncounted_operations"] = ["_lstm_mps"] if row["device"] != "cpu" else []
    analysis = Analysis([write(content)])
    causes = analysis.causes
    assert set(causes.loc[causes["device"] != "cpu", "uncounted"]) == {"_lstm_mps"}
    figure = roofline_figure(causes[causes["epochs"].isna()], title="roofline")
    assert figure is not None
    hollow = [line.get_markerfacecolor() == "none" for line in figure.axes[0].lines]
    assert hollow.count(True) == 1
    assert "hollow markers: at least" in " ".join(text.get_text() for text in figure.texts)
    assert overlaps(laid_out(figure)) == []
    tables = {table.name: table for table in why_tables(View(analysis, Pictures()), "mlp")}
    table = tables["causes-mlp"]
    (computes,) = [column.shown for column in table.columns if column.title == "computes"]
    assert {words.startswith("at least ") for words in computes} == {True, False}


def test_a_host_share_that_is_not_known_is_null_in_a_file(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["host_enqueue_seconds"] = None
    causes = Analysis([write(content)]).causes
    assert causes["host_share"].isna().all()


def test_without_flops_there_is_no_roofline(write: Callable[[dict[str, Any]], Path]) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["flops"] = 0
    causes = Analysis([write(content)]).causes
    assert roofline_figure(causes[causes["epochs"].isna()], title="roofline") is None


def test_no_words_overlap_in_the_figures_of_studies(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    analysis = Analysis([write(with_studies(PLAN, speedups=LADDER))])
    causes = analysis.causes
    rows = labelled(analysis.results.variants)
    best = best_remedies(analysis.remedies)
    assert overlaps(laid_out(parts_figure(causes[causes["epochs"].isna()], title="parts"))) == []
    assert overlaps(laid_out(ladder_figure(rows, best, title="ladder"))) == []
    tried = labelled(analysis.remedies[analysis.remedies["kind"] == "remedy"])
    figure = remedies_figure(tried, title="remedies")
    assert figure is not None
    assert overlaps(laid_out(figure)) == []
    assert "unsupported" in {text.get_text() for axes in figure.axes for text in axes.texts}


def test_of_many_batch_sizes_eight_are_drawn_and_the_figure_says_so(
    write: Callable[[dict[str, Any]], Path],
) -> None:
    plan = Corpus(batch_sizes=tuple(2**power for power in range(13)), epochs=(1,), blocks=3)
    analysis = Analysis([write(with_studies(plan))])
    tried = labelled(analysis.remedies[analysis.remedies["kind"] == "remedy"])
    figure = remedies_figure(tried, title="remedies")
    assert figure is not None
    assert overlaps(laid_out(figure)) == []
    assert "8 of 13 batch sizes" in " ".join(figure.get_suptitle().split())


def test_remedies_without_any_time_are_no_figure(write: Callable[[dict[str, Any]], Path]) -> None:
    analysis = Analysis([write(with_studies(PLAN))])
    lost = analysis.remedies[analysis.remedies["remedy"] == "tf32"]
    assert remedies_figure(labelled(lost), title="remedies") is None


def test_the_only_number_of_cpu_threads_has_its_remedies_said_without_an_accelerator() -> None:
    """The pair of a workload without an accelerator stands for no number of threads."""
    path = Path(__file__).parents[2] / "results" / "xeon-one-thread.json"
    analysis = Analysis([path])
    (pair,) = analysis.pairs(str(path))
    assert any("fused-optimizer" in line for line in analysis.why(pair, "cpu"))


def test_several_numbers_of_cpu_threads_have_their_own_lines(tmp_path: Path) -> None:
    path = Corpus(threads=(1, 2), devices=("cpu",)).write(tmp_path)
    analysis = Analysis([path])
    one = Analysis([Path(__file__).parents[2] / "results" / "xeon-one-thread.json"]).remedies
    two = one.assign(threads=2, remedy=one["remedy"].str.replace("fused", "other"))
    analysis.__dict__["remedies"] = pd.concat([one, two]).assign(file=str(path))
    (pair,) = [pair for pair in analysis.pairs(str(path)) if pair.workload == "mlp"]
    lines = analysis.why(pair, "cpu")
    heads = [line.partition(":")[0] for line in lines]
    assert heads == ["with 1 thread"] * 2 + ["with 2 threads"] * 2
    assert "fused-optimizer" in lines[0]
    assert "other-optimizer" in lines[2]
