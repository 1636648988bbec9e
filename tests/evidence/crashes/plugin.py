"""Loaded into the pytest of a crash trial by `-p`: a witness, and faults inside.

The witness file gets a line for every answer that the run had dealt with: what a crash must not
lose. `CROSSOVER_CRASH_FAULT` names a fault that has to come from inside the process.
"""

import errno
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

import bench.measure.blocks
import bench.measure.process
from bench.answer import Epochs, Measured, Unmeasured
from bench.measure.blocks import Campaign
from bench.measure.host.gpu_watch import GpuWatch
from bench.measure.measurements import Key
from bench.measure.process import run_worker
from tests.stubs import brief  # noqa: F401 - runs of a few seconds

FAULT = os.environ.get("CROSSOVER_CRASH_FAULT", "")
# A hung worker is given up after three cell limits (of 60 s) and a grace: 40 s in all, here. One
# that works answers in 3 s on a quiet machine.
IMPATIENT: dict[str, Any] = {"grace_seconds": 40.0 - 3 * 60.0, "start_seconds": 90.0}


VERY_IMPATIENT: dict[str, Any] = {"grace_seconds": 24.0 - 3 * 60.0, "start_seconds": 90.0}


def _raise(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("raised on purpose")


def _bear_witness(path: Path) -> None:
    dealt_with = Campaign.answer

    def answer(self: Campaign, key: Key, block: int, answer: Measured | Unmeasured) -> None:
        dealt_with(self, key, block, answer)
        if isinstance(answer, Measured) and isinstance(answer.figures, Epochs):
            with path.open("a") as file:
                file.write(json.dumps(answer.figures.epoch_seconds) + "\n")

    Campaign.answer = answer  # type: ignore[method-assign]


class FailingNvml:
    """An NVML of which every other call raises, at random."""

    def __getattr__(self, name: str) -> Any:
        return random.choice((_raise, lambda *_: []))  # noqa: S311 - a fault, not a secret


def _jump_the_clock() -> None:
    """The wall clock jumps by up to a day, forwards and backwards, five times a second."""
    true, offset = time.time, [0.0]
    time.time = lambda: true() + offset[0]

    def jump() -> None:
        while True:
            time.sleep(0.2)
            offset[0] = random.uniform(-86400, 86400)  # noqa: S311 - a moment, not a secret

    threading.Thread(target=jump, daemon=True).start()


_bear_witness(Path(os.environ["CROSSOVER_CRASH_WITNESS"]))
if FAULT == "impatient":
    run_worker.__kwdefaults__ = IMPATIENT
if FAULT == "very impatient":
    run_worker.__kwdefaults__ = VERY_IMPATIENT
if FAULT == "no process":
    starts = iter(range(random.randrange(1, 4)))  # noqa: S311 - a moment, not a secret
    spawn = bench.measure.process.spawn

    def few(*what: Any) -> Any:
        """Starts the first processes, and no further one."""
        if next(starts, None) is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return spawn(*what)

    setattr(bench.measure.process, "spawn", few)  # noqa: B010 - not exported there
if FAULT == "nvml raises":
    card = {"device": "cpu", "uuid": "0"}
    nvml: Any = FailingNvml()

    def watch(devices: Any, _: Any) -> GpuWatch:
        return GpuWatch(devices, [card], nvml)

    setattr(bench.measure.blocks, "GpuWatch", watch)  # noqa: B010 - not exported there
if FAULT == "clock jumps":
    _jump_the_clock()
if FAULT == "hook raises":
    pytest_benchmark_generate_machine_info = pytest.hookimpl(tryfirst=True)(_raise)
    pytest_benchmark_generate_commit_info = pytest_benchmark_generate_machine_info
if FAULT == "last hook raises":
    pytest_benchmark_generate_json = pytest.hookimpl(tryfirst=True)(_raise)
