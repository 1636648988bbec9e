"""What is timed is not done before."""

import subprocess
import sys

from bench.measure.process import ROOT


def test_a_worker_has_not_imported_torch_before_it_times_that() -> None:
    code = "import sys, bench.measure.worker; print('torch' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
