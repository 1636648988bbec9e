"""`python -m tests.evidence.accelerator --seconds 480 --out evidence/`: a GPU's minutes, well used.

For a machine with one accelerator and perhaps no network: checks of the device (precision read back
and measured, events against the wall, synchronisations, NVML), the default run on the CPU and the
accelerator, then `mlp` with a diagnosis and every remedy. Everything is written as it comes, so a
machine that is taken away in the middle leaves what it had; no step begins that cannot end in time.
"""

import argparse
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench.machine.facts import run_probe
from bench.measure.process import ROOT
from tests.evidence.accelerator import NO_DEVICE

CHECK_SECONDS = 90.0
"""The most that the checks of the device may take."""
INTERRUPT_SECONDS = 10.0
"""What an interrupted step is given to write what it has."""
END_SECONDS = 20.0
"""Kept back for the summary of the report."""
DEFAULT_SHARE = 0.65
"""Of what is left after the checks: the default run. The rest is for causes and remedies."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs every step inside the seconds given; 0 when none failed."""
    options = _parser().parse_args(arguments)
    device = options.device or _found()
    if device is None:
        print("no accelerator found; name it with --device", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    log = Log(options.out / "log.txt", ends=time.monotonic() + options.seconds)
    result, why = (options.out / f"{options.name}{end}.json" for end in ("", "-why"))
    checks = "tests.evidence.accelerator.checks"
    log.run([checks, device], seconds=CHECK_SECONDS, copy=options.out / "checks.jsonl")
    if log.status == NO_DEVICE:
        log.say(f"{device} cannot be opened: nothing to measure")
        return 1
    devices = ["--devices", f"cpu,{device}", "--overwrite"]
    measure = ["pytest", "bench", "-p", "no:cacheprovider", *devices]
    budget = log.left() * DEFAULT_SHARE - END_SECONDS
    log.run([*measure, *_budget(budget), "--benchmark-json", str(result)], seconds=budget + 60)
    budget = log.left() - END_SECONDS
    studies = ["--workloads", "mlp", "--diagnose", "--remedies", "all"]
    log.run([*measure, *studies, *_budget(budget), "--benchmark-json", str(why)], seconds=budget)
    files = [str(path) for path in (result, why) if path.exists()]
    report = ["scripts.report", *files, "--out", str(options.out / "report")]
    log.run(report, seconds=log.left())
    return int(log.failed)


def _budget(seconds: float) -> list[str]:
    return ["--budget", str(max(1, int(seconds)))]


def _found() -> str | None:
    """The first accelerator that torch finds by itself."""
    found: list[str] = run_probe(())["found"]
    return found[0] if found else None


class Log:
    """What was run and what it said, on the terminal and in a file, line by line."""

    def __init__(self, path: Path, *, ends: float) -> None:
        self.file = path.open("w", buffering=1)
        self.ends = ends
        self.failed = False
        self.status: int | None = None

    def left(self) -> float:
        """Seconds until everything has to be over."""
        return self.ends - time.monotonic()

    def run(self, module: list[str], *, seconds: float, copy: Path | None = None) -> None:
        """Runs `python -m module ...`, which is ended when its seconds are over."""
        self.say(f"\n$ python -m {shlex.join(module)}")
        begun, limit = time.monotonic(), min(seconds, self.left())
        if limit < 1:
            self.say("not run: the time is over")
            self.failed = True
            return
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ended = self._listen(process, begun + limit, copy)
        took = time.monotonic() - begun
        self.say(f"[exit {process.returncode} after {took:.1f} s{'' if ended else ', cut short'}]")
        self.status = process.returncode
        self.failed |= self.status != 0

    def _listen(self, process: "subprocess.Popen[str]", until: float, copy: Path | None) -> bool:
        """Notes what the process says until it ends, or is ended at the time given (False)."""
        watch = threading.Timer(max(0.0, until - time.monotonic()), end, [process])
        watch.start()
        assert process.stdout is not None
        for line in process.stdout:
            self.say(line.rstrip("\n"))
            if copy is not None:
                with copy.open("a") as file:
                    file.write(line)
        process.wait()
        ended = watch.is_alive()
        watch.cancel()
        return ended

    def say(self, text: str) -> None:
        """Writes a line here and there."""
        print(text, flush=True)
        self.file.write(f"{text}\n")


def end(process: "subprocess.Popen[str]") -> None:
    """Interrupts a process, so that it can write what it has, and kills it when it does not end."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=480.0, help="in all (default: 480)")
    parser.add_argument("--out", type=Path, default=Path("evidence"), help="folder for everything")
    parser.add_argument("--name", default="accelerator", help="the machine's name in its files")
    parser.add_argument("--device", help="torch's name (default: the first that torch finds)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
