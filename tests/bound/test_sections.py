"""A report of a machine without an accelerator: the CPU's own answer, then the bound."""

from pathlib import Path

import numpy as np
import pytest

from scripts import report
from scripts.sections.contents import contents
from scripts.sections.inputs import Report
from scripts.sections.section import Section
from scripts.tables.analysis import Analysis
from tests.bound.rows import cpu_file
from tests.corpus import Corpus
from tests.write.reports import DRAWN, figures_of, no_pictures


def sections(path: Path) -> dict[str, Section]:
    return {section.key: section for section in contents(Report(Analysis([path])))}


def test_a_file_of_the_cpu_has_its_own_answer_and_a_bound(tmp_path: Path) -> None:
    own = sections(cpu_file(tmp_path, workloads=("mlp", "cnn")))
    assert [line.text.split(" ")[0] for line in own["cpu"].lines] == ["mlp", "cnn"]
    assert len(own["bound"].lines) == 3
    assert "CUDA graphs" in own["bound"].lines[-1].text
    assert "A bound, no measurement" in own["bound"].notes[0].text


def test_a_file_with_an_accelerator_has_neither(tmp_path: Path) -> None:
    assert not {"cpu", "bound"} & sections(Corpus().write(tmp_path)).keys()


def test_a_file_of_before_says_that_measuring_again_would_tell(tmp_path: Path) -> None:
    bound = sections(cpu_file(tmp_path, issued=None))["bound"]
    assert "Measured again, it tells." in bound.lines[0].text
    assert not bound.pictures
    assert not bound.frames


def test_the_bound_is_hatched_below_the_least_that_the_host_needs(tmp_path: Path) -> None:
    figures = dict(figures_of([sections(cpu_file(tmp_path))["bound"]]))
    axes = figures["bound-devbox"].axes[0]
    (area,) = axes.collections
    assert area.get_hatch() == "////"
    assert np.asarray(area.get_paths()[0].vertices)[:, 1].max() == pytest.approx(3.5e-4)


def test_samples_per_second_have_a_panel_per_network(tmp_path: Path) -> None:
    path = cpu_file(tmp_path, workloads=("mlp", "cnn"))
    figures = dict(figures_of([sections(path)["answer"]]))
    assert [axes.get_title(loc="left") for axes in figures["throughput-devbox"].axes] == [
        "mlp",
        "cnn",
    ]


def test_a_report_has_the_bound_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    assert report.main([str(cpu_file(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    assert "no GPU can beat this CPU on mlp" in " ".join(capsys.readouterr().out.split())
    header, first, *_ = (tmp_path / "out" / "bounds.csv").read_text().splitlines()
    assert header.split(",")[:5] == ["file", "machine", "workload", "batch_size", "card"]
    assert first.split(",")[4] == "any"
