"""Command lines that somebody may type: every option with values that nobody should accept."""

import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.learning.options import OWN
from bench.options import OPTIONS, flag_of
from bench.refused import REFUSED
from tests.evidence.edges.trial import Fault, Row, row, said_to
from tests.run.typed import Said

TINY = ("--workloads", "mlp", "--devices", "cpu", "--blocks", "1", "--batch-sizes", "8")
VALUES = (
    "", "-", "0", "-1", "1e10", "nan", "inf", "1e-400", "\u0663", "\uff11", "1_000", "0x10", " 8",
    "8,08", "8,,9", "8;9", ",", "a**b", "*", "all,mlp", "None", "../../x", "~nobody", "\x1b[2J",
    "\u202e", "mlp\nlstm", "x" * 5000, "9" * 400, "0.1,.10", "cuda,cuda:0", "cuda:00", "cpu:1",
    "{}", "%s", "$HOME", "--", "lstm=", "=1", "mlp=0.9,lstm=high", "full,full",
)  # fmt: skip
PLACES = (
    "", "-", ".", "/", "/dev/null", "/proc/x.json", "x" * 300 + ".json", "x" * 300 + "/box.json",
    "\u6771" * 90 + ".json", "a\nb.json", "\x1b[2J.json", "file/box.json", "folder.json",
    "pipe.json", "journal.json",
)  # fmt: skip
"""Of the result; `prepare` makes what some of them meet."""
MORE = (
    ("-n", "2"), ("--dist", "loadfile"), ("-d",), ("-x",), ("--maxfail", "1"),
    ("bench/bench_learning.py",), ("--learning", "bench/bench_training.py"), ("x" * 5000,),
    ("--resume",), ("--resume", "--overwrite"), ("--same-machine",), ("--preset", "huge"),
    ("--budget", "60", "--until-decided"), ("--find-crossover", "--until-decided"),
    (*TINY, "--find-crossover"), ("--learning", "--diagnose"), ("--seeds", "1"),
    ("--learning", "--seeds", "100"), ("--optimizers", "sgd"), ("--no-such-option",),
    ("--batch-sizes", "5000"), ("--measured-epochs", "all", "--epochs", "300"),
    *((flag, "x") if flag.endswith(("-save", "-compare", "-group-by")) else (flag,)
      for flag in REFUSED if flag not in ("--benchmark-cprofile", "--benchmark-compare-fail")),
)  # fmt: skip


def valued() -> Iterator[tuple[str, ...]]:
    """Every option with every value."""
    for value in VALUES:
        yield from ((flag_of(field), value) for field in OPTIONS)
        yield from ((f"--{name}", value) for name in ("loop", "preset"))
        yield from (("--learning", flag, value) for flag in OWN if "epochs" not in flag)


def lines_of(count: int, seed: int, folder: Path) -> list[tuple[str, ...]]:
    """So many of them, those about places among them, and where each one's result goes."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    lines = [*valued()]
    chosen = [*MORE, *chance.sample(lines, len(lines))][: max(0, count - len(PLACES))]
    asked = [(*line, *_result(line, folder / f"{n}.json")) for n, line in enumerate(chosen)]
    places = [place if place.startswith(("-", "/")) else str(folder / place) for place in PLACES]
    return [*asked, *((*TINY, "--overwrite", "--benchmark-json", place) for place in places)][
        :count
    ]


def _result(line: Sequence[str], path: Path) -> tuple[str, ...]:
    """A line that is accepted after all measures little."""
    small = [] if "--learning" in line else ["--budget", "20"] * ("--budget" not in line)
    small = [] if {"--until-decided", "--find-crossover"} & {*line} else small
    return (*small, "--benchmark-json", str(path))


def prepare(folder: Path) -> None:
    """Makes what some of the places meet."""
    (folder / "file").touch()
    (folder / "folder.json").mkdir()
    (folder / "journal.journal.jsonl").mkdir()
    os.mkfifo(folder / "pipe.json")


def faults(line: Sequence[str], said: Said) -> Iterator[str]:
    """What is wrong with the end of a command line."""
    if "Traceback" in said.output or "INTERNALERROR" in said.output:
        yield "a traceback"
    if said.code == pytest.ExitCode.USAGE_ERROR:
        lines = said.output.splitlines()  # argparse tells the usage as well
        errors = [one for one in lines if ": error: " in one or one.startswith("ERROR: ")]
        errors = [one for one in errors if not one.startswith("ERROR: usage: ")]
        if len(errors) != 1:
            yield f"refused in {len(errors)} lines"
        elif not errors[0].isprintable():
            yield "refused in a line that cannot be shown"
    elif said.code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        yield f"status {said.code}"


def tried(count: int, seed: int, folder: Path) -> Row:
    """The row of the table."""
    prepare(folder)
    before = {path.name for path in Path.cwd().iterdir()}
    lines = lines_of(count, seed, folder)
    said = said_to(lines)
    found = [
        Fault(" ".join(line)[:120], fault)
        for line, one in zip(lines, said, strict=True)
        for fault in faults(line, one)
    ]
    stray = {path.name for path in Path.cwd().iterdir()} - before - {".pytest_cache"}
    found += [Fault(name, "a stray file") for name in stray]
    ends = {"refused": sum(one.code == pytest.ExitCode.USAGE_ERROR for one in said)}
    return row("command lines of pytest bench", len(lines), ends, found)
