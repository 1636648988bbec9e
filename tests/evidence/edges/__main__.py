"""`python -m tests.evidence.edges`: does anything at the edges end in what nobody can read?

Command lines of `pytest bench`, damaged journals that are resumed, foreign and changed files
through every door of scripts/. Prints a table of tries and faults; writes it with `--out`. What
ends a run in mid-flight is tried by `tests.evidence.crashes.matrix`.
"""

import argparse
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.evidence.edges import files, journals, lines
from tests.evidence.edges.trial import Row

CHECKED = """\
- no traceback; what is refused is refused in one printable line, with status 4 (bench) or 2
  (scripts);
- a journal that is refused stays as it is; one that is resumed ends in a whole run;
- no file appears outside of `--out` or beside the result, and none that is read is changed.
"""


def table(rows: list[Row]) -> Iterator[str]:
    """The tries as Markdown."""
    yield "| tried | tries | how they ended | faults |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| {row.kind} | {row.tries} | {row.ends} | {len(row.faults)} |"


def report(rows: list[Row], command: str, minutes: float) -> Iterator[str]:
    """The table with what was checked in every try."""
    yield "# At the edges"
    yield ""
    yield f"`{command}`, {minutes:.0f} minutes."
    yield ""
    yield CHECKED
    yield from table(rows)


def main() -> int:
    """Tries everything; exit status 1 when there was a fault."""
    parser = argparse.ArgumentParser(description="Does anything end in what nobody can read?")
    parser.add_argument("--lines", type=int, default=300, help="command lines (default: 300)")
    parser.add_argument("--journals", type=int, default=200, help="journals (default: 200)")
    parser.add_argument("--files", type=int, default=1000, help="changed files (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    options = parser.parse_args()
    asked: list[Callable[[Path], Row]] = [
        lambda folder: lines.tried(options.lines, options.seed, folder),
        lambda folder: journals.tried(options.journals, options.seed, folder),
        lambda folder: files.tried("foreign files", files.foreign(), folder),
        lambda folder: files.tried(
            "changed files", files.fuzzed(options.files, options.seed), folder
        ),
    ]
    begun, rows = time.monotonic(), []
    for one in asked:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(one(Path(folder)))
        for fault in rows[-1].faults:
            print(f"{fault.what}: {fault.how}", flush=True)
    command = shlex.join(["python", "-m", "tests.evidence.edges", *sys.argv[1:]])
    text = "\n".join(report(rows, command, (time.monotonic() - begun) / 60)) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    return int(any(row.faults for row in rows))


if __name__ == "__main__":
    sys.exit(main())
