"""`-p tests.stubs.plugin`: a real run of real processes, none of which imports torch.

The probe, the timing worker and the learning worker are replaced, where their processes are
started, by modules of this folder that answer by a rule; so is py-cpuinfo's, which takes a second.
Nor is the machine ever busy, nor the reading half asked for the answer, which takes a second.
Everything else is as it is: options, journals, files, signals, deadlines.
"""

import subprocess
import sys
from typing import Any

from bench.console import summary
from bench.measure.host import busy

STUBS = {
    "bench.machine.probe": "tests.stubs.probe",
    "bench.measure.worker": "tests.stubs.worker",
    "bench.learning.worker": "tests.stubs.learner",
}
CPU = [sys.executable, "-S", "-c", """print('{"brand_raw": "a CPU"}')"""]


class StubPopen(subprocess.Popen):  # type: ignore[type-arg]
    """Starts the stub of a module that has one."""

    def __init__(self, args: Any, *rest: Any, **named: Any) -> None:
        if isinstance(args, list | tuple):
            asks_cpu = any(str(word).endswith("cpuinfo.py") for word in args)
            args = CPU if asks_cpu else [STUBS.get(word, word) for word in args]
        super().__init__(args, *rest, **named)


subprocess.Popen = StubPopen  # type: ignore[misc]
summary.brief_answer = lambda *_result, **_console: ""  # type: ignore[attr-defined]
busy.Load.words = lambda _self: ""  # type: ignore[assignment,method-assign]
