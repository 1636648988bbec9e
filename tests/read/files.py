"""Result files written by tests, and how the reader refuses them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.read import table
from tests import fuzzing
from tests.corpus import Corpus

Document = dict[str, Any]
Edit = Callable[[Document], object]
Case = tuple[str, Edit, str, str]
"""A name, an edit that a file does not survive, the field that is named, and the words."""

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1, 2), "blocks": 3, "samples": 64}
WHOLE = Corpus(absent={("mlp", 8, 1, "vulkan"): ("oom", "")}, epochs=(1, 2, 4))


def saved(folder: Path, document: Document, name: str = "odd") -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    """The one line with which a file is refused, which names it."""
    with pytest.raises(table.ResultError) as caught:
        table.load([path])
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(str(path))
    return message


def put(value: object, *where: str | int) -> Edit:
    """The edit that replaces the value at a place."""
    return lambda document: fuzzing.put(document, where, value)


def stored(folder: Path, name: str, document: Document) -> str:
    return str(saved(folder, document, name))


def everything(folder: Path) -> dict[str, bytes | str]:
    """What lies in a folder: links by their target, files by their content."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink()
        else path.read_bytes() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }  # fmt: skip


def assert_refused(
    folder: Path, edit: Edit, field: str, message: str, *, plan: Corpus = WHOLE
) -> None:
    """A good file is refused once it is edited: at this field, in these words, with a way out."""
    document = plan.result()
    edit(document)
    path = saved(folder, document)
    place, _, words = refusal(path).removeprefix(f"{path}: ").partition(": ")
    assert field in place
    assert message in words
    assert words.endswith("measure again or leave this file out")


def each_of(cases: list[Case]) -> pytest.MarkDecorator:
    """A test of each of these, by its name."""
    names = [name.replace(" ", "-") for name, *_case in cases]
    return pytest.mark.parametrize(
        ("edit", "field", "message"), [case[1:] for case in cases], ids=names
    )
