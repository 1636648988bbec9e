"""Asks the reading half: can a result be read, what does it say, which cells need more blocks?

bench/ and scripts/ never import each other: a file and a process are between them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from bench.measure.environment import startable
from bench.measure.measurements import Undecided
from bench.measure.process import ROOT
from bench.record.result_file import write_json


def has_reader(root: Path = ROOT) -> bool:
    """Whether the reading half is here; bench/ can be copied without it."""
    return (root / "scripts" / "read").is_dir()


def refusal(result: Path) -> str | None:
    """Returns why the reading half cannot read a result, in one line; None when it can."""
    try:
        done = _run("-m", "scripts.read", str(result.resolve()))
    except OSError as error:
        return f"it could not be asked ({error})"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"{result}: its reader ended with status {done.returncode}"


def brief_answer(result: Path, *, columns: int, colours: bool) -> str:
    """Returns what scripts/report.py says of a result in short; empty where it cannot be asked."""
    own = {"COLUMNS": str(columns)} | ({"FORCE_COLOR": "1"} if colours else {})
    try:
        done = _run(str(ROOT / "scripts/report.py"), str(result.resolve()), "--brief", **own)
    except OSError:
        return ""
    return done.stdout.rstrip() if done.returncode == 0 else ""


def ask_undecided(content: dict[str, Any], result: Path, *, looks: int) -> list[Undecided]:
    """Returns the cells that `scripts/undecided.py` names for a provisional result.

    Raises RuntimeError with its words when it refuses the file: that is a fault of this suite.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / result.name
        write_json(file, content)
        done = _run(str(ROOT / "scripts/undecided.py"), str(file), "--looks", str(looks))
    if done.returncode != 0:
        raise RuntimeError(f"scripts/undecided.py: {done.stderr.strip()[-500:]}")
    return [msgspec.json.decode(line, type=Undecided) for line in done.stdout.splitlines()]


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=startable() | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
