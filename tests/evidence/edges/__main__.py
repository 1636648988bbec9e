"""`python -m tests.evidence.edges`: does anything at the edges end in what nobody can read?

Real runs that are disturbed, command lines of `pytest bench`, damaged journals that are resumed,
foreign and changed files through every door of scripts/. Prints a table of tries and faults. With
`--out` it is written, each row as soon as it is done, with the command that made it; rows of parts
that were not asked for stay as they are in the file, so that the parts can be tried one by one.
"""

import argparse
import math
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.evidence.crashes.kinds import KINDS
from tests.evidence.edges import files, journals, lines, runs
from tests.evidence.edges.trial import Fault, Row, added
from tests.read.refusals.test_foreign import FILES

CHECKED = """\
- a disturbed run loses no answer, measures none twice, leaves no process and no file beside the
  result, and ends, resumed, as an undisturbed one (`tests/evidence/crashes/checks.py`);
- no traceback; what is refused is refused in one printable line, with status 4 (bench) or 2
  (scripts);
- a journal that is refused stays as it is; one that is resumed ends in a whole run;
- no file appears outside of `--out` or beside the result, and none that is read is changed.

The reader of `scripts/` is asked about each changed file. Of those that it tells the same of, one
goes through the ten doors: a refused one alone, the others in batches, which are halved down to the
file where anything is wrong. The same is a record whose numbers agree in two digits, or a refusal
in the same words but for numbers. Of good files a door gets those that differ in what it looks at:
the tables that all reports stand on, only the rounds among them, or of `share.py` the text but for
numbers.
"""


WAYS = "## How runs are disturbed, and what is checked besides"
TITLE = "# At the edges"
HEAD = ("| tried | tries | how they ended | faults | by |", "|---|---|---|---|---|")


class Asked(NamedTuple):
    """How many tries of a part, from which seed on, when the last one has to begin, and how many
    there were before.
    """

    tries: int
    seed: int
    end: float
    first: int


PARTS: dict[str, tuple[int, Callable[[Asked, Path], Row]]] = {
    "runs": (100, lambda own, folder: runs.tried(own.tries, own.seed, folder, end=own.end)),
    "journals": (200, lambda own, folder: journals.tried(own.tries, own.seed, folder)),
    "lines": (300, lambda own, folder: lines.tried(own.tries, own.seed, folder)),
    "foreign": (
        len(FILES),
        lambda own, folder: files.tried("foreign files", [*files.foreign()][: own.tries], folder),
    ),
    "files": (
        100_000,
        lambda own, folder: files.tried_on_all_cores(
            own.seed, range(own.first, own.tries), folder, end=own.end
        ),
    ),
}
"""Each part with its usual number of tries."""


def line_of(row: Row, command: str) -> str:
    """A row of the table as Markdown."""
    cells = (row.kind, row.tries, row.ends, len(row.faults), f"`{command}`")
    return f"| {' | '.join(map(str, cells))} |"


def report(known: str, new: Iterable[str]) -> Iterator[str]:
    """The table with what was checked in every try; `known` is what stands in the file already."""
    old = [line for line in known.splitlines() if line.startswith("| ") and line not in HEAD]
    rows = {line.split(" | ")[0]: line for line in (*old, *new)}
    yield from (TITLE, "", CHECKED, *HEAD, *rows.values(), "", WAYS, "")
    yield from (
        f"- {name}: {' '.join((kind.__doc__ or '').split())}" for name, kind in KINDS.items()
    )


def stood(known: str, kind: str) -> Row:
    """The row of a kind that stands in a table; an empty one where there is none."""
    for line in known.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == kind:
            return Row(kind, int(cells[1]), cells[2], [Fault("before", "")] * int(cells[3]))
    return Row(kind, 0, "", [])


def main() -> int:
    """Tries what was asked for; exit status 1 when there was a fault."""
    options = options_of(sys.argv[1:])
    end = time.monotonic() + 60 * options.minutes
    command = shlex.join(["python", "-m", "tests.evidence.edges", *sys.argv[1:]])
    faults, made = 0, list[str]()
    for part in options.parts:
        count, tried = PARTS[part]
        begun, known = time.monotonic(), ""
        if options.out and options.out.exists():
            known = options.out.read_text("utf-8")
        old = stood(known if options.go_on else "", files.CHANGED)
        with tempfile.TemporaryDirectory() as folder:
            try:
                asked = Asked(options.tries or count, options.seed, end, old.tries)
                if options.go_on:
                    files.recall(options.go_on, Path(folder))
                row = tried(asked, Path(folder))
                if options.go_on:
                    files.remember(options.go_on, Path(folder))
            except Exception as error:  # noqa: BLE001 - the other parts are tried all the same
                row = Row(part, 0, "1 broke off", [Fault(part, repr(error))])
        for fault in row.faults:
            print(f"{fault.what}: {fault.how}", flush=True)
        print(f"{part}: {(time.monotonic() - begun) / 60:.1f} minutes", flush=True)
        faults += len(row.faults)
        made.append(line_of(added(old, row) if options.go_on else row, command))
        text = "\n".join(report(known, made)) + "\n"
        if options.out:
            options.out.write_text(text, encoding="utf-8")
    print(text)
    return int(faults > 0)


def options_of(arguments: list[str]) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description="Does anything end in what nobody can read?")
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)} (default: all)")
    usual = ", ".join(f"{count} {part}" for part, (count, _) in PARTS.items())
    parser.add_argument("--tries", type=int, help=f"of each part (default: {usual})")
    parser.add_argument("--minutes", type=float, default=math.inf, help="no try begins later")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    parser.add_argument(
        "--go-on",
        type=Path,
        metavar="FILE",
        help="with files and --out: from where its row ended; FILE keeps what was told apart",
    )
    options = parser.parse_args(arguments)
    options.parts = options.parts or list(PARTS)
    if unknown := {*options.parts} - {*PARTS}:
        parser.error(f"{', '.join(sorted(unknown))}: no part; one of {', '.join(PARTS)}")
    if options.go_on and (options.parts != ["files"] or not options.out):
        parser.error("--go-on: name the part files alone, and the table with --out")
    return options


if __name__ == "__main__":
    sys.exit(main())
