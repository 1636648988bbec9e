"""Does the suite run on the torch that people have? `python -m tests.evidence.torch_versions`

For each version of torch, one after the other: a new environment with that torch and the versions
of pandas and pytest that are named with it (as a notebook service has them), then requirements.txt,
one smoke run on the CPU and its report. What was there before must be there afterwards. Each
environment takes up to 6 GB and is deleted again; needs uv.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST = (
    "torch==2.9.1 pandas==2.3.3 pytest==8.4.2",
    "torch==2.11.0 pandas==3.1.*",
    "torch==2.14.1",
)
HEADER = """| before | Python | torch | pandas | pytest | changed | cells | smoke run | report |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment in a folder of its own."""

    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def install(self, *arguments: str) -> None:
        """Install as pip does, but faster; ends the program where that cannot be.

        Not in the checkout: there uv keeps to the exact versions of pyproject.toml.
        """
        command = ("uv", "pip", "install", "--quiet", "--python", self.python, *arguments)
        if (done := run(*command, folder=self.folder)).returncode:
            sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")

    def versions(self) -> dict[str, str]:
        """What is installed, by name."""
        listed = run("uv", "pip", "list", "--format", "json", "--python", self.python).stdout
        return {one["name"]: one["version"] for one in json.loads(listed)}


def run(*command: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in the checkout unless told otherwise, its output kept."""
    return subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )


def _environment() -> dict[str, str]:
    """One thread, since no time matters here; matplotlib's backend as a notebook hands it on."""
    kept = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    inherited = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    return {"OMP_NUM_THREADS": "1"} | kept | inherited


def row(before: str, *, python: str, find_links: list[str], folder: Path) -> str:
    """A line of the table for an environment that holds the packages `before`."""
    made = Environment(folder / "environment")
    run("uv", "venv", "--quiet", "--python", python, str(made.folder)).check_returncode()
    links = [f"--find-links={place}" for place in find_links]
    made.install(*links, *before.split())
    there = made.versions()
    made.install("-r", str(ROOT / "requirements.txt"))
    now = made.versions()
    changed = [name for name in there if now.get(name) != there[name]]
    ran = run(made.python, "--version").stdout.split()[1]
    cells, measured, reported = smoke(made, folder)
    facts = [
        before,
        ran,
        now["torch"],
        now["pandas"],
        now["pytest"],
        ", ".join(changed) or "nothing",
    ]
    return f"| {' | '.join([*facts, cells, measured, reported])} |\n"


def smoke(made: Environment, folder: Path) -> tuple[str, str, str]:
    """Words on what was collected, on the cells that got a time, and on the report."""
    grid = ("bench", "--preset", "smoke", "--devices", "cpu")
    file, out = folder / "smoke.json", folder / "report"
    collected = run(made.python, "-m", "pytest", *grid, "--collect-only", "--quiet")
    cells = sum("bench_training[" in line for line in collected.stdout.splitlines())
    done = run(made.python, "-m", "pytest", *grid, "--benchmark-json", str(file))
    if done.returncode:
        return str(cells), f"exit {done.returncode}: {_last_line(done)}", "none"
    timed = len(json.loads(file.read_bytes())["benchmarks"])
    told = run(made.python, "scripts/report.py", str(file), "--out", str(out))
    if told.returncode:
        return str(cells), f"{timed} timed", f"exit {told.returncode}: {_last_line(told)}"
    return str(cells), f"{timed} timed", f"{len(list(out.iterdir()))} files"


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1] if lines else "nothing said"


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every environment and print the table as it grows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "before", nargs="*", help=f"what an environment holds (default: {', '.join(FIRST)})"
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter of the environments")
    parser.add_argument("--find-links", action="append", default=[], help="a folder of wheels")
    parser.add_argument("--out", type=Path, help="a file that the rows are appended to")
    options = parser.parse_args(arguments)
    print(HEADER, end="", flush=True)
    for before in options.before or FIRST:
        folder = Path(tempfile.mkdtemp(prefix="torch-versions-"))
        try:
            line = row(before, python=options.python, find_links=options.find_links, folder=folder)
        finally:
            shutil.rmtree(folder)
        print(line, end="", flush=True)
        if options.out:
            with options.out.open("a", encoding="utf-8") as file:
                file.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
