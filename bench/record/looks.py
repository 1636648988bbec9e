"""Asking the reading half which cells deserve more blocks, through a file and a process.

bench/ and scripts/ never import each other: the result file is all that both know.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure.process import ROOT
from bench.record.result_file import write_json


def ask_undecided(content: dict[str, Any], result: Path, *, looks: int) -> list[dict[str, Any]]:
    """The cells that `scripts/judge/undecided.py` names for a provisional result.

    Raises RuntimeError with its words when it refuses the file: that is a fault of this suite.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / result.name
        write_json(file, content)
        done = subprocess.run(
            [
                sys.executable,
                ROOT / "scripts" / "judge" / "undecided.py",
                file,
                "--looks",
                str(looks),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"scripts/judge/undecided.py: {done.stderr.strip()[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]
