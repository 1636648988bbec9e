"""What stands on the page's first screen, and in which words."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.sections.inputs import Report
from scripts.tables.analysis import Analysis
from scripts.write.page import _whole
from tests.corpus import Corpus, Pattern, falling
from tests.write.page.test_page import page_of
from tests.write.reports import of_own_hardware, page_text

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}


def test_the_page_says_where_a_side_overtakes_how_sure_that_is_and_why(tmp_path: Path) -> None:
    said = page_of(tmp_path, Corpus(ratio=falling, **SMALL)).said
    interval = r"\d\.\d+x \[\d\.\d+ to \d\.\d+\]"
    assert re.search(r"vulkan \(.*\) is slower than the CPU below batch 6\d on mlp", said)
    assert "Why: small batches pay a step's fixed cost for few samples" in said
    sure = rf"intervals: {interval} at batch size 8 and {interval} at batch size 512; 5 repetitions"
    assert re.search(sure, said)
    assert re.search(r"How sure: \d+ of \d+ comparisons are decided \(expect up to 5 %", said)
    assert "times the samples take" in said
    assert "a fixed cost" in said


def first_screen(folder: Path, *plans: Corpus) -> str:
    """What stands before the heat maps."""
    return (
        page_of(folder, *plans).said.partition("To the answer")[2].partition("By batch size and")[0]
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_screen_has_at_most_120_words(tmp_path: Path, count: int) -> None:
    names = tuple(f"net-{n}" for n in range(9))
    sides = ("cpu", "cuda", "cuda+bf16", "cuda+compile")[: count + 1]
    plan = Corpus(workloads=names, ratio=falling, sides=sides, **SMALL)
    suspect: dict[Pattern, list[str]] = {("net-0", 8, 1, "cuda"): ["loss mismatch"]}
    words = first_screen(tmp_path, dataclasses.replace(plan, suspect=suspect)).split()
    assert 40 < len(words) <= 120


def test_doubts_are_opened_and_leave_the_first_screen_as_short(tmp_path: Path) -> None:
    reasons = {
        (name, block): [f"{name} loaded: other processes used {5 * block + 40}% of the CPU"]
        for name in ("lstm", "cnn", "transformer")
        for block in range(3)
    }
    absent: dict[Pattern, tuple[str, ...]] = {
        ("transformer", 512, None, "cuda"): ("oom", "tried to allocate 9.50 GiB"),
        ("transformer", 64, 4, None): ("interrupted", ""),
    }
    plan = Corpus(
        workloads=("mlp", "cnn", "lstm", "transformer"), sides=("cpu", "cuda"), ratio=falling,
        block_suspect=reasons, absent=absent, process_noise=0.2, **SMALL,
    )  # fmt: skip
    page = page_text(Analysis([plan.write(tmp_path)]))
    header = page.partition("<header")[2].partition("</header>")[0]
    folded = "".join(re.findall(r"<li>.*?</li>", header))
    shown = re.sub(r"<li>.*?</li>", "", header)
    words = re.sub(r"<[^>]*>", "", shown.partition(">")[2]).split()
    assert 60 < len(words) <= 120
    assert " ".join(words).startswith("Crossover: devbox 32 of 44 cells are suspect (!): ")
    for text in ("lstm loaded", "transformer loaded", "the run was cut short"):
        assert text in folded


def test_warnings_of_one_clause_each_stand_once(tmp_path: Path) -> None:
    paths = []
    for size in (64, 128):
        content = Corpus(samples=size, machine=f"box-{size}", batch_sizes=(8,)).result()
        content["crossover"]["workloads"]["mlp"]["losses_compared"] = "loosely: dropout"
        paths.append(tmp_path / f"{size}.json")
        paths[-1].write_text(json.dumps(content))
    header = page_text(Analysis(paths)).partition("<header")[2].partition("</header>")[0]
    assert re.findall(r"<summary>.* (\(and 2 more\))</summary>", header) == ["(and 2 more)"]
    for text in ("box-64: of mlp the losses", "box-128: of mlp the losses", "differ in samples"):
        assert header.count(text) == 1


def test_the_words_of_statistics_stand_only_where_they_are_explained(tmp_path: Path) -> None:
    plan = Corpus(workloads=("mlp", "cnn"), sides=("cpu", "cuda", "cpu+threads=1"), **SMALL)
    said = page_of(tmp_path, plan).said
    rest = said.partition("How sure is this?")[0] + said.partition("How to read this page")[2]
    assert not re.findall(r"A/A|[Bb]locks?\b|Holm|Benjamini|margin", rest)


def test_no_note_stands_twice(tmp_path: Path) -> None:
    plan = Corpus(workloads=("mlp", "cnn"), sides=("cpu", "cuda"), remedies={"fused": 2.0}, **SMALL)
    assert page_of(tmp_path, plan).said.count("Plain against plain: both as a person") == 1


def test_what_could_not_be_compared_is_said_with_its_reason(tmp_path: Path) -> None:
    absent: dict[Pattern, tuple[str, ...]] = {("cnn", None, None, "vulkan"): ("unsupported", "x")}
    plan = Corpus(workloads=("cnn", "mlp"), absent=absent, ratio=falling, **SMALL)
    said = page_of(tmp_path, plan).said
    assert "; it could not be compared with the CPU on cnn." in said
    assert "cnn could not be compared with the CPU: vulkan: unsupported (x)" in said


def test_one_table_has_the_crossover_and_break_even_of_every_network(tmp_path: Path) -> None:
    names = tuple(f"net-{n}" for n in range(6))
    said = page_of(tmp_path, Corpus(workloads=names, ratio=falling, **SMALL)).said
    for name in names:
        assert re.search(rf"{name} overtakes at batch \d+ \[\d+ to \d+\]", said)


def test_warnings_stand_on_the_first_screen(tmp_path: Path) -> None:
    plan = Corpus(suspect={("mlp", 8, 1, "vulkan"): ["loss mismatch"]}, **SMALL)
    assert "are suspect (!): loss mismatch" in first_screen(tmp_path, plan)


def test_what_a_software_rasteriser_is_stands_with_the_machines_not_on_top(tmp_path: Path) -> None:
    said = page_of(tmp_path, Corpus(sides=("cpu", "vulkan", "cpu+threads=1"), **SMALL)).said
    assert said.index("say nothing about GPUs") > said.index("The machines")
    first = said.partition("Once warm, ")[2].partition(".")[0]
    assert "threads" in first
    assert "vulkan" not in first


def test_a_name_is_not_broken_at_its_hyphens(tmp_path: Path) -> None:
    plan = Corpus(workloads=("cnn-series",), ratio=falling, **SMALL)
    page = page_text(Analysis([plan.write(tmp_path)]))
    headline = page.partition("<h1")[2].partition("</h1>")[0]
    assert "<span>cnn-series</span>" in headline
    assert "&lt;span" not in page
    assert _whole("<b>a-b</b> & c") == "&lt;b&gt;<span>a-b</span>&lt;/b&gt; &amp; c"
    assert _whole("(--remedies all)") == "<span>(--remedies</span> all)"
    assert _whole("on cnn-series, at 5 %)") == "on <span>cnn-series,</span> at <span>5 %)</span>"


def test_files_of_one_machine_are_one_machine(tmp_path: Path) -> None:
    plans = [Corpus(machine=name, **SMALL) for name in "abcd"]
    assert page_of(tmp_path, *plans[:2]).said.startswith("Crossover: a (2 files)")
    for count, words in ((1, "a"), (2, "a and b"), (3, "3 machines")):
        report = Report(Analysis(of_own_hardware(tmp_path, *plans[:count])))
        assert report.about == words


def test_the_heat_maps_of_many_machines_are_folded_machine_by_machine(tmp_path: Path) -> None:
    known = SMALL | {"workloads": ("mlp", "cnn"), "sides": ("cpu", "cuda")}
    plans = [Corpus(machine=name, **known) for name in ("a", "b", "c", "d")]
    for count, folded in ((3, []), (4, ["a", "b", "c", "d"])):
        page = page_text(Analysis(of_own_hardware(tmp_path, *plans[:count])))
        first = page.partition("By batch size and epochs")[2].partition("Everything else")[0]
        assert re.findall(r'<details class="fold" data-machine="(.)"', first) == folded
        assert first.count('<figure class="map"') == 2 * count
        assert page.count('<figure class="map"') == 2 * count
