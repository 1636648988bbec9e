"""Many command lines of `pytest bench`, one after the other in one process: each takes 0.2 s."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from bench.measure.process import ROOT
from tests.run.typed import STUBBED


class Said(NamedTuple):
    """What came of a command line."""

    code: int
    output: str


def answers(lines: Sequence[Sequence[str]], **environment: str) -> list[Said]:
    """What each command line ends with; none of them imports torch."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.run.lines"],
        cwd=ROOT,
        env=dict(os.environ) | {"COLUMNS": "100"} | environment,
        input=json.dumps(lines),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Said(*said) for said in json.loads(done.stdout.splitlines()[-1])]


def one(arguments: Sequence[str]) -> Said:
    """Runs one in this process."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main([*STUBBED, "bench", *arguments])
    return Said(int(code), said.getvalue())


if __name__ == "__main__":
    print(json.dumps(list(map(one, json.load(sys.stdin)))))
