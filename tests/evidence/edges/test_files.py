"""Files through the doors: those alike are one try, and what is wrong is found and named."""

import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from scripts.read.workers import Workers
from tests.evidence.edges import doors, files
from tests.evidence.edges.trial import Fault, Row, row
from tests.read.refusals.test_foreign import FILES


def test_no_foreign_file_is_more_than_a_line_at_any_door(tmp_path: Path) -> None:
    found = files.tried("foreign files", files.foreign(), tmp_path)
    assert (found.tries, found.faults) == (len(FILES), [])
    assert found.ends.startswith(f"{len(FILES)} refused, ")


def test_no_changed_file_is_more_than_a_line_at_any_door(tmp_path: Path) -> None:
    assert files.tried(files.CHANGED, files.fuzzed(0, range(4)), tmp_path).faults == []


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

    odd = {"odd": doors.Door(main, (doors.ODD,))}
    for module in (files, doors):
        monkeypatch.setattr(module, "DOORS", odd)
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


@pytest.mark.parametrize(
    "case",
    [
        ("rounds", b"3.11.7", b"3.11.8", ["1"]),
        ("tables", b"3.11.7", b"3.11.8", ["1", "2"]),
        ("rounds", b"box-1", b"labbox", ["1", "2"]),
        ("tables", b'"seed": 0', b'"seed": 1', ["1"]),
        ("record", b'"seed": 0', b'"seed": 1', ["1", "2"]),
        ("text", b'"seed": 0', b'"seed": 1', ["1"]),
    ],
)
def test_a_door_gets_good_files_that_differ_in_what_it_looks_at(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    odd_door: list[list[str]],
    case: tuple[doors.Looks, bytes, bytes, list[str]],
) -> None:
    looks, before, after, given = case
    monkeypatch.setitem(doors.DOORS, "odd", doors.DOORS["odd"]._replace(looks=looks))
    ((_, good),) = unlike("1")
    other = good.replace(before, after)
    found = files.tried("files", [("1", good), ("2", other)], tmp_path)
    assert (found.ends, odd_door) == ("0 refused, 2 told apart by the reader", [given])


def test_what_was_tried_in_one_run_is_not_tried_in_the_next(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    memory = tmp_path / "known.tmp"
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        files.recall(memory, folder)
        files.tried("files", unlike(run, "8"), folder)
        files.remember(memory, folder)
    assert odd_door == [["first", "8"], ["second"]]


def test_a_door_that_takes_what_the_reader_refuses_is_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(doors.DOORS, "export.py", doors.Door(lambda _: 0, ()))
    found = files.tried("files", [("3", b"{}")], tmp_path)
    assert [fault.how for fault in found.faults] == ["export.py: takes what the reader refuses"]


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
    found = files.tried_on_all_cores(0, range(700, 3000), tmp_path, processes=Here)
    assert given == [range(700, 1700), range(1700, 2700), range(2700, 3000)]
    assert (found.tries, found.ends, len(found.faults)) == (2300, "3 refused", 3)
    late = files.tried_on_all_cores(0, range(700, 3000), tmp_path, end=0.0, processes=Here)
    assert late.tries == 1000


def test_what_one_process_knows_another_does_not_try(
    tmp_path: Path, odd_door: list[list[str]]
) -> None:
    for own in ("a", "b"):
        found = files.tried("files", unlike(own, "9"), tmp_path, own=own)
        assert found.tries == 2
    assert odd_door == [["a", "9"], ["b"]]


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
