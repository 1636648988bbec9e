"""The checks of the crash matrix see what they are there to see."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.grid import Side
from bench.job import Job
from bench.measure.journal import Header, Journal
from bench.measure.measurements import Answered, Key
from tests.bench_fakes import measured
from tests.evidence.crashes import checks as crash_checks
from tests.evidence.crashes.trial import BLOCKS, CELLS, MARK, Trial

EARLIER = b"an earlier result"
JOB = Job("mlp", "cpu", 0, (8,), 1, 128, 0, "sgd", "foreach", 0.1, 1.0)
SECONDS = [[float(n)] for n in range(1, 9)]


def content(answers: int = 8) -> dict[str, Any]:
    """As much of a result file as the checks look at."""
    cells = [{"batch_size": size, "epochs": epochs} for size, epochs in sorted(CELLS)]
    timed, absent = (cells, []) if answers == 8 else ([], cells)
    return {
        "benchmarks": [
            {"name": f"{cell}", "params": cell, "stats": {"rounds": BLOCKS}} for cell in timed
        ],
        "crossover": {
            "complete": answers == 8,
            "measured": len(timed),
            "absent": [cell | {"reason": "interrupted"} for cell in absent],
            "measurements": [{"epoch_seconds": seconds} for seconds in SECONDS[:answers]],
        },
    }


def ended(folder: Path, *, journalled: int | None, witnessed: int, result: Any = None) -> Trial:
    """A trial whose run is over, with what it left."""
    trial = Trial(folder / "trial", "checks", "0", EARLIER)
    trial.folder.mkdir()
    trial.result.write_bytes(EARLIER if result is None else json.dumps(result).encode())
    noted = (json.dumps(seconds) for seconds in SECONDS[:witnessed])
    trial.witness_path.write_text("".join(f"{line}\n" for line in noted))
    if journalled is not None:
        journal = Journal.create(trial.journal, Header("", "", overwrites=False, identity={}))
        for seconds in SECONDS[:journalled]:
            answer = measured(JOB, 8, epoch_seconds=seconds)
            journal.append(Answered(Key("mlp", Side("cpu"), 8), 0, answer))
        journal.close()
    return trial


def problems(trial: Trial) -> str:
    crash_checks.check_after_end(trial)
    return "".join(trial.problems)


@pytest.mark.parametrize(
    ("journalled", "witnessed", "answers"),
    [(None, 0, None), (0, 0, None), (3, 2, None), (3, 3, None), (3, 3, 3), (None, 8, 8)],
)
def test_a_run_that_lost_nothing_has_no_problem(
    tmp_path: Path, journalled: int | None, witnessed: int, answers: int | None
) -> None:
    result = None if answers is None else content(answers)
    assert (
        problems(ended(tmp_path, journalled=journalled, witnessed=witnessed, result=result)) == ""
    )


def change(edit: Callable[[dict[str, Any]], object], answers: int = 8) -> dict[str, Any]:
    changed = content(answers)
    edit(changed)
    return changed


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        ({"journalled": 2, "witnessed": 3}, "a finished answer is lost"),
        ({"journalled": None, "witnessed": 1}, "a finished answer is lost"),
        ({"journalled": None, "witnessed": 8, "result": content(7)}, "a finished answer is lost"),
        ({"journalled": 2, "witnessed": 2, "result": content(3)}, "what the journal does not"),
        ({"journalled": 0, "witnessed": 0, "result": content(3)}, "what the journal does not"),
        ({"journalled": 8, "witnessed": 8, "result": content()}, "`complete` is True"),
        ({"journalled": None, "witnessed": 3, "result": content(3)}, "`complete` is False"),
        (
            {
                "journalled": None,
                "witnessed": 8,
                "result": change(lambda made: made["benchmarks"][1]["stats"].update(rounds=1)),
            },
            "a truncated cell counts as timed",
        ),
        (
            {
                "journalled": None,
                "witnessed": 8,
                "result": change(lambda made: made["crossover"].update(measured=3)),
            },
            "does not count the cells",
        ),
    ],
)
def test_what_was_lost_or_made_up_is_found(
    tmp_path: Path, trial: dict[str, Any], words: str
) -> None:
    assert words in problems(ended(tmp_path, **trial))


def test_a_journal_that_does_not_read_is_found(tmp_path: Path) -> None:
    trial = ended(tmp_path, journalled=2, witnessed=0)
    trial.journal.write_bytes(trial.journal.read_bytes() + b"nonsense\n")
    assert "the journal does not read" in problems(trial)


def test_a_result_that_is_gone_is_found(tmp_path: Path) -> None:
    trial = ended(tmp_path, journalled=0, witnessed=0)
    trial.result.unlink()
    assert "there is no result any more" in problems(trial)


def test_a_process_that_stays_is_found_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crash_checks, "ORPHANS_GONE_SECONDS", 0.0)
    trial = ended(tmp_path, journalled=0, witnessed=0)
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, env=dict(os.environ) | {MARK: str(trial.folder)}
    ) as orphan:
        assert "an orphan process remains" in problems(trial)
        assert orphan.wait() != 0


def timed_out(cell: dict[str, Any]) -> dict[str, Any]:
    """A finished run in which a cell has no time."""

    def edit(made: dict[str, Any]) -> None:
        made["benchmarks"] = [row for row in made["benchmarks"] if row["params"] != cell]
        made["crossover"]["absent"] = [cell | {"reason": "timeout"}]

    return change(edit)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (change(lambda made: made["benchmarks"].pop()), "the cells are"),
        (change(lambda made: made["benchmarks"].append(made["benchmarks"][0])), "the cells are"),
        (timed_out({"batch_size": 128, "epochs": 1}), "cells without a time"),
        (change(lambda made: made["crossover"].update(complete=False)), "is not complete"),
        (change(lambda made: made["crossover"]["measurements"].pop(0)), "an answer was lost"),
        (change(lambda made: made["crossover"]["measurements"].pop()), "7 measurements"),
        (
            change(lambda made: made["crossover"]["measurements"].append({"epoch_seconds": [1.0]})),
            "stands in the result twice",
        ),
    ],
)
def test_a_finished_run_that_is_not_as_an_undisturbed_one_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: dict[str, Any], words: str
) -> None:
    monkeypatch.setattr(crash_checks, "check_loads", lambda _trial: None)
    trial = ended(tmp_path, journalled=None, witnessed=1, result=result)
    crash_checks.finish(trial)
    assert words in "".join(trial.problems)


def test_files_that_are_left_behind_and_results_that_do_not_load_are_found(tmp_path: Path) -> None:
    trial = ended(tmp_path, journalled=None, witnessed=0, result=content())
    (trial.folder / ".box.lock").touch()
    crash_checks.finish(trial)
    assert "files were left behind: ['.box.lock', 'box.json']" in trial.problems[0]
    assert "the lock was left behind" in trial.problems[1]
    assert "the loader refuses the result" in trial.problems[2]
