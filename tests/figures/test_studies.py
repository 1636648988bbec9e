"""The figures of studies: parts of a step, the roofline, the ladder and the remedies."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from scripts.figures.why.ladder import ladder_figure
from scripts.figures.why.parts import parts_figure
from scripts.figures.why.remedies import remedies_figure
from scripts.figures.why.roofline import roofline_figure
from scripts.sections.inputs import Report
from scripts.sections.why import why
from scripts.tables.analysis import Analysis
from scripts.why.remedies import REMEDY
from scripts.words.remedies import best_remedies
from tests.causes.study_rows import LOST, with_studies, write
from tests.corpus import Corpus
from tests.figures.test_figures import laid_out, overlaps
from tests.write.reports import report_figures

PLAN = Corpus(batch_sizes=(8, 64, 512), epochs=(1, 2), blocks=3)
LADDER = {"loop=course": 0.25, "loop=no-evaluation": 0.5, "fused": 1.5}


def test_studies_have_figures_of_their_own_and_others_none(tmp_path: Path) -> None:
    analysis = Analysis([write(tmp_path, with_studies(PLAN, speedups=LADDER))])
    names = {name for name, _ in report_figures(analysis)}
    plain = {name for name, _ in report_figures(Analysis([write(tmp_path, PLAN.result())]))}
    kinds = {f"{kind}-devbox-mlp" for kind in ("parts", "ladder", "remedies")}
    assert names - plain == kinds | {"roofline-devbox"}


def test_bars_of_a_step_add_up_to_a_whole(tmp_path: Path) -> None:
    causes = Analysis([write(tmp_path, with_studies(PLAN))]).causes
    figure = parts_figure(causes[causes["epochs"].isna()], title="parts")
    for axes in figure.axes[:2]:
        tops = [bar.get_corners()[:, 1].max() for bar in axes.patches if isinstance(bar, Rectangle)]
        assert max(tops) == pytest.approx(1.0)
        assert len(axes.patches) == 6 * 3


def test_points_of_the_roofline_lie_where_flops_and_bytes_put_them(tmp_path: Path) -> None:
    causes = Analysis([write(tmp_path, with_studies(PLAN))]).causes
    figure = roofline_figure(causes[causes["epochs"].isna()], title="roofline")
    assert figure is not None
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[0].lines]
    xs = np.unique([line for line in lines if len(line) == 3])
    assert xs.tolist() == pytest.approx([50_000 * n / (1000 * n + 100_000) for n in (8, 64, 512)])


def test_the_roofline_and_its_table_say_where_flops_were_counted_in_part(tmp_path: Path) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["uncounted_operations"] = ["_lstm_mps"] if row["side"] != "cpu" else []
    analysis = Analysis([write(tmp_path, content)])
    causes = analysis.causes
    assert set(causes.loc[causes["side"] != "cpu", "uncounted"]) == {"_lstm_mps"}
    figure = roofline_figure(causes[causes["epochs"].isna()], title="roofline")
    assert figure is not None
    (hollow,) = figure.axes[0].collections
    other = causes[causes["epochs"].isna() & (causes["side"] != "cpu")]
    assert len(np.asarray(hollow.get_offsets())) == len(other) == 3
    assert np.asarray(hollow.get_facecolor()).min() == 1.0  # white inside
    assert "hollow markers: at least" in " ".join(text.get_text() for text in figure.texts)
    assert overlaps(laid_out(figure)) == []
    tables = {table.name: table for part in why(Report(analysis)) for table in part.tables}
    table = tables["causes-mlp"]
    (computes,) = [column.shown for column in table.columns if column.title == "computes"]
    assert {words.startswith("at least ") for words in computes} == {True, False}


def test_without_flops_there_is_no_roofline(tmp_path: Path) -> None:
    content = with_studies(PLAN)
    for row in content["crossover"]["diagnosis"]:
        row["flops"] = 0
    causes = Analysis([write(tmp_path, content)]).causes
    assert roofline_figure(causes[causes["epochs"].isna()], title="roofline") is None


def test_no_words_overlap_in_the_figures_of_studies(tmp_path: Path) -> None:
    analysis = Analysis([write(tmp_path, with_studies(PLAN, speedups=LADDER))])
    causes = analysis.causes
    tried = analysis.remedies[analysis.remedies["kind"] == REMEDY]
    ladder = ladder_figure(
        analysis.every_trusted, analysis.ladder, best_remedies(tried), title="ladder"
    )
    assert overlaps(laid_out(parts_figure(causes[causes["epochs"].isna()], title="parts"))) == []
    assert overlaps(laid_out(ladder)) == []
    figure = remedies_figure(tried, title="remedies")
    assert figure is not None
    assert overlaps(laid_out(figure)) == []
    assert "unsupported" in {text.get_text() for axes in figure.axes for text in axes.texts}


def test_of_many_batch_sizes_eight_are_drawn_and_the_figure_says_so(tmp_path: Path) -> None:
    plan = Corpus(batch_sizes=tuple(2**power for power in range(13)), epochs=(1,), blocks=3)
    analysis = Analysis([write(tmp_path, with_studies(plan))])
    tried = analysis.remedies[analysis.remedies["kind"] == REMEDY]
    figure = remedies_figure(tried, title="remedies")
    assert figure is not None
    assert overlaps(laid_out(figure)) == []
    assert "8 of 13 batch sizes" in " ".join(figure.get_suptitle().split())


def test_remedies_without_any_time_are_no_figure(tmp_path: Path) -> None:
    analysis = Analysis([write(tmp_path, with_studies(PLAN))])
    lost = analysis.remedies[analysis.remedies["remedy"] == LOST]
    assert remedies_figure(lost, title="remedies") is None


def test_remedies_of_a_busy_host_have_the_mark_in_their_figure(tmp_path: Path) -> None:
    loaded = {("mlp", block): ["host loaded"] for block in range(9)}
    content = with_studies(replace(PLAN, block_suspect=loaded))
    rows = Analysis([write(tmp_path, content)]).remedies
    timed = rows[(rows["kind"] == REMEDY) & rows["gain"].notna()]
    assert set(timed["verdict"]) == {"suspect"}
    figure = remedies_figure(rows[rows["kind"] == REMEDY], title="remedies")
    assert figure is not None
    marks = [text for axes in figure.axes for text in axes.texts if text.get_text() == "!"]
    assert len(marks) == len(timed)
