"""A second device computes what the CPU does: Vulkan, if only in software."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
# All but `lstm`: torchvulkan has no nn.LSTM (`lstm-gates` is that network in operations it has).
TRAINED = [
    *("mlp", "cnn", "cnn-series", "rnn", "lstm-gates"),
    *("transformer", "transformer-encoder", "transformer-full"),
]
# A process of its own: a device that is registered once stays registered. Strict: what the device
# lacks must fail, not run on the CPU behind our back.
CODE = """
import json, sys
import torch, torchvulkan
from models import WORKLOADS, load_dataset, timed_split
from models.optimizers import make_optimizer

def losses(name, device, optimizer_name):
    workload = WORKLOADS[name]
    batch = timed_split(load_dataset(workload.dataset).train, 4)
    torch.manual_seed(0)
    network = workload.build().to(device)
    inputs, targets = [x.to(device) for x in batch.inputs], batch.targets.to(device)
    optimizer = make_optimizer(
        network.parameters(), name=optimizer_name, implementation="for-loop", learning_rate=0.001
    )
    found = []
    for _ in range(2):
        optimizer.zero_grad()
        loss = workload.loss(network(*inputs), targets)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    with torch.no_grad():
        found.append(workload.scores(network.eval()(*inputs), targets).mean().item())
    return found

assert torchvulkan.is_available(), "no Vulkan driver"
print("available", flush=True)
for name in sys.argv[1:]:
    for optimizer in ("sgd", "adam"):
        rows = [losses(name, device, optimizer) for device in ("cpu", "vulkan")]
        print(json.dumps([name, optimizer, *rows]), flush=True)
"""


def without(reason: str) -> None:
    """Skip for lack of a device, or fail where one is demanded."""
    if os.environ.get("CROSSOVER_REQUIRE_VULKAN") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def trained() -> dict[tuple[str, str], tuple[list[float], list[float]]]:
    """By workload and optimizer: on the CPU and on Vulkan, two losses and a score."""
    if importlib.util.find_spec("torchvulkan") is None:
        without("torchvulkan is not installed (uv sync --group vulkan)")
    environment = {**os.environ, "TORCHVULKAN_STRICT": "1", "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *TRAINED],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if lines[:1] != ["available"]:
        without(f"no Vulkan device: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in lines[1:]]
    return {(name, optimizer): (cpu, vulkan) for name, optimizer, cpu, vulkan in rows}


@pytest.mark.vulkan
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", TRAINED)
def test_two_steps_on_vulkan_lose_what_they_lose_on_the_cpu(
    name: str,
    optimizer: str,
    trained: dict[tuple[str, str], tuple[list[float], list[float]]],
) -> None:
    cpu, vulkan = trained[name, optimizer]
    assert vulkan == pytest.approx(cpu, abs=1e-4)
    assert cpu[1] < cpu[0]  # the step was made
