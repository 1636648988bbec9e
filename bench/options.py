"""The command line of `pytest bench`: one line of help each, checked before anything runs."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from bench.grid import (
    IMPLEMENTATION_NAMES,
    MOST_DERIVED,
    MOST_EPOCHS,
    OPTIMIZER_NAMES,
    OWN_OPTIMIZER,
    PRESETS,
    Arm,
)
from bench.job import Job
from bench.loop import EVALUATIONS, GATHERS, LEAN, LOADERS, LOOPS, PLACEMENTS, SEQUENCES, Loop
from bench.parse import (
    ALL,
    Option,
    all_or_names,
    devices,
    epochs_or_all,
    integer,
    integers,
    positive_or,
    workload_names,
)
from bench.variants import REMEDIES
from bench.workloads import resolved, typed_for

MOST_BLOCKS = 1000
MOST_SAMPLES = 10_000_000
BUDGET_BLOCKS = 15
"""Blocks of a run with a budget, unless `--blocks` says how many at most."""
STEPS = {
    "loader": (LOADERS, "minibatches by slicing a permutation, or from a DataLoader"),
    "placement": (PLACEMENTS, "data on the device, or copied there a minibatch at a time"),
    "gather": (GATHERS, "last real time step of a series by one gather, or by a Python list"),
    "sequences": (SEQUENCES, "recurrent layers run on padded or on packed series"),
    "evaluate": (EVALUATIONS, "predict everything again after an epoch, inside the clock"),
}
"""The parts of the training loop, each an option: what it may be, and its help."""
SWITCHES = {
    "diagnose": "say where the time goes, in further processes: parts of a step, counts, peaks",
    "ladder": "time the steps from the loop that is taught to the lean one",
    "until_decided": "measure up to 15 blocks of cells without a verdict and of those at "
    "crossovers",
    "find_crossover": "measure only the batch sizes around each crossover, found by bisection",
    "resume": "finish the run whose journal lies beside the file",
    "same_machine": "with --resume: this is the same machine, though it is told by another id",
    "overwrite": "replace an existing result file or journal",
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
            workload=resolved(typed_for(workload, self.workloads)),
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


FROM_0 = partial(integer, least=0)
OPTIONS = {
    "workloads": Option(
        "workloads by name, or all; your own network: my_network.py:make (see models/examples)",
        workload_names,
        said=",".join(PRESETS["default"].workloads),
    ),
    "batch_sizes": Option("samples a minibatch, e.g. 8,32,128", integers),
    "epochs": Option(
        "passes over the samples, e.g. 1,10,100", partial(integers, most=MOST_DERIVED)
    ),
    "measured_epochs": Option(
        "epochs to train and time, or all; totals of more are derived", epochs_or_all
    ),
    "devices": Option(
        "torch devices, e.g. cpu,cuda", devices, (), said="the CPU and every accelerator"
    ),
    "threads": Option("CPU threads as an axis, e.g. 1,2", integers, (), said="torch's own number"),
    "blocks": Option(
        "blocks: fresh processes a device for every workload", partial(integer, most=MOST_BLOCKS)
    ),
    "budget_seconds": Option(
        "most seconds of the whole run: as many blocks, up to 15, as there is time for",
        positive_or,
        None,
        said="no limit",
    ),
    "samples": Option("training samples in a timed epoch", partial(integer, most=MOST_SAMPLES)),
    "optimizer": Option(
        "optimiser; own: that of your own workload",
        default="sgd",
        choices=(*OPTIMIZER_NAMES, OWN_OPTIMIZER),
    ),
    "optimizer_implementation": Option(
        "how torch runs the optimiser, on every device alike",
        default="foreach",
        choices=IMPLEMENTATION_NAMES,
    ),
    "learning_rate": Option(
        "learning rate of every workload", positive_or, None, said="the workload's own"
    ),
    "seed": Option("seed of weights, minibatch order and measuring order", FROM_0, 0),
    "cell_timeout_seconds": Option("most seconds of training in a cell", positive_or),
    "suspect_repeats": Option("further tries on a loaded host and of unsteady workers", FROM_0, 1),
    "remedies": Option(
        "time remedies against the plain cells: names, or all (see README)",
        partial(all_or_names, of=tuple(REMEDIES), noun="remedy"),
        (),
        said="none",
    ),
}
"""The options that take a value, by the field of `Settings` that they fill."""


def flag_of(field: str) -> str:
    """Returns the option of a field: seconds are typed without their unit."""
    return "--" + field.removesuffix("_seconds").replace("_", "-")


def add_options(parser: pytest.Parser) -> None:
    """Adds the suite's options to pytest's."""
    group = parser.getgroup("crossover", "Crossover: minibatch training over batch size and device")
    about = "how much to measure (default: default)"
    group.addoption("--preset", help=about, choices=tuple(PRESETS))
    for field, option in OPTIONS.items():
        group.addoption(flag_of(field), help=option.text(), choices=option.choices)
    about = "training loop: lean, as it is taught, or your own DataLoader (default: lean)"
    group.addoption("--loop", help=about, choices=tuple(LOOPS))
    for name, (steps, what) in STEPS.items():
        group.addoption(f"--{name}", help=f"{what} (default: the loop's)", choices=steps)
    for name, about in SWITCHES.items():
        group.addoption(flag_of(name), action="store_true", help=about)


def read_settings(config: pytest.Config) -> Settings:
    """Reads and checks the options; a wrong value raises `pytest.UsageError` naming it."""
    name = config.getoption("--preset") or "default"
    preset = PRESETS[name]
    asked: dict[str, Any] = {}
    for field, option in OPTIONS.items():
        default = getattr(preset, field) if option.default is ... else option.default
        asked[field] = option.read(flag_of(field), config.getoption(flag_of(field)), default)
    for switch in ("diagnose", "ladder", "until_decided", "find_crossover"):
        asked[switch] = config.getoption(flag_of(switch))
    _refuse_together(config, "--until-decided", "--find-crossover")
    _refuse_together(config, "--budget", "--until-decided")
    _refuse_together(config, "--budget", "--find-crossover")
    if max(asked["batch_sizes"]) > asked["samples"]:
        raise pytest.UsageError(
            f"--batch-sizes {max(asked['batch_sizes'])}: larger than the {asked['samples']} "
            "samples of an epoch (--samples); the whole set is one minibatch then, so name at "
            "most that"
        )
    if asked["budget_seconds"] is not None and config.getoption("--blocks") is None:
        asked["blocks"] = BUDGET_BLOCKS
    asked["measured_epochs"] = _trained(asked["measured_epochs"], max(asked["epochs"]))
    steps = {name: config.getoption(f"--{name}") for name in STEPS}
    loop = LOOPS[config.getoption("--loop") or "lean"]
    given = {name: value for name, value in steps.items() if value is not None}
    return Settings(preset=name, loop=replace(loop, **given), **asked)


def _refuse_together(config: pytest.Config, one: str, other: str) -> None:
    if config.getoption(one) and config.getoption(other):
        raise pytest.UsageError(f"{one} and {other} exclude each other; give one of them")


def _trained(epochs: int | str, largest: int) -> int:
    """The epochs that a worker trains: never more than `largest`, the most that are asked about."""
    if epochs != ALL:
        return min(int(epochs), largest)
    if largest > MOST_EPOCHS:
        raise pytest.UsageError(
            f"--measured-epochs {ALL}: --epochs {largest} is more than the {MOST_EPOCHS} that a "
            "worker trains; name a number here, and the rest is derived"
        )
    return largest
