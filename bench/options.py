"""The command line of `pytest bench`: one line of help each, checked before anything runs."""

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
)
from bench.loop import LOOPS
from bench.meant import meant
from bench.parse import (
    ALL,
    Option,
    epochs_or_all,
    integer,
    integers,
    names_or,
    positive_or,
    some,
    workload_names,
    wrong,
)
from bench.sides.names import MOST_THREADS
from bench.sides.remedies import REMEDIES, known_remedy
from bench.sides.settings import Settings, of_devices, with_sides

MOST_BLOCKS = 1000
MOST_SAMPLES = 10_000_000
BUDGET_BLOCKS = 15
"""Blocks of a run with a budget, unless `--blocks` says how many at most."""
AIMLESS = ("--blocks", "--budget", "--until-decided", "--find-crossover")
"""Options that say how long to measure: the preset does not, then."""
SWITCHES = {
    "diagnose": "say where the time goes, in further processes: parts of a step, counts, peaks",
    "ladder": "time the steps from the loop that is taught to the lean one",
    "until_decided": "measure up to 15 blocks of cells without a verdict and of those at "
    "crossovers",
    "find_crossover": "measure only the batch sizes around each crossover, found by bisection",
    "busy_ok": "measure a busy machine at once: do not wait up to 60 s for quiet",
    "resume": "finish the run whose journal lies beside the file",
    "same_machine": "with --resume: this is the same machine, though it is told by another id",
    "overwrite": "replace an existing result file or journal",
}


def remedies(flag: str, value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Returns settings that may be added to a plain side; whether they can be shows later."""
    if value is None:
        return default
    typed = tuple(REMEDIES) if value == ALL else some(flag, value, "remedy")
    for name in typed:
        if not known_remedy(name):
            hint = meant(name, REMEDIES)
            raise wrong(flag, name, f"no such setting{hint}; one of: {ALL}, {', '.join(REMEDIES)}")
    return typed


FROM_0 = partial(integer, least=0)
OPTIONS = {
    "workloads": Option(
        "workloads by name, or all; your own network: my_network.py:make (see models/examples)",
        workload_names,
        said=",".join(PRESETS["default"].workloads),
    ),
    "batch_sizes": Option("samples per minibatch, e.g. 8,32,128", integers),
    "epochs": Option(
        "passes over the samples, e.g. 1,10,100", partial(integers, most=MOST_DERIVED)
    ),
    "measured_epochs": Option(
        "epochs to train and time, or all; totals of more are derived", epochs_or_all
    ),
    "sides": Option(
        "devices with settings, e.g. cpu,cuda+bf16,cpu+threads=1 (see bench/README.md)",
        names_or,
        (),
        said="the CPU and every accelerator, or one thread",
    ),
    "base": Option(
        "side that the others are compared with", default="", said="cpu, or the first side"
    ),
    "devices": Option("short for sides: torch devices", names_or, (), said="see --sides"),
    "threads": Option(
        "short for sides: the CPU with so many threads each, e.g. 1,2",
        partial(integers, most=MOST_THREADS),
        (),
        said="see --sides",
    ),
    "blocks": Option(
        "blocks: fresh processes per side and workload; without a number the default preset "
        "measures 3, and up to 5 where they end within 8 minutes",
        partial(integer, most=MOST_BLOCKS),
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
        "how torch runs the optimiser of a side that says nothing else",
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
        "time settings against the plain sides, each by itself, e.g. bf16,fused; or all",
        remedies,
        (),
        said="none",
    ),
}
"""The options that take a value, by the field of `Settings` that they fill."""


def flag_of(field: str) -> str:
    """Returns the option of a field: seconds are typed without their unit."""
    return "--" + field.removesuffix("_seconds").replace("_", "-")


PRESET = "how much to measure (default: default)"
LOOP = "training loop: lean, as taught, decoding images, or own DataLoader (default: lean)"


def option_help() -> dict[str, str]:
    """Returns the line of help of each option."""
    valued = {flag_of(field): option.text() for field, option in OPTIONS.items()}
    switches = {flag_of(name): about for name, about in SWITCHES.items()}
    return {"--preset": PRESET} | valued | {"--loop": LOOP} | switches


def add_options(parser: pytest.Parser) -> None:
    """Adds the suite's options to pytest's."""
    group = parser.getgroup("crossover", "Crossover: minibatch training over batch size and side")
    about = "help about the suite's own options only"
    group.addoption("--help-crossover", action="store_true", help=about)
    choices = {flag_of(field): option.choices for field, option in OPTIONS.items()}
    choices |= {"--preset": tuple(PRESETS), "--loop": tuple(LOOPS)}
    for flag, about in option_help().items():
        if flag in choices:
            group.addoption(flag, *_singular(flag), help=about, choices=choices[flag])
        else:
            group.addoption(flag, action="store_true", help=about)


def _singular(flag: str) -> list[str]:
    """Returns what is easily typed for it: `--workload`. pytest's own refusal has no way out."""
    return [flag[:-1]] if flag.endswith("s") and not flag.endswith("ies") else []


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
    _refuse_together(config, "--sides", "--devices")
    _refuse_together(config, "--sides", "--threads")
    if max(asked["batch_sizes"]) > asked["samples"]:
        raise pytest.UsageError(
            f"--batch-sizes {max(asked['batch_sizes'])}: larger than the {asked['samples']} "
            "samples of an epoch (--samples); the whole set is one minibatch then, so name at "
            "most that"
        )
    aimless = any(map(config.getoption, AIMLESS))
    asked["aim_seconds"] = None if aimless else preset.aim_seconds
    if asked["budget_seconds"] is not None and config.getoption("--blocks") is None:
        asked["blocks"] = BUDGET_BLOCKS
    asked["measured_epochs"] = _trained(asked["measured_epochs"], max(asked["epochs"]))
    asked["loop"] = LOOPS[config.getoption("--loop") or "lean"]
    settings = Settings(preset=name, **asked)
    sides = settings.sides or of_devices(settings, settings.devices)
    return with_sides(settings, sides) if sides else settings


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
