"""The first sentences and strips of a report."""

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from scripts.judge.break_even import AFTER, NEVER
from scripts.judge.crossover import ALWAYS, BELOW
from scripts.sections.answer import answer, headlines
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section, Strip, Table
from scripts.tables.analysis import Analysis
from scripts.tables.told import told
from scripts.words.answer.told import epochs_sentence, network_words, verdict_sentence
from scripts.write.markdown import markdown
from scripts.write.terminal import show
from tests.corpus import Corpus, Pattern, falling

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}
GPU: dict[str, Any] = {**SMALL, "sides": ("cpu", "cuda"), "ratio": falling}


def report_of(folder: Path, *plans: Corpus) -> Report:
    return Report(Analysis([plan.write(folder, f"file{n}") for n, plan in enumerate(plans)]))


def by_workload(workload: str, _side: str, batch_size: int) -> float:
    """Slower below 64 of mlp, everywhere of cnn, nowhere of lstm."""
    return {"mlp": falling("", "", batch_size), "cnn": 2.0, "lstm": 0.5}[workload]


def always_faster(_workload: str, _side: str, _batch_size: int) -> float:
    """Twice as fast."""
    return 0.5


def test_a_sentence_says_on_which_networks_a_gpu_is_slower_and_where(tmp_path: Path) -> None:
    plan = Corpus(workloads=("mlp", "cnn", "lstm"), **(GPU | {"ratio": by_workload}))
    [words] = headlines(report_of(tmp_path, plan))
    assert re.fullmatch(
        r"Once warm, the GPU \(NVIDIA H200\) is slower than the CPU below batch (6\d) on mlp and "
        r"faster above; it is slower at every batch size on cnn; "
        r"it is faster at every batch size on lstm\.",
        words,
    )


def test_of_two_threads_against_one_it_is_said_from_where_on_they_pay(tmp_path: Path) -> None:
    sides = ("cpu", "cpu+threads=1")
    plan = Corpus(**SMALL, sides=sides, ratio=lambda *cell: 1 / falling(*cell))
    report = report_of(tmp_path, plan)
    [words] = headlines(report)
    assert re.fullmatch(r"Once warm, (\d+|all) threads pay from batch 6\d on mlp\.", words)
    [one] = report.told
    assert one.warm["verdict"].tolist()[0] == "slower"
    assert one.warm["ratio"].iloc[0] == pytest.approx(falling("", "", 8), rel=0.1)


def test_several_networks_at_a_batch_size_are_told_apart_by_commas(tmp_path: Path) -> None:
    at = {"mlp": 8, "cnn": 64, "lstm": 64, "rnn": 512}
    curves = report_of(tmp_path, Corpus(workloads=tuple(at), **GPU)).told[0].curves
    place = curves["workload"].map(at).astype(str)
    words = verdict_sentence(
        "2 threads", "one thread", curves.assign(kind=BELOW, upper=place, cells=place + " faster")
    )
    assert words == (
        "Once warm, 2 threads pay from batch 8 on mlp, 64 on cnn and lstm, and 512 on rnn "
        "(undecided below)."
    )


def test_what_is_open_beyond_the_last_decided_cell_is_called_what_all_of_it_is(
    tmp_path: Path,
) -> None:
    lost = {
        ("mlp", 512, None, "cuda"): ("oom", "out of memory"),
        ("lstm", 512, None, "cuda"): ("timeout", "too slow", 2),
    }
    networks = ("mlp", "cnn", "lstm")
    plan = Corpus(**(GPU | {"workloads": networks, "ratio": lambda *_cell: 2.0, "absent": lost}))
    report = report_of(tmp_path, plan)
    [words] = headlines(report)
    assert words.endswith(
        "on cnn; it is slower up to batch 64 on lstm and mlp (not measured above)."
    )
    told_of = {name: text for name, _, text in report.told[0].answers()}
    assert told_of["mlp"].startswith("slower up to batch 64 (not measured above: cuda: oom")


def test_files_of_one_machine_are_one_machine(tmp_path: Path) -> None:
    plans = [Corpus(machine="a", **GPU), Corpus(machine="b", workloads=("mlp", "cnn"), **GPU)]
    report = report_of(tmp_path, *plans)
    [one] = told(report.analysis, report.files)
    assert (one.pair.machine, one.curves["workload"].tolist()) == ("a", ["mlp", "cnn"])


def test_what_another_file_of_the_machine_tried_is_told(tmp_path: Path) -> None:
    tried = Corpus(machine="b", remedies={"fused": 2.0}, **GPU)
    [section] = answer(report_of(tmp_path, Corpus(machine="a", **GPU), tried))
    said = " ".join(line.text for line in section.notes)
    assert re.search(r"Best remedy of those tried: .*, [12]\.\d+x faster for", said)


def test_of_many_machines_it_is_said_how_often_each_network_overtakes_and_where(
    tmp_path: Path,
) -> None:
    plans = [
        Corpus(machine=f"m{n}", workloads=("mlp", "cnn"), seed=n, **(GPU | {"ratio": ratio}))
        for n, ratio in enumerate((always_faster, by_workload, by_workload))
    ]
    report = report_of(tmp_path, *plans)
    for n, file in enumerate(report.analysis.results.files.index):
        report.analysis.results.files.loc[file, "machine_id"] = f"{n:012x}"
    [words] = headlines(report)
    assert re.fullmatch(
        r"Once warm, the GPU against the CPU on 3 machines: cnn is faster throughout in 1 of 3 "
        r"cases and slower throughout in 2; mlp overtakes at batch 6\d( to 6\d)? in 2 and is "
        r"faster throughout in 1\.",
        words,
    )


def test_of_two_sides_with_many_networks_the_first_is_told(tmp_path: Path) -> None:
    names = tuple(f"net-{n}" for n in range(7))
    plan = Corpus(**(GPU | {"workloads": names, "sides": ("cpu", "cuda", "cuda+bf16")}))
    first, more = headlines(report_of(tmp_path, plan))
    assert first.startswith("Once warm, the GPU (NVIDIA H200) is slower than the CPU below batch ")
    assert more == "Also measured: cuda+bf16 (NVIDIA H200)."


def test_a_gpu_comes_before_threads_and_a_software_rasteriser_last(tmp_path: Path) -> None:
    plan = Corpus(**(GPU | {"sides": ("cpu", "cpu+threads=1", "vulkan", "cuda")}))
    report = report_of(tmp_path, plan)
    assert [one.pair.side for one in report.told] == ["cuda", "cpu+threads=1", "vulkan"]
    assert [one.pair.side for one in report.leading] == ["cuda"]


def test_a_line_per_network_says_after_how_many_epochs_it_pays(tmp_path: Path) -> None:
    cold = {"cpu": 0.0, "cuda": 3.0}
    plan = Corpus(**(GPU | {"cold_seconds": cold, "ratio": lambda *_cell: 0.5}))
    [section] = answer(report_of(tmp_path, plan))
    [strip] = [item for item in section.brief if isinstance(item, Strip)]
    assert strip.verdicts == {8: "faster", 64: "faster", 512: "faster"}
    assert re.fullmatch(
        r"faster at every batch size; one epoch never pays, from \d+ epochs on it does "
        r"\(batch 8\)",
        strip.text,
    )
    said = " ".join(line.text for line in section.notes)
    assert "one epoch never pays; it first pays after" in said


def test_a_gain_after_one_epoch_is_told_of_one_epoch() -> None:
    at_once = {"kind": AFTER, "epochs": 1, "lower": 0, "upper": 1, "workload": "mlp"}
    even = pd.DataFrame([at_once | {"batch_size": 8}, at_once | {"kind": NEVER, "batch_size": 2}])
    assert epochs_sentence(even) == (
        "Cold start included, it first pays after 1 [0 to 1] epochs (mlp, batch 8)."
    )
    curve = {"kind": ALWAYS, "cells": "", "rests_on": "", "crosses_at": 8}
    words = network_words("the GPU", "the CPU", curve, even)
    assert words.endswith("; from 1 epoch on it pays (batch 8)")


def test_a_network_whose_cells_are_all_suspect_cannot_be_judged(tmp_path: Path) -> None:
    suspect: dict[Pattern, list[str]] = {("mlp", None, None, "cuda"): ["loss mismatch"]}
    plan = Corpus(**(GPU | {"workloads": ("mlp", "cnn"), "suspect": suspect}))
    [section] = answer(report_of(tmp_path, plan))
    strips = {item.name: item.text for item in section.brief if isinstance(item, Strip)}
    assert strips["mlp"] == "cannot be judged (suspect)"
    assert "suspect" not in strips["cnn"]
    assert "it cannot be judged (suspect) on mlp" in section.lines[0].text
    assert "crosses: suspect" in section.pictures[0].caption


LONG = (
    "overtakes at batch 48 [32 to 71]; one epoch never pays, from 9 epochs on it does (batch 512)"
)
STRIPS = Section(
    key="s",
    brief=[
        Line("A sentence of several words that a narrow terminal has to wrap.", tone="strong"),
        Strip("transformer", {8: "slower", 64: "too close", 512: "faster"}, LONG),
        Strip("mlp", {8: "slower", 64: "undecided", 512: "faster"}, LONG),
    ],
)


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_word_is_broken_at_any_width(columns: int) -> None:
    text = io.StringIO()
    show([STRIPS], Console(file=text, width=columns))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    words = text.getvalue().split()
    for item in STRIPS.brief:
        assert isinstance(item, Line | Strip)
        assert set(item.text.split()) <= set(words)


def test_the_marks_stand_below_their_batch_sizes_which_are_named_once() -> None:
    text = io.StringIO()
    show([STRIPS], Console(file=text, width=100))
    lines = [line for line in text.getvalue().splitlines() if line.strip()]
    assert lines[1].split() == ["8", "64", "512"]
    assert text.getvalue().count("512\n") == 1
    for mark, size in zip("-=+", ("8", "64", "512"), strict=True):
        assert lines[2].index(mark) == lines[1].index(size) + len(size) - 1


def test_markdown_has_the_same_and_takes_no_text_for_a_mark() -> None:
    table = Table("t", "", [])
    text = markdown([STRIPS, Section("n", brief=[Line("<b>@x</b> *y*", lead="a|b: "), table])])
    assert "- **mlp** `8- 64? 512+` overtakes at batch 48 \\[32 to 71\\]" in text
    assert "a\\|b: \\<b\\>\\@x\\</b\\> \\*y\\*" in text


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("- slower   = too close", "\\- slower   = too close"),
        ("=== ", "\\=== "),
        ("1. FC 2) Bayern", "1\\. FC 2) Bayern"),
        ("1.5x the time", "1.5x the time"),
        ("&lt; $x$", "\\&lt; \\$x\\$"),
        ("http://e.example WWW.e.example", "http\\://e.example WWW\\.e.example"),
    ],
)
def test_a_line_of_markdown_is_no_entry_of_a_list_no_formula_and_no_link(
    said: str, written: str
) -> None:
    assert markdown([Section("s", brief=[Line(said)])]).strip("\n") == written
