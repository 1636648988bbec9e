"""A few of the tries at the edges, and that their checks see what they are there to see."""

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from bench.measure.journal import journal_path
from scripts.read.workers import Workers
from tests.evidence.crashes.trial import Trial
from tests.evidence.edges import doors, files, journals, lines, runs
from tests.evidence.edges.__main__ import line_of, main, report, stood
from tests.evidence.edges.trial import BATCH, BATCH_SECONDS, Fault, Row, added, row, said_to, until
from tests.read.refusals.test_foreign import FILES
from tests.run.typed import Said


def test_there_are_as_many_command_lines_as_are_asked_for_and_they_differ(tmp_path: Path) -> None:
    made = lines.lines_of(300, 0, tmp_path)
    assert len(made) == 300
    options = [line[:-1] for line in made[: -len(lines.PLACES)]]
    assert len(options) == len(set(options))
    assert made == lines.lines_of(300, 0, tmp_path)


def test_no_foreign_file_is_more_than_a_line_at_any_door(tmp_path: Path) -> None:
    found = files.tried("foreign files", files.foreign(), tmp_path)
    assert (found.tries, found.faults) == (len(FILES), [])
    assert found.ends.startswith(f"{len(FILES)} refused, ")


def test_no_changed_file_is_more_than_a_line_at_any_door(tmp_path: Path) -> None:
    assert files.tried(files.CHANGED, files.fuzzed(0, range(12)), tmp_path).faults == []


def test_a_changed_file_is_known_by_its_number() -> None:
    some = [*files.fuzzed(0, range(5))]
    assert some[3:] == [*files.fuzzed(0, range(3, 5))]
    assert dict(some) != dict(files.fuzzed(1, range(5)))


@pytest.fixture
def odd_door(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """One door only: it keeps what it was given, raises at 7.json, and at 2 and 9 together."""
    given: list[list[str]] = []

    def main(names: Sequence[str]) -> int:
        own = [Path(name).stem for name in names]
        given.append(own)
        return 0 // int("7" not in own and not {"2", "9"} <= {*own})

    for module in (files, doors):
        monkeypatch.setattr(module, "DOORS", {"odd": doors.Door(main, (doors.ODD,))})
    return given


def unlike(*names: str) -> list[files.Named]:
    """Good files, each with a machine of its own."""
    text = json.dumps(files.MADE["good"])
    return [(name, text.replace("devbox", f"box-{name}").encode()) for name in names]


def test_of_a_batch_the_file_with_the_fault_is_found(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    found = files.tried("files", unlike("1", "7", "3"), tmp_path)
    assert [fault.what for fault in found.faults] == ["files 7"]
    assert odd_door == [["1", "7", "3"], ["1"], ["7", "3"], ["7"], ["3"]]


def test_a_fault_of_files_that_are_none_alone_is_theirs_together(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    found = files.tried("files", unlike("2", "9"), tmp_path)
    assert [fault.what for fault in found.faults] == ["files 2, 9"]


def test_files_that_the_reader_tells_the_same_of_are_one_try(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    ((_, good),) = unlike("1")
    alike = [("1", good), ("2", good + b" "), ("3", b"{}"), ("4", b" {} ")]
    found = files.tried("files", alike, tmp_path)
    assert (found.tries, found.ends) == (4, "2 refused, 2 told apart by the reader")
    assert odd_door == [["1"], ["3"]]


def test_a_door_that_takes_what_the_reader_refuses_is_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(doors.DOORS, "export.py", doors.Door(lambda _: 0, ()))
    found = files.tried("files", [("3", b"{}")], tmp_path)
    assert [fault.how for fault in found.faults] == ["export.py: takes what the reader refuses"]


def test_a_stretch_of_files_is_added_to_those_before() -> None:
    first = "\n".join(report("", [line_of(row(files.CHANGED, 3, {"refused": 2}, []), "a")]))
    old = stood(first, files.CHANGED)
    more = row(files.CHANGED, 4, {"refused": 1, "read": 3}, [Fault("a", "b")])
    assert line_of(added(old, more), "b") == "| changed files | 7 | 3 refused, 3 read | 1 | `b` |"
    assert stood(first, "other").tries == 0


class Here(Workers):
    """Processes that are none: what they are given is done at once."""

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> "Future[Any]":
        answer = Future[Any]()
        answer.set_result(function(*arguments, **named))
        return answer


def test_stretches_that_are_begun_are_done_and_leave_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[range] = []

    def stretch(_seed: int, numbers: range, _folder: Path) -> Row:
        given.append(numbers)
        return row(files.CHANGED, len(numbers), {"refused": 1}, [Fault("a", "b")])

    monkeypatch.setattr(files, "stretch", stretch)
    found = files.tried_on_all_cores(0, range(700, 1400), tmp_path, processes=Here)
    assert given == [range(700, 1000), range(1000, 1300), range(1300, 1400)]
    assert (found.tries, found.ends, len(found.faults)) == (700, "3 refused", 3)
    late = files.tried_on_all_cores(0, range(700, 1400), tmp_path, end=0.0, processes=Here)
    assert late.tries == 300


def test_what_one_process_knows_another_does_not_try(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    for own in ("a", "b"):
        found = files.tried("files", unlike(own, "9"), tmp_path, own=own)
        assert found.tries == 2
    assert odd_door == [["a", "9"], ["b"]]


def test_a_stretch_that_breaks_off_is_a_fault_beside_what_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Row:
        raise BrokenProcessPool("a process ended")

    path = tmp_path / "edges.md"
    stood_before = [line_of(row(files.CHANGED, 3, {"refused": 2}, []), "a")]
    path.write_text("\n".join(report("", stood_before)))
    monkeypatch.setattr(files, "tried_on_all_cores", broken)
    monkeypatch.setattr(sys, "argv", ["edges", "files", "--go-on", "--out", str(path)])
    assert main() == 1
    (line,) = [one for one in path.read_text().splitlines() if one.startswith("| changed")]
    assert line.startswith("| changed files | 3 | 2 refused, 1 broke off | 1 | ")


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


def test_a_door_that_raises_or_leaves_a_file_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_arguments: object) -> int:
        (tmp_path / "stray.csv").touch()
        return 0

    monkeypatch.setitem(doors.DOORS, "broken", doors.Door(broken, ()))
    assert doors.ended("broken", tmp_path, []).faults == ["broken: a file outside of --out"]
    monkeypatch.setitem(doors.DOORS, "broken", doors.Door(lambda _: 1 // 0, ()))
    assert "ZeroDivisionError" in doors.ended("broken", tmp_path, []).faults[0]
    monkeypatch.setitem(doors.DOORS, "broken", doors.Door(lambda _: 2, ()))
    assert doors.ended("broken", tmp_path, []).faults == ["broken: status 2 with 0 lines"]


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
