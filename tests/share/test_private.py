"""What leaves a file before it is shared: paths, names of host and user, ids of single cards."""

import getpass
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scripts.read.document import file_content
from scripts.read.json_text import parsed
from scripts.sharing.private import (
    cleaned,
    json_text,
    own_words,
    private_texts,
    scrubbed,
    shown,
    texts_of,
)
from tests.corpus import Corpus

ROOT = Path(__file__).parents[2]
COMMITTED = sorted((ROOT / "results").glob("*.json"))
WORDS = {"gauss": "<host>", "emmy": "<user>"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no such file: /home/emmy/net.py", "no such file: <path>"),
        ("--workloads ~/nets/net.py:make", "--workloads <path>"),
        ("--workloads ../emmy/net.py:make -k x", "--workloads <path> -k x"),
        (r"C:\Users\emmy\net.py, line 3", "<path>, line 3"),
        (r"\\lab\share\x", "<path>"),
        ("LD_PRELOAD=/opt/emmy/lib.so:/usr/lib/b.so", "LD_PRELOAD=<path>"),
        ("'/tmp/a b'", "'<path> b'"),
        ("file:///home/emmy", "<path>"),
        ("at GPU-8f2b6c1d-aaaa-bbbb-cccc-0123456789ab", "at <card>"),
        ("Emmy on gauss.example", "<user> on <host>.example"),
        # what stays
        ("models/examples/regression.py:make", "models/examples/regression.py:make"),
        ("https://pytorch.org/docs", "https://pytorch.org/docs"),
        ("5 / 3 FLOP/s, gaussian, MB/s", "5 / 3 FLOP/s, gaussian, MB/s"),
        ("MLP(\n  (hidden): Linear(in=8)\n)", "MLP(\n  (hidden): Linear(in=8)\n)"),
    ],
)
def test_paths_names_and_ids_of_cards_go_and_the_rest_stays(text: str, left: str) -> None:
    assert scrubbed(text, WORDS) == left


def document(**fields: Any) -> dict[str, Any]:
    return Corpus(machine="my-machine", batch_sizes=(8, 32), epochs=(1,), **fields).result()


def test_a_cleaned_document_names_the_machine_and_nobody() -> None:
    command = "pytest bench --benchmark-json '/home/emmy/my runs/x.json' --devices cpu"
    dirty = document(run={"command": command}, absent={("mlp", 8, 1, "vulkan"): ("failed", "/x/y")})
    dirty["commit_info"] |= {"project": "emmys-clone", "branch": "emmy"}
    dirty["machine_info"]["crossover"]["accelerators"][0]["uuid"] = "GPU-8f2b6c1d-0000"
    clean = cleaned(dirty, "epyc-h200", WORDS)
    said = "\n".join(shown(clean))
    for word in ("emmy", "my-machine", "/home", "/x/y", "8f2b6c1d"):
        assert word not in said.lower()
    assert clean["machine_info"]["node"] == "epyc-h200"
    assert clean["machine_info"]["crossover"]["machine"] == "epyc-h200"
    told = clean["crossover"]["run"]["command"]
    assert told == "pytest bench --benchmark-json results/epyc-h200.json --devices cpu"
    assert list(private_texts(clean)) == []
    assert any("/x/y" in text for text in private_texts(dirty))


def test_every_number_and_name_of_a_field_stays() -> None:
    dirty = document()
    dirty["machine_info"]["node"] = "my-machine"
    clean = cleaned(dirty, "my-machine", {})
    assert clean == dirty
    assert parsed(json_text(clean).encode()) == dirty


def test_all_texts_are_shown_and_those_that_differ_in_digits_once() -> None:
    lines = list(shown({"a": ["run 1", "run 2", "ran"], "b": {"c": ""}, "d": 3}))
    assert lines == ["a[]: run 1 (and 1 other that differ in digits), ran", "b.c: (empty)"]
    assert texts_of({"a": ["x", "x"]}) == {"a[]": ["x"]}


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_committed_files_hold_nothing_private(path: Path) -> None:
    content = parsed(file_content(path))
    assert isinstance(content, dict)
    assert list(private_texts(content)) == []


def test_names_that_tell_nothing_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "gauss.lab.example")
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert own_words() == {"gauss.lab.example": "<host>", "gauss": "<host>"}

    def nobody(error: Exception) -> str:
        raise error

    for error in (KeyError("getpwuid(): uid not found: 1000"), ImportError("pwd")):
        monkeypatch.setattr(getpass, "getuser", partial(nobody, error))
        assert "gauss" in own_words()
