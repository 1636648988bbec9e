"""What is timed is not done before."""

import subprocess
import sys

from bench.measure.process import ROOT


def test_a_worker_has_not_imported_torch_before_it_times_that_and_never_pytest() -> None:
    code = "import sys, bench.measure.worker; print({'torch', 'pytest'} & {*sys.modules})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
