"""`python -m bench.machine.own REQUEST`: loads somebody's own workload and checks it on devices.

A process of its own: whatever the file does - print, end the process, change torch - ends here.
Answers in JSON: `about`, as the probe tells it of a built-in workload, or `refused`, one line.
"""

import json
import os
import sys
from typing import Any

import torch

from bench.machine.probe import describe_workload
from bench.measure.child import die_with_parent
from bench.measure.worker import take_stdout
from bench.train.check import check
from bench.train.device import open_device
from bench.train.errors import classify
from models import OwnError, WrongError, blaming, load_workload

LOOSELY = "loosely: it trains otherwise than it predicts (dropout, batch normalisation)"
ROW_LATER = ("unsupported", "oom", "no device")
"""What a device other than the CPU may say: its cells are rows with that reason."""


def about(reference: str, devices: list[str], samples: int) -> dict[str, Any]:
    """Returns what is known of the workload; raises OwnError, in the words of its file's author."""
    visible = _visible()
    workload = load_workload(reference, samples)
    with blaming(reference):
        _require_untouched(devices, visible)
    loosely = False
    for name in dict.fromkeys(["cpu", *devices]):
        with blaming(reference):
            try:
                loosely |= check(workload, open_device(name))
            except Exception as error:
                if name == "cpu":
                    raise
                if classify(error)[0] not in ROW_LATER:
                    error.add_note(f"on {name}; on the CPU it trains")
                    raise
    said = {"losses_compared": LOOSELY} if loosely else {}
    return describe_workload(reference, samples) | said


def _visible() -> dict[str, str]:
    """The variables that choose among cards: CUDA_VISIBLE_DEVICES and its like."""
    return {name: own for name, own in os.environ.items() if name.endswith("_VISIBLE_DEVICES")}


def _require_untouched(devices: list[str], visible: dict[str, str]) -> None:
    """Raises WrongError where loading the file has started a device, or chosen another card.

    A device's start is timed, and which card it is was asked before.
    """
    if (now := _visible()) != visible:
        names = ", ".join(sorted({name for name, _value in now.items() ^ visible.items()}))
        raise WrongError(f"sets {names}; set it in the shell that starts the run")
    for name in devices:
        started = getattr(getattr(torch, name.partition(":")[0], None), "is_initialized", bool)
        if started():
            raise WrongError(f"starts {name} itself; leave that to the run, which times it")


def main() -> None:
    """Answers one request."""
    answers = take_stdout()
    request = json.loads(sys.argv[1])
    die_with_parent(request["parent"])
    torch.set_num_threads(1)
    try:
        told = about(request["reference"], request["devices"], request["samples"])
        answer: dict[str, Any] = {"about": told}
    except OwnError as error:
        answer = {"refused": str(error)}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
    os._exit(0)  # whatever the file has started


if __name__ == "__main__":
    main()
