"""Tables and figures are written into their folder, over nothing that is read, through no link."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import compare, report
from scripts.read.document import ResultError
from scripts.write.folder import Folder, csv_bytes, write_whole
from tests.corpus import Corpus
from tests.read.files import everything, stored
from tests.write.reports import DRAWN, no_pictures

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1,), "blocks": 3}


def test_links_in_the_output_folder_are_replaced_and_never_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    precious, folder = tmp_path / "precious.txt", tmp_path / "elsewhere"
    precious.write_text("mine")
    folder.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "verdicts.csv").symlink_to(precious)
    (out / "crossovers.csv").symlink_to(tmp_path / "not there yet.txt")
    (out / "figures").symlink_to(folder)
    path = stored(tmp_path, "good", Corpus(**SMALL).result())
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
    path = stored(tmp_path, "good", Corpus(**SMALL).result())
    assert report.main([path, "--out", str(out)]) == 2
    assert "verdicts.csv: cannot be written: is not a regular file" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["a result file", "a link to one", "a pipe"])
def test_a_table_never_takes_the_place_of_a_file_that_is_read_or_of_a_pipe(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [stored(tmp_path, name, Corpus(**SMALL).result()) for name in ("a", "b")]
    target = Path(paths[1]).rename(tmp_path / "b.csv")
    paths[1] = str(target)
    if kind == "a link to one":
        target = tmp_path / "link.csv"
        target.symlink_to(paths[1])
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
