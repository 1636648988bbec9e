"""Kinds of crash trial around which something is not as usual: files, limits, variables."""

import multiprocessing
import os
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from bench.measure.journal import lock_path
from bench.record.reader import brief_answer
from tests.evidence.crashes.checks import check_after_end, finish
from tests.evidence.crashes.trial import MEASUREMENTS, Trial

FEW_FILES = 40


def _whole(trial: Trial) -> None:
    trial.expect(trial.wait(trial.start("--overwrite")) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def _harmed(trial: Trial, harm: Callable[[], object]) -> None:
    """A run to which something is done in its midst, and which does not mind."""
    run = trial.start("--overwrite")
    trial.answers(run, trial.dice.randrange(1, MEASUREMENTS))
    harm()
    trial.expect(trial.wait(run) == 0, "the run fails")
    check_after_end(trial)


def result_removed(trial: Trial) -> None:
    """the earlier result, which it was to replace: status 0"""
    _harmed(trial, trial.result.unlink)
    finish(trial)


def result_linked(trial: Trial) -> None:
    """a link to another file takes its place: status 0, the other file stays as it is"""
    other = trial.folder.parent / f"{trial.folder.name}.other"
    other.write_bytes(trial.earlier)

    def link() -> None:
        trial.result.unlink()
        trial.result.symlink_to(other)

    _harmed(trial, link)
    trial.expect(other.read_bytes() == trial.earlier, "the file behind the link was changed")
    trial.expect(not trial.result.is_symlink(), "the result is a link")
    finish(trial)
    other.unlink()


def lock_removed(trial: Trial) -> None:
    """status 0"""
    _harmed(trial, lambda: lock_path(trial.result).unlink(missing_ok=True))
    finish(trial)


def temporary_removed(trial: Trial) -> None:
    """the folder of temporary files: no traceback; status 0, or 3 and how to resume"""
    folder = trial.folder.parent / f"{trial.folder.name}.tmp"
    folder.mkdir()
    trial.environment = {"TMPDIR": str(folder)}
    run = trial.start("--overwrite")
    trial.answers(run, trial.dice.randrange(1, MEASUREMENTS))
    shutil.rmtree(folder, ignore_errors=True)
    code = trial.wait(run)
    trial.expect(code in (0, 3), f"ended with {code}")
    trial.expect("Traceback" not in trial.output, "a traceback")
    trial.environment = {}
    check_after_end(trial)
    finish(trial)


def output_closed(trial: Trial) -> None:
    """nobody reads what it says any more (`| head -1`): it ends or goes on, nothing is lost"""
    run = trial.start("--overwrite")
    trial.answers(run, trial.dice.randrange(MEASUREMENTS))
    assert run.stdout is not None
    run.stdout.close()
    run.stdout = None
    trial.wait(run)
    check_after_end(trial)
    finish(trial)


def zeros_in_journal(trial: Trial) -> None:
    """a power cut leaves zeros at a killed run's journal's end: they are cut off"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.send_signal(signal.SIGKILL)
    trial.wait(run)
    if trial.journal.exists() and trial.journal.stat().st_size:
        with trial.journal.open("ab") as file:
            file.write(bytes(trial.dice.randrange(1, 4096)))
    check_after_end(trial)
    finish(trial)


def started_anew(trial: Trial) -> None:
    """`--overwrite` instead of `--resume`: status 0, all is measured anew"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.kill()
    trial.wait(run)
    check_after_end(trial)
    trial.witness_path.unlink(missing_ok=True)
    trial.torn = set()
    _whole(trial)


def few_files(trial: Trial) -> None:
    """a limit on open files: no traceback; status 0, or 3 or 4 in one line"""
    limits = (FEW_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    trial.prepare = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code in (0, 3, 4), f"ended with {code}")
    trial.expect("Traceback" not in trial.output, "a traceback")
    trial.prepare = None
    check_after_end(trial)
    finish(trial)


def _in(**environment: str) -> Callable[[Trial], None]:
    def kind(trial: Trial) -> None:
        """status 0, every cell is timed"""
        trial.environment = environment
        _whole(trial)

    return kind


def _spin() -> None:
    while True:
        pass


def busy(trial: Trial) -> None:
    """a process keeps each core busy: status 0, every cell says that it is suspect, and why"""
    spinning = [
        multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
        for _ in range(os.cpu_count() or 1)
    ]
    for one in spinning:
        one.start()
    try:
        trial.expect(trial.wait(trial.start("--overwrite")) == 0, "the run fails")
    finally:
        for one in spinning:
            one.kill()
    trial.expect("this machine is busy" in trial.output, "it does not say that it is busy")
    answer = " ".join(brief_answer(trial.result, columns=80, colours=False).split())
    trial.expect("4 of 4 cells are suspect (!): host loaded" in answer, f"not said: {answer}")
    told = [row["extra_info"]["suspect"] for row in trial.content()["benchmarks"]]
    trial.expect(all(told), f"cells are not suspect: {told}")
    check_after_end(trial)
    finish(trial)


def nowhere(trial: Trial) -> None:
    """no home folder and none for caches: status 0, every cell is timed"""
    trial.environment = dict.fromkeys(("HOME", "XDG_CACHE_HOME"), str(Path("/nonexistent/home")))
    _whole(trial)


SURROUNDINGS: dict[str, Callable[[Trial], None]] = {
    "the result is removed": result_removed,
    "a link in the result's place": result_linked,
    "the lock is removed": lock_removed,
    "the temporary folder is removed": temporary_removed,
    "nobody reads the output": output_closed,
    "zeros in the journal": zeros_in_journal,
    "started anew after a kill": started_anew,
    "few files may be open": few_files,
    "an ASCII terminal": _in(LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0"),
    "warnings are errors": _in(PYTHONWARNINGS="error"),
    "python -OO": _in(PYTHONOPTIMIZE="2"),
    "no home folder": nowhere,
    "a busy machine": busy,
}
