"""What is done to a run of a crash trial: one function a kind, each at a random moment.

A kind starts the run, does its harm, waits for the end, checks what is particular to it - its
docstring says what; results/edges.md shows it - and then what is common to all
(`tests.evidence.crashes.checks`).
"""

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.measure.journal import lock_path
from tests.corpus import Corpus
from tests.evidence.crashes.checks import check_after_end, finish
from tests.evidence.crashes.ends import ENDS
from tests.evidence.crashes.limits import full_disk, out_of_memory, torn_journal, unwritable_result
from tests.evidence.crashes.surroundings import SURROUNDINGS
from tests.evidence.crashes.trial import LONGEST_SECONDS, MEASUREMENTS, Trial, with_worker

BETWEEN_PRESSES_SECONDS = 0.7
VERY_IMPATIENT_SECONDS = 24.0
"""What a worker is waited for in a run that is stopped: `plugin.VERY_IMPATIENT`."""


def _signal(trial: Trial, number: signal.Signals, times: int = 1) -> None:
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.send_signal(number)
    for _ in range(times - 1):
        time.sleep(trial.dice.uniform(0.0, BETWEEN_PRESSES_SECONDS))
        run.send_signal(number)
    code = trial.wait(run)
    if number != signal.SIGKILL and trial.journal.exists():
        trial.expect(code == pytest.ExitCode.INTERRUPTED, f"ended with {code}")
        trial.expect("--resume" in trial.output, "the end does not say how to resume")
    check_after_end(trial)
    finish(trial)


def interrupt(trial: Trial) -> None:
    """ends with status 2 and says how to resume"""
    _signal(trial, signal.SIGINT)


def interrupt_again(trial: Trial) -> None:
    """the same, by two to four presses within two seconds"""
    _signal(trial, signal.SIGINT, times=trial.dice.randrange(2, 5))


def terminate(trial: Trial) -> None:
    """ends with status 2 and says how to resume"""
    _signal(trial, signal.SIGTERM)


def kill(trial: Trial) -> None:
    """nothing further: power cuts and the memory killer leave no last words"""
    _signal(trial, signal.SIGKILL)


def kill_worker(trial: Trial) -> None:
    """the worker is started once more: status 0, every cell is timed without `--resume`"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    with_worker(trial, run, psutil.Process.kill)
    trial.expect(trial.wait(run) == 0, "a run with one killed worker fails")
    trial.expect(not trial.journal.exists(), "the run is not complete")
    check_after_end(trial)
    finish(trial)


def hang(trial: Trial) -> None:
    """it is ended: its batch size alone is `timeout`, the other is timed; status 0"""
    run = trial.start("--overwrite", fault="impatient")
    trial.random_moment(run)
    with_worker(trial, run, psutil.Process.suspend)
    trial.expect(trial.wait(run) == 0, "a run with a hung worker fails")
    trial.expect(not trial.journal.exists(), "the run is not complete")
    check_after_end(trial)
    finish(trial, without_time=2)


def two_runs(trial: Trial) -> None:
    """the later one is refused in one line, status 4, at whichever moment; the first is unharmed"""
    run = trial.start("--overwrite")
    while not lock_path(trial.result).exists() and run.poll() is None:
        time.sleep(0.02)
    trial.answers(run, trial.dice.randrange(MEASUREMENTS // 2))  # it has a while to go yet
    second = trial.start("--overwrite", fault="")
    output, _ = second.communicate(timeout=LONGEST_SECONDS)
    said = [line for line in output.splitlines() if "another run is writing" in line]
    trial.expect(second.returncode == 4, f"the second run ended with {second.returncode}")
    trial.expect(said == [output.strip()], f"the second run said {output[-300:]}")
    trial.expect(trial.wait(run) == 0, "the first run was harmed")
    check_after_end(trial)
    finish(trial)


def two_runs_at_once(trial: Trial) -> None:
    """of two that start together one measures (status 0), the other is refused (status 4)"""
    runs = [trial.start("--overwrite"), trial.start("--overwrite")]
    outputs = [run.communicate(timeout=LONGEST_SECONDS)[0] for run in runs]
    codes = [run.returncode for run in runs]
    trial.expect(sorted(codes) == [0, 4], f"ended with {codes}")
    refused = outputs[codes.index(4)] if 4 in codes else ""
    trial.expect("another run is writing" in refused, f"the refused one said {refused[-300:]}")
    trial.expect("Traceback" not in "".join(outputs), "a traceback")
    check_after_end(trial)
    finish(trial)


def _whole(trial: Trial, fault: str) -> None:
    trial.fault = fault
    trial.expect(trial.wait(trial.start("--overwrite")) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def clock_jumps(trial: Trial) -> None:
    """the wall clock moves by up to a day five times a second: status 0, no figure notices"""
    _whole(trial, "clock jumps")


def nvml_raises(trial: Trial) -> None:
    """every other call, at random: status 0; a guard does not end what it guards"""
    _whole(trial, "nvml raises")


def hook_raises(trial: Trial) -> None:
    """those that describe machine and commit: status 0, the file is written without them"""
    _whole(trial, "hook raises")


def last_hook_raises(trial: Trial) -> None:
    """the one that makes the JSON: status 3, says how to resume, everything is in the journal"""
    trial.fault = "last hook raises"
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code == 3, f"ended with {code}")
    trial.expect("--resume" in trial.output, "the end does not say how to resume")
    check_after_end(trial)
    finish(trial)


def stop_and_go(trial: Trial) -> None:
    """Ctrl-Z for longer than any worker is waited for, then `fg`: status 0, no cell is lost"""
    run = trial.start("--overwrite", fault="very impatient")
    trial.random_moment(run)
    run.send_signal(signal.SIGSTOP)
    time.sleep(3 * VERY_IMPATIENT_SECONDS)
    run.send_signal(signal.SIGCONT)
    trial.expect(trial.wait(run) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def _removed(trial: Trial, harm: Callable[[Path], object]) -> None:
    """Does harm to the folder of a run that still has something to measure."""
    run = trial.start("--overwrite")
    trial.answers(run, trial.dice.randrange(1, MEASUREMENTS))
    harm(trial.folder)
    trial.expect(trial.wait(run) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def folder_removed(trial: Trial) -> None:
    """it is made again, with everything that was measured: status 0"""
    _removed(trial, shutil.rmtree)


def folder_moved(trial: Trial) -> None:
    """it is made again, with everything that was measured: status 0"""
    aside = trial.folder.parent / f"{trial.folder.name}.aside"
    _removed(trial, lambda folder: folder.rename(aside))
    shutil.rmtree(aside)


def journal_removed(trial: Trial) -> None:
    """it is written again, whole: status 0"""
    _removed(trial, lambda _folder: trial.journal.unlink(missing_ok=True))


def no_process(trial: Trial) -> None:
    """none can be started any more: no traceback, status 3, says how to resume"""
    trial.fault = "no process"
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code == 3, f"ended with {code}")
    trial.expect("Resource temporarily unavailable" in trial.output, "it does not say why")
    trial.expect("--resume" in trial.output, "the end does not say how to resume")
    trial.expect("Traceback" not in trial.output, "a traceback")
    check_after_end(trial)
    finish(trial)


KINDS: dict[str, Callable[[Trial], None]] = {
    "Ctrl-C (SIGINT)": interrupt,
    "Ctrl-C, impatiently": interrupt_again,
    "SIGTERM": terminate,
    "SIGKILL of pytest": kill,
    "SIGKILL of a worker": kill_worker,
    "a worker hangs": hang,
    "Ctrl-Z and fg": stop_and_go,
    "no process is left": no_process,
    "the folder is removed": folder_removed,
    "the folder is moved": folder_moved,
    "the journal is removed": journal_removed,
    "out of memory in a worker": out_of_memory,
    "disk full": full_disk,
    "result file unwritable": unwritable_result,
    "journal torn in mid-line": torn_journal,
    "a hook raises": hook_raises,
    "the last hook raises": last_hook_raises,
    "an NVML call raises": nvml_raises,
    "the clock jumps": clock_jumps,
    "two runs on one file": two_runs,
    "two runs started at once": two_runs_at_once,
    **ENDS,
    **SURROUNDINGS,
}


def run_trial(kind: str, seed: int, folder: Path, *, stubbed: bool = False) -> Trial:
    """One trial of a kind in a folder of its own; its problems are the losses."""
    name = f"{list(KINDS).index(kind)}-{seed}"
    earlier = json.dumps(Corpus().result()).encode()
    trial = Trial(folder / name, name=name, seed=f"{kind} {seed}", earlier=earlier, stubbed=stubbed)
    trial.folder.mkdir(parents=True)
    trial.result.write_bytes(earlier)
    try:
        KINDS[kind](trial)
    except Exception as error:  # noqa: BLE001 - a trial that breaks is a finding of that trial
        trial.problem(f"the trial broke: {error!r}")
    finally:
        trial.clean()
    return trial
