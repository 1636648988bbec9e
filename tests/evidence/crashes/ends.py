"""Kinds of crash trial that end a process: signals of all sorts, to the run and to its workers."""

import signal
import subprocess
import time
from collections.abc import Callable

import psutil
import pytest

from tests.evidence.crashes.checks import check_after_end, finish
from tests.evidence.crashes.trial import LONGEST_SECONDS, Trial, own_processes, with_worker

PAUSE_SECONDS = 3.0
"""A worker is waited for much longer."""


def closed(trial: Trial) -> None:
    """ends with status 2 and says how to resume"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.send_signal(signal.SIGHUP)
    code = trial.wait(run)
    if trial.journal.exists():
        trial.expect(code == pytest.ExitCode.INTERRUPTED, f"ended with {code}")
        trial.expect("--resume" in trial.output, "the end does not say how to resume")
    check_after_end(trial)
    finish(trial)


def _struck(trial: Trial, number: signal.Signals, *more: str) -> None:
    """A run that ends at once, without last words."""
    run = trial.start(*(more or ("--overwrite",)))
    trial.random_moment(run)
    run.send_signal(number)
    trial.wait(run)


def _fatal(number: signal.Signals) -> Callable[[Trial], None]:
    def kind(trial: Trial) -> None:
        """nothing further: the system ends the process"""
        _struck(trial, number)
        check_after_end(trial)
        finish(trial)

    return kind


def _to_worker(number: signal.Signals) -> Callable[[Trial], None]:
    def kind(trial: Trial) -> None:
        """the worker is started once more: status 0, every cell is timed without `--resume`"""
        run = trial.start("--overwrite")
        trial.random_moment(run)
        with_worker(trial, run, lambda worker: worker.send_signal(number))
        trial.expect(trial.wait(run) == 0, "a run with one struck worker fails")
        trial.expect(not trial.journal.exists(), "the run is not complete")
        check_after_end(trial)
        finish(trial)

    return kind


def worker_pauses(trial: Trial) -> None:
    """it goes on after some seconds: status 0, every cell is timed"""

    def pause(worker: psutil.Process) -> None:
        worker.suspend()
        time.sleep(PAUSE_SECONDS)
        worker.resume()

    run = trial.start("--overwrite")
    trial.random_moment(run)
    with_worker(trial, run, pause)
    trial.expect(trial.wait(run) == 0, "a run with a paused worker fails")
    check_after_end(trial)
    finish(trial)


def all_stopped(trial: Trial) -> None:
    """the run and its worker, as when a machine is frozen: status 0, every cell is timed"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    frozen = list(own_processes(trial))
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in frozen:
            if process.is_running():
                process.send_signal(number)
        time.sleep(PAUSE_SECONDS)
    trial.expect(trial.wait(run) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def killed_while_stopped(trial: Trial) -> None:
    """nothing further: Ctrl-Z, then the terminal is gone"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.send_signal(signal.SIGSTOP)
    time.sleep(PAUSE_SECONDS / 2)
    run.kill()
    trial.wait(run)
    check_after_end(trial)
    finish(trial)


def killed_twice(trial: Trial) -> None:
    """the resumed run is killed as well, and resumed again"""
    _struck_twice(trial, signal.SIGKILL)


def interrupted_twice(trial: Trial) -> None:
    """Ctrl-C in the resumed run, which is resumed again"""
    _struck_twice(trial, signal.SIGINT)


def _struck_twice(trial: Trial, number: signal.Signals) -> None:
    """Strikes a run and the one that resumes it, and resumes again."""
    _struck(trial, number)
    check_after_end(trial)
    if trial.journal.exists():
        _struck(trial, number, "--resume")
        check_after_end(trial)
    finish(trial)


def resumed_at_once(trial: Trial) -> None:
    """of two runs that resume it together one is refused (status 4)"""
    _struck(trial, signal.SIGKILL)
    check_after_end(trial)
    if trial.journal.exists():
        runs = [trial.start("--resume"), trial.start("--resume")]
        outputs = [_output(run) for run in runs]
        codes = sorted(run.returncode for run in runs)
        trial.expect(codes == [0, 4], f"ended with {codes}")
        trial.expect("Traceback" not in "".join(outputs), "a traceback")
    finish(trial)


def resumed_otherwise(trial: Trial) -> None:
    """with another seed it is refused (status 4), and its journal stays as it is"""
    _struck(trial, signal.SIGKILL)
    check_after_end(trial)
    if trial.journal.exists() and trial.witnessed():
        before = trial.journal.read_bytes()
        code = trial.wait(trial.start("--resume", "--seed", "7"))
        trial.expect(code == pytest.ExitCode.USAGE_ERROR, f"ended with {code}")
        trial.expect("--resume" in trial.output, "it does not say why")
        trial.expect(trial.journal.read_bytes() == before, "the journal was changed")
    finish(trial)


def _output(run: "subprocess.Popen[str]") -> str:
    return run.communicate(timeout=LONGEST_SECONDS)[0]


ENDS: dict[str, Callable[[Trial], None]] = {
    "the terminal is closed (SIGHUP)": closed,
    "SIGQUIT of pytest": _fatal(signal.SIGQUIT),
    "SIGABRT of pytest": _fatal(signal.SIGABRT),
    "SIGUSR1 of pytest": _fatal(signal.SIGUSR1),
    "SIGTERM of a worker": _to_worker(signal.SIGTERM),
    "SIGSEGV of a worker": _to_worker(signal.SIGSEGV),
    "SIGINT of a worker": _to_worker(signal.SIGINT),
    "a worker pauses": worker_pauses,
    "everything is frozen": all_stopped,
    "killed while stopped": killed_while_stopped,
    "killed twice": killed_twice,
    "Ctrl-C twice": interrupted_twice,
    "two resume it at once": resumed_at_once,
    "resumed with another seed": resumed_otherwise,
}
