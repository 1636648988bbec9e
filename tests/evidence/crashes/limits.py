"""Kinds of crash trial in which something is not to be had: the disk, the file's place, memory."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

from tests.evidence.crashes.checks import check_after_end, check_loads, finish
from tests.evidence.crashes.trial import Trial

PAGE = 4096
HUNGRY, FITS, TOO_LARGE = "cnn", 64, (4096, 8192)
"""A workload, a batch size that fits into memory, and two that do not."""


def torn_journal(trial: Trial) -> None:
    """half a line is added to a killed run's journal: it is cut off, the lines before it count"""
    run = trial.start("--overwrite")
    trial.random_moment(run)
    run.kill()
    trial.wait(run)
    if trial.journal.exists() and trial.journal.stat().st_size:
        half = b'{"kind": "measured", "batch_size": 128, "epoch_seconds": [0.0'
        with trial.journal.open("ab") as file:
            file.write(half[: trial.dice.randrange(1, len(half))])
    check_after_end(trial)
    finish(trial)


def unwritable_result(trial: Trial) -> None:
    """a folder stands in its place from some moment on: one line, no traceback, status 3 (or 4)"""
    aside = trial.folder.parent / f"{trial.folder.name}.aside"
    run = trial.start("--overwrite")
    trial.random_moment(run)
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
    """a tmpfs fills at some line of the journal or of the result: no traceback, status 3 or 4"""
    room = trial.dice.randrange(3, 6) * PAGE  # more might hold all of a run: 20 KB and the earlier
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
    """a real limit on memory: large batch sizes are `oom` or `implied`, the small one is timed"""
    limit = trial.dice.randrange(1250, 1950) * 2**20
    sizes = ",".join(map(str, (FITS, *TOO_LARGE)))
    trial.grid = (
        *("--workloads", HUNGRY, "--batch-sizes", sizes, "--epochs", "1"),
        *("--samples", str(max(TOO_LARGE)), "--cell-timeout", "600"),
    )
    trial.prepare = lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    code = trial.wait(trial.start("--overwrite"))
    trial.expect(code == 0, f"ended with {code}")
    check_after_end(trial)
    check_loads(trial)
    content = trial.content()
    timed = [row["params"]["batch_size"] for row in content["benchmarks"]]
    reasons = {row["batch_size"]: row["reason"] for row in content["crossover"]["absent"]}
    trial.expect(timed == [FITS], f"timed: {timed}")
    trial.expect(tuple(reasons) == TOO_LARGE, f"absent: {reasons}")
    said = set(reasons.values())
    trial.expect("oom" in said and said <= {"oom", "implied"}, f"absent: {reasons}")
    trial.expect(content["crossover"]["complete"] is True, "the run is not complete")
