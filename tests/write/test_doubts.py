"""Suspect figures: each is marked wherever it stands, and the first line counts them."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import advise, compare, lecture, report, share
from scripts.words.warnings import MARK, ranged, withheld_lines
from tests.bound.rows import cpu_file
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.write.reports import DRAWN, no_pictures

LOADS = {0: 17, 1: 58, 2: 40}
LOADED = {
    ("mlp", block): [f"host loaded: other processes used {share}% of the CPU"]
    for block, share in LOADS.items()
}
SHAPE: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4), "blocks": 3}
ALONE = Corpus(sides=("cpu",), block_suspect=LOADED, **SHAPE)
PAIR = Corpus(sides=("cpu", "cpu+threads=1"), block_suspect=LOADED, machine="pair", **SHAPE)
INTERVAL = re.compile(r" \[[^]]*\]")
FIGURE = re.compile(r"[0-9][0-9.,]*(?: (?:µs|ms|s|samples per|times faster)|x)\b(?! ?!)")
"""Seconds, a rate or a ratio that no mark follows."""
COUNTED = "are suspect (!): host loaded: other processes used 17-58% of the CPU; measure again"


def shown(plan: Corpus, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, Path]:
    """What the report of a plan says on the terminal, and the folder that it is in."""
    out = folder / "report"
    assert report.main([str(plan.write(folder)), "--out", str(out), "--dpi", "40"]) == 0
    return capsys.readouterr().out, out


def unmarked(text: str) -> list[str]:
    """The lines with a figure that is not said to be suspect."""
    lines = INTERVAL.sub("", text).splitlines()
    return [line for line in lines if FIGURE.search(line) and "suspect" not in line]


def texts(page: str) -> str:
    """What a page shows, a text a line; without the colours' key and what is said of any page."""
    shown = re.sub(r"<[^>]+>", "\n", page.partition("<main")[2].partition("How to read this")[0])
    return re.sub("[0-9]+x (?:faster|slower)", "", shown)


def rows(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row of every CSV file, with the file's name."""
    for path in sorted(folder.glob("*.csv")):
        yield from ((path.name, row) for row in csv.DictReader(io.StringIO(path.read_text())))


@pytest.mark.parametrize("plan", [ALONE, PAIR], ids=lambda plan: plan.machine)
def test_no_suspect_figure_is_unmarked_and_the_first_line_counts_them(
    plan: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, out = shown(plan, tmp_path, capsys)
    count = 4 * len(plan.sides)
    expected = f"{plan.machine}: {count} of {count} cells {COUNTED}"
    assert " ".join(said.split()).startswith(f"Warning: {expected}")
    assert unmarked(said) == []
    page = (out / "report.html").read_text()
    assert expected in page
    assert unmarked(texts(page)) == []
    drawn = "".join(path.read_text() for path in out.glob("heatmap-*.svg"))
    assert [
        word for word in re.findall(r"<!-- ([0-9]+[.][0-9]+x.*) -->", drawn) if word[-1] != "!"
    ] == []
    silent = [
        (name, row)
        for name, row in rows(out)
        if any(row[key] for key in row if "seconds" in key or "ratio" in key)
        and "host loaded" not in str(row)
    ]
    assert silent == []
    stem = f"{plan.machine}-mlp.svg"
    speed, total = ((out / f"{kind}-{stem}").read_text() for kind in ("speed", "total"))
    points = len(plan.sides) * 2
    assert speed.count(f"<!-- {MARK} -->") == 2 * points
    assert total.count(f"<!-- {MARK} -->") == 2 * points


def test_the_first_line_of_a_comparison_counts_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = Corpus(sides=("cpu",), machine="quiet", **SHAPE)
    paths = [str(plan.write(tmp_path)) for plan in (quiet, ALONE)]
    assert compare.main(paths) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"Warning: devbox: 4 of 4 cells {COUNTED}")


def test_the_first_line_of_advice_counts_them_and_its_seconds_are_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = LearnCorpus(batch_sizes=(8, 512)).write(tmp_path)
    timed = ALONE.write(tmp_path)
    assert advise.main([str(timed), str(learned), "--workload", "mlp"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first == f"devbox: 4 of 4 cells {COUNTED}"
    assert unmarked("\n".join(others)) == []
    assert " ms [" in others[1]
    assert "suspect: host loaded" in others[1]


def test_no_suspect_figure_that_learning_adds_is_unmarked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    networks = ("mlp", "cnn")
    loaded = {(name, block): why for (_, block), why in LOADED.items() for name in networks}
    timed = Corpus(workloads=networks, block_suspect=loaded, **SHAPE).write(tmp_path)
    learned = LearnCorpus(
        workloads=networks, batch_sizes=(8,), optimizers=("sgd",), last_epoch=40, dataset="mnist"
    ).write(tmp_path, "learned")
    monkeypatch.setattr(DRAWN, no_pictures)
    out = tmp_path / "report"
    assert report.main([str(timed), str(learned), "--out", str(out)]) == 0
    capsys.readouterr()
    page = texts((out / "report.html").read_text())
    assert "early stopping" in page
    assert unmarked(page) == []


def test_every_door_that_shows_figures_begins_with_their_doubts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    timed, out = ALONE.write(tmp_path), str(tmp_path / "out")
    LearnCorpus(batch_sizes=(512,), optimizers=("sgd",)).write(tmp_path, "learning-one")
    monkeypatch.setattr(lecture, "RESULTS", tmp_path)
    monkeypatch.setattr(share, "RESULTS", tmp_path / "none")
    monkeypatch.setattr(share, "own_words", dict)
    monkeypatch.setattr(DRAWN, no_pictures)
    said = f"devbox: 4 of 4 cells {COUNTED}"
    assert lecture.main([str(timed), "--out", out]) == 0
    assert capsys.readouterr().out.startswith(said)
    assert (tmp_path / "out" / "lecture.md").read_text().startswith(said)
    assert share.main([str(timed), "--name", "epyc", "--out", out]) == 0
    assert capsys.readouterr().out.startswith(said.replace("devbox", "epyc"))
    assert "are suspect" in (tmp_path / "out" / "epyc" / "text.md").read_text()
    assert share.main(["--collection", str(timed), "--out", out]) == 0
    assert " ".join(capsys.readouterr().out.split()).startswith(f"Warning: {said}")


def test_of_three_sound_rounds_and_a_suspect_one_nothing_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = SHAPE | {"blocks": 4}
    plan = Corpus(sides=("cpu",), block_suspect={("mlp", 1): ["host loaded"]}, **shape)
    said, out = shown(plan, tmp_path, capsys)
    assert "suspect" not in said
    assert f"<!-- {MARK} -->" not in (out / "speed-devbox-mlp.svg").read_text()


def test_reasons_that_differ_in_numbers_only_are_told_as_a_range() -> None:
    assert ranged(["used 9% of {}", "idle", "used 58% of {}", "used 17% of {}"]) == [
        "used 9-58% of {}",
        "idle",
    ]


def test_verdicts_that_are_withheld_of_sound_cells_are_told_by_machine() -> None:
    verdicts = pd.DataFrame(
        {
            "file": ["a", "a", "b"],
            "machine": ["box", "box", "lab"],
            "verdict": ["suspect", "faster", "suspect"],
            "reason": ["another loss than cpu's", "", "host loaded"],
        }
    )
    assert withheld_lines(verdicts, pd.DataFrame({"file": ["b"]})) == [
        "box: 1 of 2 verdicts withheld as suspect: another loss than cpu's"
    ]


def test_what_a_gpu_could_do_at_best_is_not_said_of_suspect_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    path = cpu_file(tmp_path, block_suspect=LOADED, **SHAPE)
    assert report.main([str(path), "--out", str(tmp_path / "report")]) == 0
    said = capsys.readouterr().out
    assert "not said: it stands on the CPU's seconds, which are suspect." in " ".join(said.split())
    assert unmarked(said) == []
    assert unmarked(texts((tmp_path / "report" / "report.html").read_text())) == []
