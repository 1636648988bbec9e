"""What is done to a run of a crash trial: one function a kind, each at a random moment.

A kind starts the run, does its harm, waits for the end, checks what is particular to it, and leaves
the folder as it is for the checks that are common to all (`tests.crash_trial`).
"""

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench.journal import lock_path
from tests.crash_trial import (
    LONGEST_SECONDS,
    TYPICAL_SECONDS,
    Trial,
    check_after_end,
    find_worker,
    finish,
)

PAGE = 4096
LARGEST = ("cnn", 64, 4096)
"""Workload, a batch size that fits into memory, and one that does not."""


def _signal(trial: Trial, number: signal.Signals) -> None:
    run = trial.start("--overwrite")
    trial.random_moment()
    sent = time.monotonic()
    run.send_signal(number)
    code = trial.wait(run)
    trial.seconds_to_end = time.monotonic() - sent
    finished_before = code == 0
    if number != signal.SIGKILL and trial.journal.exists() and not finished_before:
        trial.expect("--resume" in trial.output, "the end does not say how to resume")
    check_after_end(trial)
    finish(trial)


def interrupt(trial: Trial) -> None:
    """Ctrl-C."""
    _signal(trial, signal.SIGINT)


def terminate(trial: Trial) -> None:
    """SIGTERM: a scheduler ends the job."""
    _signal(trial, signal.SIGTERM)


def kill(trial: Trial) -> None:
    """SIGKILL of pytest: power cut, the memory killer."""
    _signal(trial, signal.SIGKILL)


def kill_worker(trial: Trial) -> None:
    """SIGKILL of a worker: it is started once more, and nothing is missing."""
    run = trial.start("--overwrite")
    trial.random_moment()
    worker = find_worker(trial, run)
    if worker is not None:
        worker.kill()
    trial.expect(trial.wait(run) == 0, "a run with one killed worker fails")
    check_after_end(trial)
    finish(trial)


def hang(trial: Trial) -> None:
    """A worker that stops answering: it is ended, its cells are timeouts, the others are timed."""
    run = trial.start("--overwrite", fault="impatient")
    trial.random_moment()
    worker = find_worker(trial, run)
    if worker is not None:
        worker.suspend()
    trial.expect(trial.wait(run) == 0, "a run with a hung worker fails")
    check_after_end(trial)
    finish(trial, without_time=2)


def torn_journal(trial: Trial) -> None:
    """Killed while it wrote: the journal ends within a line."""
    run = trial.start("--overwrite")
    trial.random_moment()
    run.kill()
    trial.wait(run)
    if trial.journal.exists() and trial.journal.stat().st_size:
        half = b'{"kind": "measured", "batch_size": 128, "epoch_seconds": [0.0'
        with trial.journal.open("ab") as file:
            file.write(half[: trial.dice.randrange(1, len(half))])
    check_after_end(trial)
    finish(trial)


def unwritable_result(trial: Trial) -> None:
    """Something stands where the result belongs when the run ends; it goes, and resume finishes."""
    aside = trial.folder.parent / f"{trial.folder.name}.aside"
    run = trial.start("--overwrite")
    trial.random_moment()
    trial.result.rename(aside)
    trial.result.mkdir()
    (trial.result / "in the way").touch()
    code = trial.wait(run)
    # 0: it had ended before; 4: refused at once; 3: measured, and not written.
    begun = 3 if trial.journal.exists() else 4
    expected = begun if aside.read_bytes() == trial.earlier else 0
    trial.expect(code == expected, f"ended with {code}")
    trial.expect("Traceback" not in trial.output, "a traceback")
    shutil.rmtree(trial.result)
    aside.rename(trial.result)
    check_after_end(trial)
    finish(trial)


def full_disk(trial: Trial) -> None:
    """The disk is full at some line of the journal, or when the result is written."""
    room = trial.dice.randrange(3, 9) * PAGE
    mounted = os.geteuid() == 0 and _mount(trial.folder, room)
    if mounted:
        trial.result.write_bytes(trial.earlier[: 2 * PAGE])
    else:  # without the right to mount: a limit on the size of every file
        trial.prepare = lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (room // 4, resource.RLIM_INFINITY)
        )
    try:
        _fill(trial, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", trial.folder], check=True)


def _mount(folder: Path, size: int) -> bool:
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0


def _fill(trial: Trial, *, mounted: bool) -> None:
    earlier = trial.result.read_bytes()
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code in (3, 4), f"a run on a full disk ended with {code}")
    trial.expect("Traceback" not in trial.output, "a traceback")
    trial.expect(trial.result.read_bytes() == earlier, "the earlier result is damaged")
    trial.earlier = earlier
    if mounted:
        room = ["mount", "-o", "remount,size=16m", str(trial.folder)]
        subprocess.run(room, capture_output=True, check=True)
    trial.prepare = None
    check_after_end(trial)
    finish(trial)


def out_of_memory(trial: Trial) -> None:
    """A real limit on memory: the batch size that passes it is `oom`, the other is timed."""
    workload, small, large = LARGEST
    limit = trial.dice.randrange(1250, 1950) * 2**20
    trial.grid = (
        *("--workloads", workload, "--batch-sizes", f"{small},{large}"),
        *("--epochs", "1", "--samples", str(large), "--cell-timeout", "600"),
    )
    trial.prepare = lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code == 0, f"ended with {code}")
    check_after_end(trial)
    content = trial.content()
    timed = [row["params"]["batch_size"] for row in content["benchmarks"]]
    absent = [(row["batch_size"], row["reason"]) for row in content["crossover"]["absent"]]
    trial.expect(timed == [small], f"timed: {timed}")
    trial.expect(absent == [(large, "oom")], f"absent: {absent}")


def two_runs(trial: Trial) -> None:
    """A second run on the same result file is refused in one line; the first goes on unharmed."""
    run = trial.start("--overwrite")
    while not lock_path(trial.result).exists() and run.poll() is None:
        time.sleep(0.02)
    time.sleep(trial.dice.uniform(0.0, TYPICAL_SECONDS / 3))
    second = trial.start("--overwrite", fault="")
    output, _ = second.communicate(timeout=LONGEST_SECONDS)
    said = [line for line in output.splitlines() if "another run is writing" in line]
    trial.expect(second.returncode == 4, f"the second run ended with {second.returncode}")
    trial.expect(said == [output.strip()], f"the second run said {output[-300:]}")
    trial.expect(trial.wait(run) == 0, "the first run was harmed")
    check_after_end(trial)
    finish(trial)


def _whole(trial: Trial, fault: str) -> None:
    trial.fault = fault
    trial.expect(trial.wait(trial.start("--overwrite")) == 0, "the run fails")
    check_after_end(trial)
    finish(trial)


def clock_jumps(trial: Trial) -> None:
    """The wall clock jumps by up to a day while the run goes on: no figure notices."""
    _whole(trial, "clock jumps")


def nvml_raises(trial: Trial) -> None:
    """NVML calls raise: a guard must not end what it guards."""
    _whole(trial, "nvml raises")


def hook_raises(trial: Trial) -> None:
    """Hooks that describe the machine and the commit raise: the file is written without them."""
    _whole(trial, "hook raises")


def last_hook_raises(trial: Trial) -> None:
    """The hook that makes the JSON raises: everything is in the journal, and resume finishes."""
    trial.fault = "last hook raises"
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code == 3, f"ended with {code}")
    trial.expect("--resume" in trial.output, "the end does not say how to resume")
    check_after_end(trial)
    finish(trial)


KINDS: dict[str, Callable[[Trial], None]] = {
    "Ctrl-C (SIGINT)": interrupt,
    "SIGTERM": terminate,
    "SIGKILL of pytest": kill,
    "SIGKILL of a worker": kill_worker,
    "a worker hangs": hang,
    "out of memory in a worker": out_of_memory,
    "disk full": full_disk,
    "result file unwritable": unwritable_result,
    "journal torn in mid-line": torn_journal,
    "a hook raises": hook_raises,
    "the last hook raises": last_hook_raises,
    "an NVML call raises": nvml_raises,
    "the clock jumps": clock_jumps,
    "two runs on one file": two_runs,
}
