"""A probe that knows the CPU and no other device, without torch."""

import json
import platform
import sys
from typing import Any

GOAL = {"goal_metric": "accuracy", "goal_value": 0.9, "goal_within_epochs": 3}
OWN = {
    "definition": "0123456789ab",
    "dataset_sha256": "00",
    "learning_rates": {"sgd": 0.1, "adam": 0.01},
}
SAMPLES = {"mlp": 4000, "lstm": 270}


def probe(request: dict[str, Any]) -> dict[str, Any]:
    """What the real probe answers, of a machine without accelerators."""
    others = [name for name in request["devices"] if name != "cpu"]
    return {
        "torch": "2.14.1",
        "torch_cuda": None,
        "torch_threads": 2,
        "fp32_precision": True,
        "cpu_capability": "AVX2",
        "python": platform.python_version(),
        "found": [],
        "accelerators": [],
        "absent": {
            name: {"reason": "no device", "detail": f"torch sees no {name} device"}
            for name in others
        },
        "accelerator_note": None,
        "workloads": {
            name: OWN | GOAL | {"train_samples": SAMPLES.get(name, 1000), "timed_from": "a stub"}
            for name in request["workloads"]
        },
    }


if __name__ == "__main__":
    print(json.dumps(probe(json.loads(sys.argv[1]))))
