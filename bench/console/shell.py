"""Commands as they can be typed into the shell that started this one."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import psutil

from bench.measure.ask import ask
from bench.measure.process import ROOT


def command(script: str, *arguments: str | Path) -> str:
    """Returns what starts a script of this project: quoted, with paths from the current folder.

    `uv run` stands before it, with its options, where that has started this process, and the path
    of its Python where `python` is another one.
    """
    words = [*_python(), *map(_from_here, (ROOT / script, *arguments))]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _python() -> list[str]:
    own, uv = Path(sys.executable), "UV_RUN_RECURSION_DEPTH" in os.environ
    if uv and shutil.which("uv"):
        return ["uv", *_options_of_uv(), "python"]
    known = shutil.which("python")  # uv's is first in the path of this process only
    same = known and not uv and Path(known).parent == own.parent
    return ["python" if same else _from_here(own)]


def _options_of_uv() -> Sequence[str]:
    """What stood behind `uv`, up to the command: `run --no-sync` must not become a sync."""
    words = ask(lambda: psutil.Process().parent().cmdline()) or []  # type: ignore[union-attr]
    commands = ("pytest", "python", "python3")
    typed = [*takewhile(lambda word: Path(word).stem not in commands, words[1:])]
    return typed if "run" in typed else ["run"]


def _from_here(path: str | Path) -> str:
    """A path below the current folder from there, no option; anything else as it is."""
    if isinstance(path, Path) and path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f".{os.sep}{path}" if isinstance(path, Path) and str(path)[0] == "-" else str(path)
