"""A few of the tries at the edges, and that their checks see what they are there to see."""

import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from bench.measure.journal import journal_path
from tests.evidence.crashes.trial import Trial
from tests.evidence.edges import files, journals, lines, runs
from tests.evidence.edges.__main__ import line_of, main, report, stood
from tests.evidence.edges.trial import BATCH, BATCH_SECONDS, Fault, Row, added, row, said_to, until
from tests.run.typed import Said


def test_there_are_as_many_command_lines_as_are_asked_for_and_they_differ(tmp_path: Path) -> None:
    made = lines.lines_of(300, 0, tmp_path)
    assert len(made) == 300
    options = [line[:-1] for line in made[: -len(lines.PLACES)]]
    assert len(options) == len(set(options))
    assert made == lines.lines_of(300, 0, tmp_path)


def test_a_stretch_of_files_is_added_to_those_before() -> None:
    first = "\n".join(report("", [line_of(row(files.CHANGED, 3, {"refused": 2}, []), "a")]))
    old = stood(first, files.CHANGED)
    more = row(files.CHANGED, 4, {"refused": 1, "read": 3}, [Fault("a", "b")])
    assert line_of(added(old, more), "b") == "| changed files | 7 | 3 refused, 3 read | 1 | `b` |"
    assert stood(first, "other").tries == 0


def test_a_stretch_that_breaks_off_is_a_fault_beside_what_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Row:
        raise BrokenProcessPool("a process ended")

    path, memory = tmp_path / "edges.md", tmp_path / "known.tmp"
    stood_before = [line_of(row(files.CHANGED, 3, {"refused": 2}, []), "a")]
    path.write_text("\n".join(report("", stood_before)))
    monkeypatch.setattr(files, "tried_on_all_cores", broken)
    monkeypatch.setattr(sys, "argv", ["edges", "files", "--go-on", str(memory), "--out", str(path)])
    assert main() == 1
    (line,) = [one for one in path.read_text().splitlines() if one.startswith("| changed")]
    assert line.startswith("| changed files | 3 | 2 refused, 1 broke off | 1 | ")
    assert not memory.exists()


@pytest.mark.slow
def test_damaged_journals_are_resumed_or_refused(tmp_path: Path) -> None:
    assert journals.tried(len(journals.DAMAGES), 0, tmp_path).faults == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (Said(4, "ERROR: --x 1: takes more\n"), ""),
        (Said(4, "ERROR: usage: pytest\npytest: error: argument --x: invalid choice\n"), ""),
        (Said(4, ""), "refused in 0 lines"),
        (Said(4, "ERROR: a\x1b[2Jb"), "refused in a line that cannot be shown"),
        (Said(3, "INTERNALERROR> Traceback"), "a traceback"),
        (Said(1, "1 failed"), "status 1"),
    ],
)
def test_how_a_command_line_must_not_end(said: Said, fault: str) -> None:
    assert "".join(list(lines.faults([], said))[:1]) == fault


def test_a_journal_that_a_refusal_changed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    journal_path(path).write_bytes(b"new")
    said = Said(4, "ERROR: --resume: damaged; start again with --overwrite")
    assert list(journals.faults(path, b"new", said)) == []
    assert list(journals.faults(path, b"old", said)) == ["refused, and changed"]


def test_the_table_counts_tries_and_faults_and_names_the_command() -> None:
    own = row("lines", 3, {"refused": 2}, [Fault("a", "b")])
    assert line_of(own, "python x") == "| lines | 3 | 2 refused | 1 | `python x` |"


def test_a_part_that_is_tried_alone_leaves_the_rows_of_the_others() -> None:
    first = "\n".join(report("", ["| lines | 3 | | 0 | `a` |", "| files | 9 | | 0 | `a` |"]))
    again = "\n".join(report(first, ["| lines | 5 | | 1 | `b` |"]))
    assert again == first.replace("| lines | 3 | | 0 | `a` |", "| lines | 5 | | 1 | `b` |")


def test_a_line_that_ends_its_process_or_hangs_is_a_fault_and_the_others_are_tried() -> None:
    def ask(batch: list[tuple[str]], *, seconds: float) -> list[Said]:
        assert seconds == BATCH_SECONDS
        if ("hangs",) in batch:
            raise subprocess.TimeoutExpired("pytest", seconds)
        return [Said(0, "")] * len(batch)

    said = said_to([("fine",)] * BATCH + [("hangs",)] + [("fine",)] * BATCH, ask=ask)
    assert [one.code for one in said] == [0] * BATCH + [-1] * BATCH + [0]
    assert list(lines.faults((), said[BATCH])) == ["status -1"]


def test_no_try_begins_when_the_time_is_over_but_the_first() -> None:
    clock = iter([1.0, 2.0, 3.0, 4.0])
    assert list(until(3.0, "abcdef", now=lambda: next(clock))) == ["a", "b", "c"]
    assert list(until(0.0, "ab", now=lambda: 9.0)) == ["a"]


def test_disturbed_runs_are_of_more_than_forty_ways_and_their_losses_are_faults(
    tmp_path: Path,
) -> None:
    assert len({kind for kind, _ in runs.planned(100, 0)}) >= 40

    def run(kind: str, seed: int, folder: Path) -> Trial:
        problems = ["lost"] if kind == "SIGTERM" else []
        return Trial(folder, f"{kind} {seed}", "0", b"", problems=problems)

    found = runs.tried(50, 0, tmp_path, run=run)
    assert (found.tries, [fault.how for fault in found.faults]) == (50, ["lost"])
    assert found.ends == "48 ways to disturb them"
