"""Commands as they can be typed into the shell that started this one."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from bench.measure.process import ROOT


def command(script: str, *arguments: str | Path) -> str:
    """Returns what starts a script of this project: quoted, with paths from the current folder.

    `uv run` stands before it where that has started this process, and the path of its Python where
    `python` is another one.
    """
    words = [*_python(), *map(_from_here, (ROOT / script, *arguments))]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _python() -> list[str]:
    if "UV_RUN_RECURSION_DEPTH" in os.environ:
        return ["uv", "run", "python"]
    known, own = shutil.which("python"), Path(sys.executable)
    return ["python" if known and Path(known).parent == own.parent else _from_here(own)]


def _from_here(path: str | Path) -> str:
    """A path below the current folder from there; anything else as it is."""
    if isinstance(path, Path) and path.is_absolute() and path.is_relative_to(Path.cwd()):
        return str(path.relative_to(Path.cwd()))
    return str(path)
