"""What is no result file is called what it is, with a way out that leads somewhere."""

import gzip
import json
import lzma
import pickle
import zipfile
from bz2 import compress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bench.measure.journal import Header, Journal
from scripts import report
from scripts.read import table
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.read.files import SMALL, Document, put, refusal, saved

RESULT = Corpus(**SMALL).result()
TEXT = json.dumps(RESULT)
LFS = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
GOOGLE = {"context": {"host_name": "x"}, "benchmarks": [{"name": "a", "real_time": 1.0}]}
PYTEST = {"machine_info": {"node": "x"}, "benchmarks": [], "version": "5.3.1"}


def zipped(text: str) -> bytes:
    """A ZIP archive with one file."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("box.json", text)
    return file.getvalue()


def array() -> bytes:
    """An array as NumPy saves it."""
    file = BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


FILES: dict[str, tuple[bytes | str, str]] = {
    "gzip": (gzip.compress(TEXT.encode()), "is packed (gzip); unpack it first"),
    "zip": (zipped(TEXT), "is packed (zip); unpack it first"),
    "bzip2": (compress(TEXT.encode()), "is packed (bzip2); unpack it first"),
    "xz": (lzma.compress(TEXT.encode()), "is packed (xz); unpack it first"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(range(99)), "is packed (zstd); unpack it first"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), "is packed (7z); unpack it first"),
    "Git LFS": (
        LFS,
        "is a pointer of Git LFS, not the file that it stands for; fetch that: git lfs",
    ),
    "git-annex": ("/annex/objects/SHA256E-s1--ab.json\n", "git annex get"),
    "HTML": ("<!DOCTYPE html>\n<html><title>404</title>", "is a page or a picture (HTML, XML)"),
    "HTML without a type": ("\n <html lang=en>", "download the file itself"),
    "SVG": ('<?xml version="1.0"?>\n<svg/>', "is a page or a picture (HTML, XML)"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture (PNG); name the result file"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(99), "is a picture (JPEG)"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF file"),
    "NumPy": (array(), "is an array of NumPy"),
    "Parquet": (b"PAR1" + bytes(99), "is a table (Parquet)"),
    "SQLite": (b"SQLite format 3\0" + bytes(99), "is a database (SQLite)"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(99), "is a program"),
    "a pickle": (pickle.dumps(RESULT), "is not UTF-8 text"),
    "CSV": ("workload,batch_size,device\nmlp,8,cpu\n", "is a table or text, not JSON; name the"),
    "CSV with semicolons": ("workload;batch_size\nmlp;8\n", "is a table or text, not JSON"),
    "TSV": ("workload\tbatch_size\nmlp\t8\n", "is a table or text, not JSON"),
    "YAML": ("machine:\n  cpu: x\n", "is no JSON; leave this file out"),
    "TOML": ("title = 'x'\n", "is no JSON; leave this file out"),
    "Python": ("print(1)\n", "is no JSON; leave this file out"),
    "a log": ("100%|####| done\n", "is no JSON; leave this file out"),
    "nothing": ("", "is empty; copy the file again"),
    "a part": (TEXT[:-9], "copy the file again, unchanged; if the run was cut short, --resume it"),
    "JSON Lines": ('{"a": 1}\n{"a": 2}\n', "is not whole JSON (Extra data)"),
    "a list": ("[1, 2]", "is no result file (no object at the top); leave it out"),
    "a number": ("3", "is no result file (no object at the top)"),
    "a text": ('"mlp"', "is no result file (no object at the top)"),
    "package.json": ('{"name": "x", "version": "1.0"}', "this is JSON, not written by"),
    "Google Benchmark": (json.dumps(GOOGLE), "this is a file of Google Benchmark, not written by"),
    "pytest-benchmark": (json.dumps(PYTEST), "a pytest-benchmark file of another project"),
    "learning": (
        json.dumps(PYTEST | {"crossover_learning": {}}),
        "this is a learning file (read it with report.py), not written by",
    ),
    "pyperf": ('{"benchmarks": [{"runs": []}], "metadata": {}}', "a file of pyperf"),
    "any benchmarks": ('{"benchmarks": []}', "a benchmark file of another project"),
    "a notebook": ('{"cells": [], "nbformat": 4}', "this is a notebook"),
    "a trace": ('{"traceEvents": []}', "this is the trace of a profiler"),
    "hyperfine": (
        '{"results": [{"command": "x", "times": [1.0]}]}',
        "this is JSON, not written by",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_foreign_file_is_called_what_it_is(name: str, tmp_path: Path) -> None:
    content, words = FILES[name]
    path = tmp_path / "foreign.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert words in refusal(path)


def test_a_journal_is_called_so_and_its_run_can_be_finished(tmp_path: Path) -> None:
    path = tmp_path / "box.journal.jsonl"
    Journal.create(path, Header("", "pytest bench", overwrites=False, identity={"seed": 0})).close()
    words = "is the journal of a run that was cut short; finish the run with --resume"
    assert words in refusal(path)


@pytest.mark.parametrize(
    "where",
    [
        ("benchmarks", 0, "params", "workload"),
        ("benchmarks", 0, "params", "device"),
        ("crossover", "run", "optimizer"),
    ],
)
def test_no_reader_sees_a_regular_expression(where: tuple[str | int, ...], tmp_path: Path) -> None:
    document: Document = json.loads(TEXT)
    put("no name!", *where)(document)
    message = refusal(saved(tmp_path, document))
    assert "'no name!'" in message
    assert "a name of letters, digits and `_.:-`, no more" in message
    assert not set("^$\\*") & set(message)


def test_a_learning_file_that_is_given_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "box-learning.json"
    path.write_text(json.dumps(LearnCorpus().result()))
    link = tmp_path / "link.json"
    link.symlink_to(path)
    hard = tmp_path / "hard.json"
    hard.hardlink_to(path)
    for other in (path, link, hard):
        assert report.main([str(path), str(other), "--out", str(tmp_path / "report")]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line == f"{other}: is given twice; name each result file once"


def test_a_good_file_is_taken_for_nothing_else(tmp_path: Path) -> None:
    assert len(table.load([saved(tmp_path, RESULT)])) > 0
