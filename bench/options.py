"""The command line of `pytest bench`: one line of help each, checked before anything runs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bench.grid import (
    IMPLEMENTATION_NAMES,
    MOST_DERIVED,
    MOST_EPOCHS,
    OPTIMIZER_NAMES,
    PRESETS,
    Arm,
)
from bench.job import Job
from bench.loop import EVALUATIONS, GATHERS, LEAN, LOADERS, LOOPS, PLACEMENTS, SEQUENCES, Loop
from bench.parse import all_or_names, integer, integers, names, positive_if_typed
from bench.variants import REMEDIES
from bench.workloads import WORKLOAD_NAMES

MOST_BLOCKS = 1000
BUDGET_BLOCKS = 15
"""Blocks of a run with a budget, unless `--blocks` says how many at most."""
MOST_SAMPLES = 10_000_000
MEASURED_EPOCHS = "--measured-epochs"
_STEPS = {
    "--loader": (LOADERS, "minibatches by slicing a permutation, or from a DataLoader"),
    "--placement": (PLACEMENTS, "data on the device, or copied there a minibatch at a time"),
    "--gather": (GATHERS, "last real time step of a series by one gather, or by a Python list"),
    "--sequences": (SEQUENCES, "recurrent layers run on padded or on packed series"),
    "--evaluate": (EVALUATIONS, "predict everything again after an epoch, inside the clock"),
}


@dataclass(frozen=True)
class Settings:
    """What the command asked for. `devices` is empty when torch is to be asked.

    `measured_epochs` are those that a worker trains; totals of more epochs are derived.
    """

    preset: str
    workloads: tuple[str, ...]
    batch_sizes: tuple[int, ...]
    epochs: tuple[int, ...]
    devices: tuple[str, ...]
    threads: tuple[int, ...]
    blocks: int
    samples: int
    optimizer: str
    optimizer_implementation: str
    learning_rate: float | None
    seed: int
    cell_timeout_seconds: float
    suspect_repeats: int
    until_decided: bool
    find_crossover: bool
    loop: Loop = LEAN
    diagnose: bool = False
    ladder: bool = False
    remedies: tuple[str, ...] = ()
    measured_epochs: int = MOST_EPOCHS
    budget_seconds: float | None = None

    def job(self, workload: str, arm: Arm, **fields: Any) -> Job:
        """Returns the job of a plain cell; `fields` are those that the settings do not tell."""
        job = Job(
            workload=workload,
            device=arm.device,
            threads=arm.threads,
            batch_sizes=(),
            epochs=1,
            samples=self.samples,
            seed=self.seed,
            optimizer=self.optimizer,
            optimizer_implementation=self.optimizer_implementation,
            learning_rate=self.learning_rate or 1.0,
            cell_timeout_seconds=self.cell_timeout_seconds,
            loop=self.loop,
        )
        return replace(job, **fields)


def add_options(parser: pytest.Parser) -> None:
    """Adds the suite's options to pytest's."""
    group = parser.getgroup("crossover", "Crossover: minibatch training over batch size and device")

    def add(flag: str, text: str, *, choices: tuple[str, ...] | None = None) -> None:
        group.addoption(flag, help=text, choices=choices, default=None)

    workloads = ",".join(PRESETS["default"].workloads)
    add("--preset", "how much to measure (default: default)", choices=tuple(PRESETS))
    add("--workloads", f"workloads by name, or all (default: {workloads})")
    add("--batch-sizes", "samples a minibatch, e.g. 8,32,128 (default: the preset's)")
    add("--epochs", "passes over the samples, e.g. 1,10,100 (default: the preset's)")
    add(
        MEASURED_EPOCHS,
        "epochs to train and time, or all; totals of more are derived (default: the preset's)",
    )
    add("--devices", "torch devices, e.g. cpu,cuda (default: the CPU and every accelerator)")
    add("--threads", "CPU threads as an axis, e.g. 1,2 (default: torch's own number)")
    add("--blocks", "blocks: fresh processes a device for every workload (default: the preset's)")
    add("--budget", "most seconds of the whole run: as many blocks, up to 15, as there is time for")
    add("--samples", "training samples in a timed epoch (default: the preset's, 4096)")
    add("--optimizer", "optimiser (default: sgd)", choices=OPTIMIZER_NAMES)
    add(
        "--optimizer-implementation",
        "how torch runs the optimiser, on every device alike (default: foreach)",
        choices=IMPLEMENTATION_NAMES,
    )
    add("--learning-rate", "learning rate of every workload (default: the workload's own)")
    add("--seed", "seed of weights, minibatch order and measuring order (default: 0)")
    add("--cell-timeout", "most seconds of training in a cell (default: the preset's)")
    add("--suspect-repeats", "further tries on a loaded host and of unsteady workers (default: 1)")
    about = "training loop: lean, or as it is taught (default: lean)"
    add("--loop", about, choices=tuple(LOOPS))
    for flag, (steps, what) in _STEPS.items():
        add(flag, f"{what} (default: the loop's)", choices=steps)
    add("--remedies", "time remedies against the plain cells: names, or all (see README)")
    group.addoption(
        "--diagnose",
        action="store_true",
        help="say where the time goes, in further processes: parts of a step, counts, peaks",
    )
    group.addoption(
        "--ladder",
        action="store_true",
        help="time the steps from the loop that is taught to the lean one",
    )
    group.addoption(
        "--until-decided",
        action="store_true",
        help="measure up to 15 blocks of cells without a verdict and of those at crossovers",
    )
    group.addoption(
        "--find-crossover",
        action="store_true",
        help="measure only the batch sizes around each crossover, found by bisection",
    )
    group.addoption(
        "--resume", action="store_true", help="finish the run whose journal lies beside the file"
    )
    group.addoption(
        "--overwrite", action="store_true", help="replace an existing result file or journal"
    )


def read_settings(config: pytest.Config) -> Settings:
    """Reads and checks the options; a wrong value raises `pytest.UsageError` naming it."""
    preset_name = config.getoption("--preset") or "default"
    preset = PRESETS[preset_name]

    def text(flag: str) -> str | None:
        value: str | None = config.getoption(flag)
        return value

    samples = integer("--samples", text("--samples"), preset.samples, most=MOST_SAMPLES)
    batch_sizes = integers("--batch-sizes", text("--batch-sizes"), preset.batch_sizes)
    if max(batch_sizes) > samples:
        raise pytest.UsageError(
            f"--batch-sizes {max(batch_sizes)}: larger than the {samples} samples of an epoch "
            "(--samples); the whole set is one minibatch then, so name at most that"
        )
    if config.getoption("--until-decided") and config.getoption("--find-crossover"):
        raise pytest.UsageError("--until-decided and --find-crossover exclude each other; give one")
    epochs = integers("--epochs", text("--epochs"), preset.epochs, most=MOST_DERIVED)
    timeout = positive_if_typed("--cell-timeout", text("--cell-timeout"))
    budget = _budget(config)
    blocks = preset.blocks if budget is None else BUDGET_BLOCKS
    return Settings(
        preset=preset_name,
        workloads=all_or_names(
            "--workloads",
            text("--workloads"),
            preset.workloads,
            of=WORKLOAD_NAMES,
            noun="workload",
        ),
        batch_sizes=batch_sizes,
        epochs=epochs,
        measured_epochs=_measured_epochs(text, preset.measured_epochs, largest=max(epochs)),
        devices=_devices(text("--devices")),
        threads=integers("--threads", text("--threads"), ()),
        blocks=integer("--blocks", text("--blocks"), blocks, most=MOST_BLOCKS),
        samples=samples,
        optimizer=text("--optimizer") or "sgd",
        optimizer_implementation=text("--optimizer-implementation") or "foreach",
        learning_rate=positive_if_typed("--learning-rate", text("--learning-rate")),
        seed=integer("--seed", text("--seed"), 0, least=0, most=2**31 - 1),
        cell_timeout_seconds=timeout or preset.cell_timeout_seconds,
        suspect_repeats=integer("--suspect-repeats", text("--suspect-repeats"), 1, least=0),
        until_decided=config.getoption("--until-decided"),
        find_crossover=config.getoption("--find-crossover"),
        loop=_loop(text),
        diagnose=config.getoption("--diagnose"),
        ladder=config.getoption("--ladder"),
        remedies=all_or_names(
            "--remedies", text("--remedies"), (), of=tuple(REMEDIES), noun="remedy"
        ),
        budget_seconds=budget,
    )


def _measured_epochs(text: Callable[[str], str | None], default: int, *, largest: int) -> int:
    """The epochs that a worker trains: never more than `largest`, the most that are asked about.

    Raises `pytest.UsageError` for what a worker cannot train.
    """
    value = text(MEASURED_EPOCHS)
    if value == "all":
        if largest > MOST_EPOCHS:
            raise pytest.UsageError(
                f"{MEASURED_EPOCHS} all: --epochs {largest} is more than the {MOST_EPOCHS} that "
                "a worker trains; name a number here, and the rest is derived"
            )
        return largest
    if value is None:
        return min(default, largest)
    if not re.fullmatch(r"\d{1,12}", value) or not 1 <= int(value) <= MOST_EPOCHS:
        raise pytest.UsageError(
            f"{MEASURED_EPOCHS} {value}: takes whole numbers from 1 to {MOST_EPOCHS}, or all"
        )
    return min(int(value), largest)


def _loop(text: Callable[[str], str | None]) -> Loop:
    """The loop asked for; `text(flag)` is what was typed after a flag."""
    steps: dict[str, Any] = {flag.lstrip("-"): text(flag) for flag in _STEPS}
    given = {name: value for name, value in steps.items() if value is not None}
    return replace(LOOPS[text("--loop") or "lean"], **given)


def _budget(config: pytest.Config) -> float | None:
    """A budget decides itself how many blocks there are, in rounds over the whole grid."""
    budget = positive_if_typed("--budget", config.getoption("--budget"))
    for flag in ("--until-decided", "--find-crossover"):
        if budget is not None and config.getoption(flag):
            raise pytest.UsageError(f"--budget and {flag} exclude each other; give one of them")
    return budget


def _devices(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    devices = names("--devices", value)
    for name in devices:
        kind, _, index = name.partition(":")
        # Only torch knows its devices, and backends that are installed: whoever measures asks it.
        if not re.fullmatch(r"\w{1,30}(:\d{1,9})?", name, re.ASCII):
            raise pytest.UsageError(
                f"--devices {name}: not a torch device; write a type as torch does (cpu, cuda, "
                "mps, xpu, or one of an installed backend), with an index where there are "
                "several (cuda:1)"
            )
        if kind == "cpu" and index:
            raise pytest.UsageError(f"--devices {name}: the CPU has no index; write cpu")
    return devices
