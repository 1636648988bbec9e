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
from models import OwnError, blaming, load_workload

LOOSELY = "loosely: it trains otherwise than it predicts (dropout, batch normalisation)"
ROW_LATER = ("unsupported", "oom", "no device")
"""What a device other than the CPU may say: its cells are rows with that reason."""


def about(reference: str, devices: list[str], samples: int) -> dict[str, Any]:
    """Returns what is known of the workload; raises OwnError, in the words of its file's author."""
    workload = load_workload(reference, samples)
    loosely = False
    for name in dict.fromkeys(["cpu", *devices]):
        with blaming(reference):
            try:
                loosely |= check(workload, open_device(name))
            except Exception as error:
                if name == "cpu" or classify(error)[0] not in ROW_LATER:
                    raise
    said = {"losses_compared": LOOSELY} if loosely else {}
    return describe_workload(reference, samples) | said


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
