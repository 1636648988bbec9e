"""Variables that change times: recorded, left out of workers, and said; nothing private kept."""

import subprocess
import sys
from typing import Any

import pytest

from bench.machine.facts import identity
from bench.measure import environment
from bench.measure.environment import (
    LEFT_OUT,
    OF_PYTHON,
    RECORDED,
    inherited,
    left_out_lines,
    recorded,
)
from bench.measure.process import ROOT, worker_environment
from bench.record.reader import refusal

FACTS: dict[str, Any] = dict.fromkeys(
    (
        "cpu",
        "cores_logical",
        "cores_usable",
        "machine_id",
        "os",
        "python",
        "torch",
        "torch_threads",
    ),
    "x",
) | {"accelerators": []}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_would_falsify_a_comparison_reaches_no_worker_and_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert name not in worker_environment("cpu", 0)
    assert name not in inherited()
    shown = recorded({name: "1"})
    assert list(shown) == [name]
    (line,) = left_out_lines(shown)
    assert line.startswith(f"left out of the workers' environment: {name}=")


@pytest.mark.parametrize("name", OF_PYTHON)
def test_what_keeps_a_process_from_its_work_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert name not in inherited()
    assert refusal(next((ROOT / "results").glob("*.json"))) is None


@pytest.mark.parametrize(
    "name",
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "KMP_AFFINITY", "LD_PRELOAD", "MALLOC_TRIM_THRESHOLD_"],
)
def test_a_persons_own_setting_of_the_cpu_is_kept_and_recorded(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert worker_environment("cpu", 0)[name] == "1"
    assert recorded({name: "1"}) == {name: "1"}
    assert left_out_lines({name: "1"}) == []


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("OMP_NUM_THREADS", "4", "4"),
        ("KMP_AFFINITY", "granularity=fine,compact,1,0", "granularity=fine,compact,1,0"),
        ("OMP_PLACES", "{0:4}:2", "{0:4}:2"),
        ("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True", "expandable_segments:True"),
        ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", "glibc.malloc.hugetlb=1"),
        ("LD_PRELOAD", "/home/ada/lib/libtcmalloc.so.4:/opt/b.so", "libtcmalloc.so.4 b.so"),
        ("TORCHINDUCTOR_CACHE_DIR", "/home/ada/cache", "set"),
        ("TORCHINDUCTOR_CACHE_DIR", "ada", "set"),
        ("CUDA_INJECTION64_PATH", "/home/ada/libnsys.so", "set"),
        ("CUDA_NOTE", "a line\nand another", "set"),
        ("CUDA_NOTE", "x" * 201, "set"),
        ("MKL_NUM_THREADS", "", ""),
    ],
)
def test_values_are_recorded_unless_they_may_be_private(name: str, value: str, shown: str) -> None:
    assert recorded({name: value}) == {name: shown}


def test_other_variables_and_those_that_every_worker_gets_are_not_recorded() -> None:
    others = {"HOME": "/home/ada", "PATH": "/bin", "EDITOR": "vi", "WANDB_API_KEY": "secret"}
    assert recorded(others | dict.fromkeys(environment.OWN, "1")) == {}


def test_everything_left_out_is_recorded() -> None:
    assert all(name.startswith(RECORDED) for name in LEFT_OUT)


def test_a_variable_is_a_field_of_its_own_in_a_runs_identity() -> None:
    facts = FACTS | {"environment": {"OMP_NUM_THREADS": "4"}}
    assert identity(facts)["OMP_NUM_THREADS"] == "4"


def test_a_cards_driver_and_power_limit_are_part_of_a_runs_identity() -> None:
    card = {"name": "a GPU", "driver": "580.65", "power_limit_watts": 320.0}
    facts = FACTS | {"environment": {}, "accelerators": [card]}
    assert identity(facts)["accelerators"] == ["a GPU, driver 580.65, 320 W"]


def test_the_probe_tells_the_instructions_that_torch_computes_with() -> None:
    """Without `ATEN_CPU_CAPABILITY`, which reaches no process of a run."""
    code = """
import torch; from bench.machine.probe import describe_devices
print(torch.backends.cpu.get_cpu_capability())
print(describe_devices(["cpu"])["cpu_capability"])"""
    own, told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=inherited(), capture_output=True, text=True, check=True,
    ).stdout.splitlines()[-2:]  # fmt: skip
    assert told == own != ""
