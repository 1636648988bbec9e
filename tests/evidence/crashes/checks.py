"""What must hold after each crash trial, when the run has ended and when it was resumed:

- the journal reads, and holds every answer that the run had dealt with (a plugin notes them in a
  file of its own);
- a result that was written is whole, holds nothing that the journal lacks, has a time from fewer
  blocks only where it is not `complete`, and says that exactly when no journal is left, or
  when the run was killed before it removed it;
- the earlier result is there byte for byte, or replaced, as asked (`--overwrite`), by such a whole
  one;
- no process of the run is left;
- `--resume` ends with the same cells, all timed, as an undisturbed run, keeps every block from
  before and measures none of them twice, measures a torn one anew as a whole, and leaves one file
  (no journal, lock or temporary) that the loader accepts.
"""

import json
import time
from collections.abc import Iterable

from bench.answer import Epochs, Measured
from bench.measure.journal import JournalError, lock_path, read_journal
from bench.measure.measurements import Answered, JournalLine, whole
from scripts.read.table import ResultError, load
from tests.evidence.crashes.trial import BLOCKS, CELLS, MEASUREMENTS, Trial, own_processes

ORPHANS_GONE_SECONDS = 60.0
"""A process that has not ended by then stays: many times what a loaded machine takes."""


def check_after_end(trial: Trial) -> None:
    """What must hold when the run is over, however it ended."""
    deadline = time.monotonic() + ORPHANS_GONE_SECONDS
    while any(own_processes(trial)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for orphan in own_processes(trial):
        trial.problem(f"an orphan process remains: {orphan.cmdline()[:4]}")
        orphan.kill()
    kept = None
    if trial.journal.exists():
        lines = _journalled(trial)
        kept = _seconds(lines)
        trial.torn = kept - _seconds(whole(lines))
    if trial.replaced():
        kept = _rounds(trial) if kept is None else kept
        _check_written(trial, kept)
    trial.expect(trial.witnessed() <= (kept or set()), "a finished answer is lost")
    trial.expect(trial.result.is_file(), "there is no result any more")


def _journalled(trial: Trial) -> list[JournalLine]:
    try:
        return read_journal(trial.journal, JournalLine)[1]
    except JournalError as error:
        trial.problem(f"the journal does not read: {error}")
        return []


def _seconds(lines: Iterable[JournalLine]) -> set[str]:
    answers = (line.answer for line in lines if isinstance(line, Answered))
    figures = (one.figures for one in answers if isinstance(one, Measured))
    return {json.dumps(one.epoch_seconds) for one in figures if isinstance(one, Epochs)}


def _rounds(trial: Trial) -> set[str]:
    rows = trial.content()["crossover"]["measurements"]
    return {json.dumps(row["epoch_seconds"]) for row in rows}


def _check_written(trial: Trial, kept: set[str]) -> None:
    """A result that the ended run wrote: whole, and timed by every block where it is complete."""
    content = trial.content()
    for row in content["benchmarks"]:
        count = row["stats"]["rounds"]
        whole = count == BLOCKS or not content["crossover"]["complete"]
        trial.expect(whole, f"a truncated cell counts as timed: {row['name']}")
    trial.expect(_rounds(trial) <= kept, "the result holds what the journal does not")
    said = content["crossover"]["complete"]
    left = trial.journal.exists()
    between = said and left and trial.ended_with < 0  # killed before the journal was removed
    trial.expect(said == (not left) or between, f"`complete` is {said} beside a journal")
    measured = content["crossover"]["measured"]
    trial.expect(measured == len(content["benchmarks"]), "`measured` does not count the cells")


def finish(trial: Trial, *, without_time: int = 0) -> None:
    """Resumes (or starts again what had not begun) and compares with an undisturbed run.

    `without_time` cells may be timeouts: those that the fault itself made impossible.
    """
    if trial.journal.exists() or not trial.replaced():
        more = "--resume" if trial.journal.exists() else "--overwrite"
        code = trial.wait(trial.start(more, fault=""))
        if code != 0:
            trial.problem(f"{more} ended with {code}")
            return
    _check_cells(trial, without_time)
    _check_measurements(trial, without_time)
    left = sorted(path.name for path in trial.folder.iterdir())
    trial.expect(left == ["box.json"], f"files were left behind: {left}")
    trial.expect(not lock_path(trial.result).exists(), "the lock was left behind")
    check_loads(trial)


def _check_cells(trial: Trial, without_time: int) -> None:
    content = trial.content()
    params = [row["params"] for row in content["benchmarks"]]
    timed = [(cell["batch_size"], cell["epochs"]) for cell in params]
    absent = {(row["batch_size"], row["epochs"]): row for row in content["crossover"]["absent"]}
    found = sorted([*timed, *absent])
    trial.expect(found == sorted(CELLS), f"the cells are {found}")
    reasons = {row["reason"] for row in absent.values()}
    trial.expect(
        len(absent) <= without_time and reasons <= {"timeout"}, f"cells without a time: {absent}"
    )
    trial.expect(content["crossover"]["complete"] is True, "the finished run is not complete")


def _check_measurements(trial: Trial, without_time: int) -> None:
    rows, rounds = trial.content()["crossover"]["measurements"], _rounds(trial)
    kept = trial.witnessed() - trial.torn
    trial.expect(kept <= rounds, "an answer was lost or measured twice")
    trial.expect(not trial.torn & rounds, "a torn block was not measured anew")
    trial.expect(len(rows) == len(rounds), "a measurement stands in the result twice")
    whole = len(rows) == MEASUREMENTS or (without_time > 0 and len(rows) < MEASUREMENTS)
    trial.expect(whole, f"{len(rows)} measurements")


def check_loads(trial: Trial) -> None:
    """The reading half accepts the result."""
    try:
        load([trial.result])
    except ResultError as error:
        trial.problem(f"the loader refuses the result: {error}")
