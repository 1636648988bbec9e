"""A child that does not outlive its parent, and children of its own."""

import subprocess
import sys

import pytest

from bench.measure.child import PARENT_GONE
from bench.measure.process import ROOT

FORKS = """
import sys, time
from multiprocessing import get_context
from bench.measure.child import {listen}
sys.stdin.readline()
{listen}()
time.sleep(0.2)  # by then a thread waits for the parent
child = get_context("fork").Process(target=int)
child.start()
child.join(20)
print(child.exitcode, flush=True)
child.kill()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.parametrize("listen", ["die_when_input_ends", "lines_until_input_ends"])
def test_a_process_that_listens_can_have_children_and_ends_with_its_parent(listen: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKS.format(listen=listen)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write("job\n")
            process.stdin.flush()
            assert process.stdout.readline() == "0\n"
            process.stdin.close()
            assert process.wait(20) == PARENT_GONE
        finally:
            process.kill()
