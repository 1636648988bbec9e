"""Names and messages out of a file are data: on the screen, in tables, pictures and file names."""

import csv
import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scripts import compare, report
from scripts.machines.cells import compared
from scripts.read import table
from scripts.write import drawing
from tests.corpus import Corpus
from tests.read.files import everything, stored
from tests.write.reports import DRAWN, no_pictures

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1,), "blocks": 3}


PAYLOADS = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a path": "../../x",
    "terminal": "\x1b[2J\x1b]8;;http://e.example\x07gone\x9b31m\x08\x7f",
    "rich": "[red]x[/red] [link=http://e.example]y[/link] :bomb: [/]",
    "a formula": "=cmd|' /C calc'!A0",
    "a formula after a semicolon": "x;=HYPERLINK(1);+1;@x",
    "a wide formula": "\uff1dcmd()",
    "direction": "\u202egnp.exe\u2066\u200f",
    "markdown": "a | b `c` [d](http://e.example) **e**\n# f",
    "lines": "one\r\ntwo\u2028three\x85four\x0bfive",
    "stacked accents": "x" + "\u0301" * 100,
    "odd blanks": "\xa0\u3000\u2003",
    "surrogates": "\ud800\udfff",
    "long": "W" * 200,
    "braces": "{0} {lower} %s %(x)s $HOME $x^2$ \\frac",
}


def every_second(first: int) -> list[Any]:
    """Payloads; those between with --all only."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if place % 2 != first else [])
        for place, name in enumerate(PAYLOADS)
    ]


def poisoned(payload: str, **plan: Any) -> dict[str, Any]:
    """A file that says the payload wherever a text of its own reaches a reader."""
    absent: dict[Any, Any] = {("mlp", 8, 1, "vulkan"): ("failed", payload)}
    document = Corpus(
        machine=payload,
        sides=("cpu", "cuda", "vulkan"),
        absent=absent,
        suspect={("mlp", 8, 1, "cpu"): [payload]},
        block_suspect={("mlp", 1): [payload]},
        run=dict.fromkeys(("command", "started", "preset", "precision"), payload),
        **(SMALL | plan),
    ).result()
    about = document["machine_info"]["crossover"]
    about |= dict.fromkeys(("machine_id", "software_id", "cpu", "os", "python", "torch"), payload)
    for accelerator in about["accelerators"]:
        accelerator["name"] = accelerator["driver"] = payload
    return document


def assert_clean(text: str) -> None:
    """Lines of printable characters, and nothing that stacks up or changes the direction."""
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\u0301" * 5 not in text


def assert_harmless_table(content: bytes) -> None:
    assert_clean(content.decode())
    for row in csv.DictReader(content.decode().splitlines()):
        for value in row.values():
            for part in value.split(";"):
                bare = part.strip()
                number = bare.removeprefix("-").replace(".", "").replace("e", "").isalnum()
                assert not bare.startswith(("=", "+", "@", "\uff1d")), value
                assert number or not bare.startswith("-"), value


@pytest.mark.parametrize("name", every_second(0))
def test_the_report_shows_a_files_texts_as_harmless_data(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    path = stored(tmp_path, "odd", poisoned(PAYLOADS[name]))
    before = everything(tmp_path)
    assert report.main([path, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert_clean(said.out)
    assert "suspect (!)" in " ".join(said.out.split())
    tables = {key: text for key, text in everything(tmp_path).items() if key not in before}
    assert {key.partition(os.sep)[0] for key in tables} == {"out"}
    for key, content in tables.items():
        if key.endswith(".csv") and isinstance(content, bytes):
            assert_harmless_table(content)


@pytest.mark.parametrize("name", every_second(1))
def test_the_comparison_shows_a_files_texts_as_harmless_data(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [stored(tmp_path, stem, poisoned(PAYLOADS[name])) for stem in ("a", "b")]
    target = tmp_path / "cells.csv"
    assert compare.main([*paths, "--csv", str(target)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert_clean(said.out)
    assert "No geometric means: no cell has a sound time" in " ".join(said.out.split())
    assert_harmless_table(target.read_bytes())


def test_a_refusal_quotes_a_files_texts_as_harmless_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for payload in PAYLOADS.values():
        document = poisoned("box")
        document["benchmarks"][0]["params"]["workload"] = payload
        assert report.main([stored(tmp_path, "odd", document), "--out", str(tmp_path)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert_clean(said.err)
        assert len(said.err.splitlines()) == 1


@pytest.mark.slow
def test_pictures_of_a_hostile_file_hold_no_markup_of_its_own_and_stay_in_their_folder(
    tmp_path: Path,
) -> None:
    payload = "../<script>alert(1)</script>-->]]>\x1b[2J&#x41;\u202e$x^2$"
    document = poisoned(payload, workloads=("mlp", "cnn"))
    outside = everything(tmp_path)
    path = stored(tmp_path, "odd", document)
    out = tmp_path / "deep" / "out"
    assert report.main([path, "--out", str(out), "--dpi", "40"]) == 0
    made = {key for key in everything(tmp_path) if key not in outside}
    assert {Path(key).parts[0] for key in made} == {"odd.json", "deep"}
    pictures = list(out.glob("*.svg"))
    assert {picture.name.partition("-")[0] for picture in pictures} >= {"heatmap", "speed"}
    for picture in pictures:
        root = ElementTree.parse(picture).getroot()  # noqa: S314 - our own pictures
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert "script" not in tags
        assert "<script" not in picture.read_text()


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report whose figures are made and named, but neither painted nor put on a page."""
    monkeypatch.setattr(drawing, "encoded", lambda *_figure, **_how: b"picture")
    monkeypatch.setattr(drawing, "FEWEST_FIGURES", 1000)  # other processes would paint
    monkeypatch.setattr(report, "page", lambda *_report, **_more: "page")


@pytest.mark.usefixtures("unpainted")
def test_machines_whose_names_differ_by_capitals_or_odd_letters_alone_have_their_own_figures(
    tmp_path: Path,
) -> None:
    names = ["Box", "box", "BOX", "b/ox", "b?ox", "box (2)", "\u0431ox", "../box"]
    plan: dict[str, Any] = SMALL | {"sides": ("cpu",)}
    paths = [
        stored(tmp_path, f"run{place}", Corpus(machine=name, seed=place, **plan).result())
        for place, name in enumerate(names)
    ]
    out = tmp_path / "out"
    assert report.main([*paths, "--out", str(out), "--dpi", "40"]) == 0
    assert len(list(out.glob("speed-*.svg"))) == len(names)
    assert len({path.name.lower() for path in out.iterdir()}) == len(list(out.iterdir()))


@pytest.mark.usefixtures("unpainted")
def test_a_machine_and_a_workload_cannot_be_taken_for_others_of_the_same_letters(
    tmp_path: Path,
) -> None:
    plan: dict[str, Any] = SMALL | {"sides": ("cpu",)}
    paths = [
        stored(tmp_path, "a", Corpus(machine="x", workloads=("cnn-series",), **plan).result()),
        stored(tmp_path, "b", Corpus(machine="x-cnn", workloads=("series",), **plan).result()),
        stored(tmp_path, "c", Corpus(machine="y", workloads=("MLP", "mlp"), **plan).result()),
    ]
    out = tmp_path / "out"
    assert report.main([*paths, "--out", str(out), "--dpi", "40"]) == 0
    assert {path.name for path in out.glob("speed-*.png")} == {
        "speed-x-cnn-series.png",
        "speed-x-cnn-series-2.png",
        "speed-y-MLP.png",
        "speed-y-mlp-2.png",
    }


def test_files_whose_names_are_shown_alike_stay_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a\n.json", tmp_path / "a\\n.json"]
    for seed, path in enumerate(paths):
        path.write_text(json.dumps(Corpus(seed=seed, **SMALL).result()))
    results = table.load_results(paths)
    shown = str(tmp_path / "a\\n.json")
    assert results.files["file"].tolist() == [shown, f"{shown} (2)"]
    assert results.rounds.groupby("file").size().nunique() == 1
    assert len(compared(results.rounds, base=results.rounds["machine"].iloc[0])) == 4
