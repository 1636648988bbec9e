"""A report's other processes end with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from bench.measure.process import ROOT

HEARD = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
"""A test that `nohup` or a background shell runs would hand down that these are ignored."""
REPORT = """
import os, sys, time
from scripts.door import answered
from scripts.read.workers import Workers

def work():
    with Workers() as workers:
        list(workers.map(abs, range(8)))  # all are there
        busy = [workers.submit(time.sleep, 600) for _ in range(2)]
        print("busy", flush=True)
        busy[0].result()

if __name__ == "__main__":
    sys.exit(answered(work))
"""


@contextmanager
def busy() -> Iterator[tuple[Any, list[psutil.Process]]]:
    """A report whose processes have minutes to do, and these."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{HEARD}\n{REPORT}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    children: list[psutil.Process] = []
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        children = psutil.Process(process.pid).children(recursive=True)
        yield process, children
    finally:
        process.kill()
        for child in children:  # they hold its output open
            if child.is_running():
                child.kill()
        process.communicate()


def ended(children: list[psutil.Process]) -> bool:
    """Whether all of them end; within a minute on a busy machine."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        alive = [child for child in children if child.is_running()]
        if all(child.status() == psutil.STATUS_ZOMBIE for child in alive):
            return True
        time.sleep(0.05)
    return False


def test_the_processes_of_a_killed_report_end() -> None:
    with busy() as (report, children):
        assert len(children) >= 2
        report.kill()
        report.wait()
        assert ended(children)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_every_signal_ends_a_report_alike_with_one_word_and_its_processes(name: str) -> None:
    with busy() as (report, children):
        os.killpg(report.pid, getattr(signal, name))  # as a terminal does: all of them
        _, said = report.communicate(timeout=120)
        assert report.returncode == 130
        assert said == "interrupted\n"
        assert ended(children)


def test_a_terminal_that_is_closed_does_not_end_what_runs_under_nohup() -> None:
    script = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" + REPORT
    script = script.replace("busy[0].result()", "os.kill(os.getpid(), 1); sys.exit(7)")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 7
