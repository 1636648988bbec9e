"""Names and messages out of a file are data: on the screen, in tables, pictures and file names."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from xml.etree import ElementTree

import pandas as pd
import pytest

from scripts import compare, report
from scripts.read.document import ResultError
from scripts.write import drawing
from scripts.write.folder import Folder, csv_bytes, write_whole
from tests.corpus import Corpus

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


def poisoned(payload: str, **plan: Any) -> dict[str, Any]:
    """A file that says the payload wherever a text of its own reaches a reader."""
    absent: dict[Any, Any] = {("mlp", 8, 1, "vulkan"): ("failed", payload)}
    document = Corpus(
        machine=payload,
        devices=("cpu", "cuda", "vulkan"),
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


def saved(folder: Path, name: str, document: dict[str, Any]) -> str:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document))
    return str(path)


def everything(folder: Path) -> dict[str, bytes | str]:
    """What lies in a folder: links by their target, files by their content."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink()
        else path.read_bytes() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }  # fmt: skip


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


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_report_shows_a_files_texts_as_harmless_data(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "figures", lambda _analysis: [])
    path = saved(tmp_path, "odd", poisoned(PAYLOADS[name]))
    before = everything(tmp_path)
    assert report.main([path, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert_clean(said.out)
    assert "withheld as suspect" in " ".join(said.out.split())
    tables = {key: text for key, text in everything(tmp_path).items() if key not in before}
    assert {key.partition(os.sep)[0] for key in tables} == {"out"}
    for key, content in tables.items():
        if key.endswith(".csv") and isinstance(content, bytes):
            assert_harmless_table(content)


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_comparison_shows_a_files_texts_as_harmless_data(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [saved(tmp_path, stem, poisoned(PAYLOADS[name])) for stem in ("a", "b")]
    target = tmp_path / "cells.csv"
    assert compare.main([*paths, "--csv", str(target)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert_clean(said.out)
    assert "No geometric means: no cell was measured by all" in " ".join(said.out.split())
    assert_harmless_table(target.read_bytes())


def test_a_refusal_quotes_a_files_texts_as_harmless_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for payload in PAYLOADS.values():
        document = poisoned("box")
        document["benchmarks"][0]["params"]["workload"] = payload
        assert report.main([saved(tmp_path, "odd", document), "--out", str(tmp_path)]) == 2
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
    path = saved(tmp_path, "odd", document)
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
    monkeypatch.setattr(report, "Pictures", Mock)
    monkeypatch.setattr(report, "page", lambda *_report, **_more: "page")


@pytest.mark.usefixtures("unpainted")
def test_machines_whose_names_differ_by_capitals_or_odd_letters_alone_have_their_own_figures(
    tmp_path: Path,
) -> None:
    names = ["Box", "box", "BOX", "b/ox", "b?ox", "box (2)", "\u0431ox", "../box"]
    plan: dict[str, Any] = SMALL | {"devices": ("cpu",)}
    paths = [
        saved(tmp_path, f"run{place}", Corpus(machine=name, seed=place, **plan).result())
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
    plan: dict[str, Any] = SMALL | {"devices": ("cpu",)}
    paths = [
        saved(tmp_path, "a", Corpus(machine="x", workloads=("cnn-series",), **plan).result()),
        saved(tmp_path, "b", Corpus(machine="x-cnn", workloads=("series",), **plan).result()),
        saved(tmp_path, "c", Corpus(machine="y", workloads=("MLP", "mlp"), **plan).result()),
    ]
    out = tmp_path / "out"
    assert report.main([*paths, "--out", str(out), "--dpi", "40"]) == 0
    assert {path.name for path in out.glob("speed-*.png")} == {
        "speed-x-cnn-series.png",
        "speed-x-cnn-series-2.png",
        "speed-y-MLP.png",
        "speed-y-mlp-2.png",
    }


def test_links_in_the_output_folder_are_replaced_and_never_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "figures", lambda _analysis: [])
    precious, folder = tmp_path / "precious.txt", tmp_path / "elsewhere"
    precious.write_text("mine")
    folder.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "verdicts.csv").symlink_to(precious)
    (out / "crossovers.csv").symlink_to(tmp_path / "not there yet.txt")
    (out / "figures").symlink_to(folder)
    path = saved(tmp_path, "good", Corpus(**SMALL).result())
    assert report.main([path, "--out", str(out)]) == 0
    assert precious.read_text() == "mine"
    assert not (tmp_path / "not there yet.txt").exists()
    assert list(folder.iterdir()) == []
    assert (out / "figures").is_symlink()
    for name in ("verdicts.csv", "crossovers.csv"):
        assert not (out / name).is_symlink()
        assert (out / name).read_text().startswith("file,machine,")


def test_a_link_to_a_folder_where_a_table_belongs_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, folder = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    folder.mkdir()
    (out / "verdicts.csv").symlink_to(folder)
    path = saved(tmp_path, "good", Corpus(**SMALL).result())
    assert report.main([path, "--out", str(out)]) == 2
    assert "verdicts.csv: cannot be written: is not a regular file" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["a result file", "a link to one", "a pipe"])
def test_a_table_never_takes_the_place_of_a_file_that_is_read_or_of_a_pipe(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [saved(tmp_path, name, Corpus(**SMALL).result()) for name in ("a", "b")]
    target = tmp_path / "b.json"
    if kind == "a link to one":
        target = tmp_path / "link.csv"
        target.symlink_to(tmp_path / "b.json")
    elif kind == "a pipe":
        target = tmp_path / "pipe.csv"
        os.mkfifo(target)
    before = Path(paths[1]).read_bytes()
    assert compare.main([*paths, "--csv", str(target)]) == 2
    said = capsys.readouterr()
    assert "cannot be written" in said.err
    assert len(said.err.splitlines()) == 1
    assert Path(paths[1]).read_bytes() == before
    assert not kind.startswith("a link") or target.is_symlink()
    assert not kind.startswith("a pipe") or target.is_fifo()


@pytest.mark.parametrize("name", ["../x.csv", "/x.csv", "a/b.csv", "..", ""])
def test_the_output_folder_takes_no_name_that_leads_out_of_it(name: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with pytest.raises(ValueError, match="is not the name of a file"):
        folder.write(name, b"")
    assert everything(tmp_path) == {"out": "folder"}


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    for name in ("\0", "x" * 300):
        with pytest.raises(ResultError, match="cannot be written"):
            write_whole(tmp_path / name, b"")
    assert list(tmp_path.iterdir()) == []


def test_only_texts_are_disarmed_in_a_table() -> None:
    table = pd.DataFrame(
        {"text": ["-1", "a;\t-b", "[8, 32]; -", None, "ok -x"], "number": [-1.5, 2, 3, 4, 5]}
    )
    lines = csv_bytes(table).decode().splitlines()
    assert lines == [
        "text,number",
        "'-1,-1.5",
        "a;'\t-b,2.0",
        '"[8, 32];\' -",3.0',
        ",4.0",
        "ok -x,5.0",
    ]


BAD: dict[str, Callable[[], bytes]] = {
    "a torn one": lambda: json.dumps(Corpus(**SMALL).result()).encode()[:-99],
    "a foreign one": lambda: b'{"benchmarks": [], "version": "5.3.1", "machine_info": {}}',
    "a contradictory one": lambda: json.dumps(
        Corpus(**SMALL).result() | {"benchmarks": Corpus(**SMALL).result()["benchmarks"] * 2}
    ).encode(),
}


@pytest.mark.parametrize("kind", BAD)
def test_with_skip_bad_the_good_files_are_reported_and_each_bad_one_is_a_line(
    kind: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "figures", lambda _analysis: [])
    bad = tmp_path / "bad.json"
    bad.write_bytes(BAD[kind]())
    good = saved(tmp_path, "good", Corpus(machine="goodbox", **SMALL).result())
    arguments = [str(bad), good, str(tmp_path / "none.json"), "--out", str(tmp_path / "out")]
    assert report.main([*arguments, "--skip-bad"]) == 0
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0].startswith(f"skipped: {bad}: ")
    missing = f"skipped: {tmp_path / 'none.json'}: cannot be read: No such file or directory"
    assert lines[1] == f"{missing}; name a result file"
    assert len(lines) == 2
    assert said.out.startswith("Warning: 2 of 3 files left out\n")
    assert "goodbox" in said.out
    assert set(pd.read_csv(tmp_path / "out" / "verdicts.csv")["machine"]) == {"goodbox"}


def test_with_skip_bad_and_no_good_file_nothing_is_written_and_the_status_is_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{")
    out = tmp_path / "out"
    assert report.main([str(bad), str(tmp_path), "--out", str(out), "--skip-bad"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.partition(":")[0] for line in said.err.splitlines()] == [
        "skipped", "skipped", "no file is left of 2; name a good result file",
    ]  # fmt: skip
    assert not out.exists()


def test_with_skip_bad_the_comparison_is_of_the_good_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [saved(tmp_path, name, Corpus(machine=name, **SMALL).result()) for name in ("a", "b")]
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{}")
    assert compare.main([str(bad), *good, "--skip-bad"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(f"skipped: {bad}: crossover: is missing")
    assert said.out.startswith("Warning: 1 of 3 files left out\n")
    assert compare.main([str(bad), good[0], "--skip-bad"]) == 2
    assert "is alone; name two result files or more" in capsys.readouterr().err


@pytest.mark.parametrize("script", [report, compare])
def test_the_help_says_what_status_skip_bad_ends_with(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        script.main(["--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "the status is 0 when a good one is left and 2 when none is" in words
