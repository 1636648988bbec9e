"""A file just below every limit takes 1 GB at most; what would take more is not even parsed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count, islice, repeat
from pathlib import Path

import pytest

from scripts.read import json_text
from scripts.read.breach import Breach
from scripts.read.document import LARGEST_BYTES
from tests.house import ROOT

MOST_KB = 1_000_000
UNITS: dict[str, Callable[[], Iterator[str]]] = {
    "numbers": lambda: repeat("1.5"),
    "texts": lambda: repeat('"a"'),
    "wide texts": lambda: repeat('"\U0001f600"'),
    "objects": lambda: repeat('{"a":1.5}'),
    "lists": lambda: repeat("[1.5]"),
    "texts of their own": lambda: (f'"{number:x}"' for number in count()),
}


def cost(text: str) -> int:
    """What the reader takes a text to hold in memory."""
    return sum(text.count(mark.decode()) * each for mark, each in json_text.COSTS.items())


def document(name: str, held: int) -> str:
    """A list of as many entries as the reader lets through with so many bytes held."""
    unit = next(UNITS[name]())
    many = (held - 500) // (cost(unit) + json_text.COSTS[b","])
    return f'{{"a":[{",".join(islice(UNITS[name](), many))}]}}'


@pytest.mark.parametrize("name", UNITS)
def test_what_would_fill_the_memory_is_refused_before_it_is_parsed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = 2**20
    text = document(name, held)
    monkeypatch.setattr(json_text, "MOST_HELD_BYTES", held)
    assert json_text.parsed(text.encode()) is not None
    monkeypatch.setattr("json.loads", lambda *_args, **_more: pytest.fail("parsed"))
    monkeypatch.setattr("msgspec.json.decode", lambda *_args, **_more: pytest.fail("parsed"))
    with pytest.raises(Breach, match="would take more than 1 MiB of memory, as no result does"):
        json_text.parsed(text.replace("]}", f",{text}]}}").encode())


READER = """
import sys
from scripts.read.__main__ import main
assert main([sys.argv[1]]) == 2
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize("name", [*UNITS, "one text", "a key twice"])
def test_a_hostile_file_just_below_the_limits_takes_a_gigabyte_at_most(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.json"
    if name in UNITS:
        path.write_text(document(name, json_text.MOST_HELD_BYTES), encoding="utf-8")
    else:
        twice = '"a":1,' if name == "a key twice" else ""
        wide = "a" * (LARGEST_BYTES - 100) + "\U0001f600"
        path.write_text(f'{{{twice}"a":"{wide}"}}', encoding="utf-8")
    assert path.stat().st_size <= LARGEST_BYTES
    command = [sys.executable, "-c", READER, str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert int(done.stdout) < MOST_KB
