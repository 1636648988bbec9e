"""A report of a machine without an accelerator: the CPU's own answer, then the bound."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import report
from scripts.sections.contents import contents
from scripts.sections.inputs import Report, first_files
from scripts.sections.section import Line, Section, Table
from scripts.tables.analysis import Analysis
from scripts.words.host.bound import NO_GPU
from tests.bound.rows import ISSUED, cpu_file
from tests.causes.study_rows import write
from tests.corpus import Corpus, falling
from tests.write.reports import DRAWN, figures_of, no_pictures, page_text


def sections(*paths: Path) -> dict[str, Section]:
    return {section.key: section for section in contents(Report(Analysis(list(paths))))}


def test_a_file_of_the_cpu_has_its_own_answer_and_a_bound(tmp_path: Path) -> None:
    own = sections(cpu_file(tmp_path, workloads=("mlp", "cnn")))
    assert [row[0] for row in own["cpu"].tables[0].rows] == ["mlp", "cnn"]
    assert [row[0] for row in own["bound"].tables[0].rows] == ["mlp", "cnn"]
    assert "CUDA graphs" in own["bound"].lines[-1].text
    assert "nothing says that one comes near it" in own["bound"].notes[0].text


def test_of_several_networks_the_terminal_shows_a_row_each(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"workloads": ("mlp", "cnn"), "cpu_step_seconds": lambda *_: 3.5e-3}
    own = sections(cpu_file(tmp_path, **plan))
    (fastest,) = own["cpu"].brief
    could, note = own["bound"].brief
    assert isinstance(fastest, Table)
    assert isinstance(could, Table)
    assert isinstance(note, Line)
    titles = "network, side, batch size, samples per second, gain over 8"
    assert ", ".join(column.title for column in fastest.titled) == titles
    assert fastest.rows[1] == ("cnn", "cpu", "512", "146,286", "64x")
    assert dict(zip([one.title for one in could.titled], could.rows[0], strict=True)) == {
        "network": "mlp",
        "at 8: any": "10x",
        "at 512: T4": "10x",
        "RTX 4090": "10x",
        "H100": "10x",
        "epochs to pay a start": "2 to 199",
    }
    assert note.text.startswith("A cold start takes 0.05 to 5 s. A bound, no forecast")


def test_of_one_network_the_terminal_has_a_sentence(tmp_path: Path) -> None:
    own = sections(cpu_file(tmp_path))
    assert own["cpu"].brief == own["cpu"].lines
    assert own["bound"].brief == own["bound"].lines


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda _workload, batch: 1e-4 * (1 + batch / 32), ("not to 32", "4 to 463")),
        (lambda _workload, _batch: 1e-4, ("never", "never")),
    ],
)
def test_where_no_gpu_can_be_faster_the_table_says_so(
    step: object, said: tuple[str, str], tmp_path: Path
) -> None:
    plan: dict[str, Any] = {"workloads": ("mlp", "cnn"), "cpu_step_seconds": step}
    table = sections(cpu_file(tmp_path, **plan))["bound"].brief[0]
    assert isinstance(table, Table)
    _, first, *_, epochs = table.rows[0]
    assert first == said[0]
    assert epochs == said[1]


def test_a_file_with_an_accelerator_has_neither(tmp_path: Path) -> None:
    assert not {"cpu", "bound"} & sections(Corpus().write(tmp_path)).keys()


def test_a_file_of_before_says_that_measuring_again_would_tell(tmp_path: Path) -> None:
    bound = sections(cpu_file(tmp_path, issued=None))["bound"]
    assert "measured again, it tells." in bound.lines[0].text
    assert not bound.pictures
    assert not bound.frames


def test_of_more_than_two_files_each_is_folded_and_the_terminal_tells_of_two(
    tmp_path: Path,
) -> None:
    plans = [Corpus(sides=("cpu",), machine=f"m{number}") for number in range(3)]
    own = sections(*(plan.write(tmp_path) for plan in plans))
    for key in ("cpu", "bound"):
        assert own[key].part == "after"
        assert [line.lead for line in own[key].lines] == ["m0: ", "m1: ", "m2: "]
        first, second, more = own[key].brief
        assert (first, second) == tuple(own[key].lines[:2])
        assert more == Line("and 1 more file: report.html has them", tone="faint")


def test_the_tables_of_several_networks_stand_on_the_page(tmp_path: Path) -> None:
    page = page_text(Analysis([cpu_file(tmp_path, workloads=("mlp", "cnn"))]))
    assert "The fastest batch size of each network" in page
    assert "How many times faster a GPU could be, at best" in page


def test_beside_a_gpu_of_another_machine_both_are_folded(tmp_path: Path) -> None:
    gpu = Corpus(machine="lab", sides=("cpu", "cuda"), ratio=falling).write(tmp_path)
    own = sections(cpu_file(tmp_path, machine="box"), gpu)
    assert [(own[key].part, list(own[key].brief)) for key in ("cpu", "bound")] == [
        ("after", [])
    ] * 2
    assert own["answer"].lines[0].text.startswith("Once warm, the GPU (NVIDIA H200)")
    line = Line("a line")
    assert first_files([[], [], [line], []]) == [line]  # a file that says nothing is none more


@pytest.mark.parametrize(("side", "said"), [("cpu+threads=1", True), ("cuda", False)])
def test_the_first_screen_says_that_no_gpu_was_measured(
    side: str, said: bool, tmp_path: Path
) -> None:
    answer = sections(Corpus(sides=("cpu", side)).write(tmp_path))["answer"]
    assert (NO_GPU in [line.text for line in answer.notes]) == said


def test_what_the_first_sentence_says_of_threads_is_in_no_table(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"sides": ("cpu", "cpu+threads=1")}
    assert not sections(Corpus(**plan).write(tmp_path))["crossings"].tables
    crossing = Corpus(**plan, ratio=lambda *cell: 1 / falling(*cell)).write(tmp_path)
    assert sections(crossing)["crossings"].tables


Change = Callable[[dict[str, Any]], None]


def failed(own: dict[str, Any]) -> None:
    row = {"workload": "mlp", "side": "cpu", "reason": "failed", "detail": "said torch"}
    own["dispatch"] = [row | {"suspect": []}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda own: own.update(complete=False), "the run ended before it looked at what the host"),
        (lambda own: own["run"].update(budget_seconds=60.0), "only with --diagnose, where time is"),
        (failed, "its look at what the host does for a step came to nothing (mlp: failed: said"),
    ],
)
def test_why_nobody_looked_is_said_as_it_was(change: Change, words: str, tmp_path: Path) -> None:
    content = Corpus(sides=("cpu",)).result()
    change(content["crossover"])
    path = write(tmp_path, content)
    text = sections(path)["bound"].lines[0].text
    assert words in text
    assert "version" not in text


def test_a_busy_host_is_marked_in_sentence_table_and_picture(tmp_path: Path) -> None:
    why = ["block 0: host loaded"]
    every = sections(cpu_file(tmp_path, issued=ISSUED | {"suspect": why}))
    own = every["bound"]
    assert "Suspect, as the host was looked at: block 0: host loaded." in own.lines[0].text
    assert "140 ! times less than here" in own.lines[-1].text
    (table,) = every["bounds"].tables
    (floors,) = [one for one in table.columns if one.key == "floor_seconds"]
    assert all(text.endswith(" !") for text in floors.shown)
    axes = dict(figures_of([own]))["bound-devbox"].axes[0]
    assert [one.get_text() for one in axes.texts] == ["!"] * 4


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
    path = cpu_file(tmp_path, workloads=("mlp", "cnn"))
    assert report.main([str(path), "--out", str(tmp_path / "out")]) == 0
    assert "could be, at best" in capsys.readouterr().out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<caption>The fastest batch size of each network</caption>" in page
    assert "<caption>How many times faster a GPU could be, at best</caption>" in page
    header, first, *_ = (tmp_path / "out" / "bounds.csv").read_text().splitlines()
    assert header.split(",")[:5] == ["file", "machine", "workload", "batch_size", "card"]
    assert first.split(",")[4] == "any"
