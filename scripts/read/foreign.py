"""What a file is that is no result file: told by its first bytes, its text or its keys."""

from typing import Any

from scripts.read.breach import Breach

LEAVE = "leave this file out"
COPY = "copy the file again, unchanged"
_UNPACK = "unpack it first"
_MADE_OF = "name the result file that it was made of"
_BEGINNINGS = {
    b"\x1f\x8b": ("is packed (gzip)", _UNPACK),
    b"PK\x03\x04": ("is packed (zip)", _UNPACK),
    b"BZh": ("is packed (bzip2)", _UNPACK),
    b"\xfd7zXZ\0": ("is packed (xz)", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("is packed (zstd)", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("is packed (7z)", _UNPACK),
    b"version https://git-lfs.github.com/": (
        "is a pointer of Git LFS, not the file that it stands for",
        "fetch that: git lfs pull",
    ),
    b"/annex/objects/": (
        "is a pointer of git-annex, not the file that it stands for",
        "fetch that: git annex get",
    ),
    b"<": ("is a page or a picture (HTML, XML)", f"download the file itself, or {_MADE_OF}"),
    b"\x89PNG": ("is a picture (PNG)", _MADE_OF),
    b"\xff\xd8\xff": ("is a picture (JPEG)", _MADE_OF),
    b"%PDF": ("is a PDF file", _MADE_OF),
    b"\x93NUMPY": ("is an array of NumPy", _MADE_OF),
    b"PAR1": ("is a table (Parquet)", _MADE_OF),
    b"SQLite format 3": ("is a database (SQLite)", LEAVE),
    b"\x7fELF": ("is a program", LEAVE),
    b'{"kind": "run"': (
        "is the journal of a run that was cut short",
        "finish the run with --resume, then name its result",
    ),
}
_DOCUMENTS = (
    ({"crossover_imported"}, "an imported table (read it with report.py)"),
    ({"crossover_learning"}, "a learning file (read it with report.py)"),
    ({"context", "benchmarks"}, "a file of Google Benchmark"),
    ({"machine_info", "benchmarks"}, "a pytest-benchmark file of another project"),
    ({"metadata", "benchmarks"}, "a file of pyperf"),
    ({"benchmarks"}, "a benchmark file of another project"),
    ({"nbformat"}, "a notebook"),
    ({"traceEvents"}, "the trace of a profiler"),
)


def require_ours(content: bytes) -> None:
    """Raises Breach for bytes that begin as those of another kind of file do."""
    first = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, (what, advice) in _BEGINNINGS.items():
        if first.startswith(beginning):
            raise Breach([], what, advice)


def no_json(text: str) -> Breach | None:
    """Returns what a text is that does not parse; None for one that is JSON in part."""
    if not text.strip():
        return Breach([], "is empty", COPY)
    if text.lstrip().startswith(("{", "[")):
        return None
    line = text.lstrip().partition("\n")[0]
    if any(letter in line for letter in ",;\t"):
        return Breach([], "is a table or text, not JSON", _MADE_OF)
    return Breach([], "is no JSON", LEAVE)


def what_it_is(document: dict[str, Any]) -> str:
    """Names the kind of a document that is none of ours, by its keys."""
    return next((told for keys, told in _DOCUMENTS if keys <= document.keys()), "JSON")
