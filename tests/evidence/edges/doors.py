"""The doors of scripts/, and what is wrong with how one of them takes some files."""

import io
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Literal, NamedTuple

from scripts import advise, compare, export, predict, report, share, undecided
from scripts.read import __main__ as check

ODD, FOLDER, OUT = "ODD", "odd", "out"
"""Among arguments, the files that are tried; where they lie; where a door may write."""


Looks = Literal["record", "tables", "rounds", "text"]
"""What a door looks at of a good file: all that the reader makes of it; what `load_results` does,
or only the rounds among it; the document itself, where the numbers in it are checked elsewhere.
"""


class Door(NamedTuple):
    """A script with its arguments: what does it look at, is it for one file, does it go on after
    one that it refuses, does it leave learning files alone?
    """

    main: Callable[[Sequence[str]], int]
    arguments: tuple[str, ...]
    looks: Looks = "record"
    single: bool = False
    goes_on: bool = False
    timing_only: bool = False


_WRITING = ("--out", OUT)
SKIPPING = "report.py --skip-bad"
DOORS = {
    "scripts.read": Door(check.main, (ODD,), goes_on=True),
    "report.py": Door(report.main, (ODD, "good.json", *_WRITING), "tables"),
    SKIPPING: Door(report.main, (ODD, "good.json", "--skip-bad", *_WRITING), goes_on=True),
    "compare.py": Door(
        compare.main,
        ("good.json", "threads.json", ODD, "--allow", "--csv", f"{OUT}/cells.csv", *_WRITING),
        "tables",
    ),
    "export.py": Door(
        export.main, (ODD, "good.json", "--out", f"{OUT}/rounds.csv"), "rounds", timing_only=True
    ),
    "advise.py": Door(
        advise.main, (ODD, "good.json", "learned.json", "--workload", "mlp"), "tables"
    ),
    "undecided.py": Door(undecided.main, (ODD,), "rounds", single=True),
    "predict.py": Door(
        predict.main, (ODD, "studied.json", "--card", "t4"), "tables", timing_only=True
    ),
    "share.py": Door(share.main, (ODD, "--name", "epyc", *_WRITING), "text", single=True),
    "share.py --check": Door(
        share.main, ("--check", FOLDER, "--beside", "good.json", *_WRITING), goes_on=True
    ),
}


class End(NamedTuple):
    """The status of a door, and what is wrong with how it ended."""

    code: int
    faults: list[str]


def ended(name: str, folder: Path, files: Sequence[str]) -> End:
    """How a door takes files of a folder."""
    door, before = DOORS[name], _outside(folder)
    arguments = [one for own in door.arguments for one in (files if own == ODD else (own,))]
    complaint, said = io.StringIO(), io.TextIOWrapper(io.BytesIO())
    try:
        with chdir(folder), redirect_stderr(complaint), redirect_stdout(said):
            code = door.main(arguments)
    except SystemExit as end:
        code = int(str(end.code))
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return End(1, [f"{name}: {error!r}"])
    lines, faults = complaint.getvalue().splitlines(), []
    if code not in (0, 2):
        faults.append(f"{name}: status {code}")
    told = len(lines) == (1 if code == 2 else 0)
    if not told and not (door.goes_on and len(lines) <= len(files)):
        faults.append(f"{name}: status {code} with {len(lines)} lines")
    if not all(line.isprintable() for line in lines):
        faults.append(f"{name}: a line that cannot be shown")
    if _outside(folder) != before:
        faults.append(f"{name}: a file outside of --out")
    return End(code, faults)


def _outside(folder: Path) -> dict[Path, tuple[int, int]]:
    """What lies in a folder and in that of the files that are tried: when it was written, sizes."""
    inside = (folder, folder / FOLDER)
    paths = [path for own in inside if own.is_dir() for path in own.iterdir()]
    known = {path: path.lstat() for path in paths if path not in (*inside, folder / OUT)}
    return {path: (own.st_mtime_ns, own.st_size) for path, own in known.items()}
