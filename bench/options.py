"""The command line of `pytest bench`: one line of help each, checked before anything runs."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.grid import (
    IMPLEMENTATION_NAMES,
    MOST_DERIVED,
    MOST_EPOCHS,
    OPTIMIZER_NAMES,
    PRESETS,
    WORKLOAD_NAMES,
)
from bench.loop import LEAN, Loop
from bench.measure.budget import MOST_ROUNDS
from bench.options_epochs import add_epochs_option, read_measured_epochs
from bench.options_loop import add_loop_options, read_loop
from bench.variants import REMEDIES

MOST_BLOCKS = 1000
MOST_SAMPLES = 10_000_000


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
    add_epochs_option(add)
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
    add_loop_options(add)
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

    samples = _integer("--samples", text("--samples"), preset.samples, most=MOST_SAMPLES)
    batch_sizes = _integers("--batch-sizes", text("--batch-sizes"), preset.batch_sizes)
    if max(batch_sizes) > samples:
        raise pytest.UsageError(
            f"--batch-sizes {max(batch_sizes)}: larger than the {samples} samples of an epoch "
            "(--samples); the whole set is one minibatch then, so name at most that"
        )
    if config.getoption("--until-decided") and config.getoption("--find-crossover"):
        raise pytest.UsageError("--until-decided and --find-crossover exclude each other; give one")
    epochs = _integers("--epochs", text("--epochs"), preset.epochs, most=MOST_DERIVED)
    timeout = _positive("--cell-timeout", text("--cell-timeout"))
    budget = _budget(config)
    blocks = preset.blocks if budget is None else MOST_ROUNDS
    return Settings(
        preset=preset_name,
        workloads=_workloads(text("--workloads"), preset.workloads),
        batch_sizes=batch_sizes,
        epochs=epochs,
        measured_epochs=read_measured_epochs(text, preset.measured_epochs, largest=max(epochs)),
        devices=_devices(text("--devices")),
        threads=_integers("--threads", text("--threads"), ()),
        blocks=_integer("--blocks", text("--blocks"), blocks, most=MOST_BLOCKS),
        samples=samples,
        optimizer=text("--optimizer") or "sgd",
        optimizer_implementation=text("--optimizer-implementation") or "foreach",
        learning_rate=_positive("--learning-rate", text("--learning-rate")),
        seed=_integer("--seed", text("--seed"), 0, least=0, most=2**31 - 1),
        cell_timeout_seconds=timeout or preset.cell_timeout_seconds,
        suspect_repeats=_integer("--suspect-repeats", text("--suspect-repeats"), 1, least=0),
        until_decided=config.getoption("--until-decided"),
        find_crossover=config.getoption("--find-crossover"),
        loop=read_loop(text),
        diagnose=config.getoption("--diagnose"),
        ladder=config.getoption("--ladder"),
        remedies=_remedies(text("--remedies")),
        budget_seconds=budget,
    )


def _budget(config: pytest.Config) -> float | None:
    """A budget decides itself how many blocks there are, in rounds over the whole grid."""
    budget = _positive("--budget", config.getoption("--budget"))
    for flag in ("--until-decided", "--find-crossover"):
        if budget is not None and config.getoption(flag):
            raise pytest.UsageError(f"--budget and {flag} exclude each other; give one of them")
    return budget


def _names(flag: str, value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(","))
    if not all(names):
        raise pytest.UsageError(f"{flag} {value!r}: an empty name; separate names by one comma")
    for name in names:
        if names.count(name) > 1:
            raise pytest.UsageError(f"{flag} {value}: {name} is named twice; name it once")
    return names


def _workloads(value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    if value is None:
        return default
    if value == "all":
        return WORKLOAD_NAMES
    names = _names("--workloads", value)
    for name in names:
        if name not in WORKLOAD_NAMES:
            allowed = ", ".join(WORKLOAD_NAMES)
            raise pytest.UsageError(f"--workloads {name}: no such workload; one of: all, {allowed}")
    return names


def _remedies(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if value == "all":
        return tuple(REMEDIES)
    names = _names("--remedies", value)
    for name in names:
        if name not in REMEDIES:
            allowed = ", ".join(REMEDIES)
            raise pytest.UsageError(f"--remedies {name}: no such remedy; one of: all, {allowed}")
    return names


def _devices(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    names = _names("--devices", value)
    for name in names:
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
    return names


def _integers(
    flag: str, value: str | None, default: tuple[int, ...], *, most: int = 2**31 - 1
) -> tuple[int, ...]:
    if value is None:
        return default
    numbers = tuple(_integer(flag, item, 0, most=most) for item in _names(flag, value))
    return tuple(sorted(numbers))


def _integer(
    flag: str, value: str | None, default: int, *, least: int = 1, most: int = 2**31 - 1
) -> int:
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not least <= int(value) <= most:
        raise pytest.UsageError(f"{flag} {value}: takes whole numbers from {least} to {most}")
    return int(value)


def _positive(flag: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise pytest.UsageError(f"{flag} {value}: takes a number above 0")
    return number


def result_path(config: pytest.Config, *, resume: bool, overwrite: bool) -> Path:
    """Where the result goes: checked to be writable and not to hold what must not be lost."""
    given: str | None = config.getoption("--benchmark-json")
    if config.option.collectonly:
        return Path(given or "results/unnamed.json")
    if not given:
        raise pytest.UsageError(
            "name the result file: pytest bench --benchmark-json results/<machine>.json"
        )
    path = Path(given)
    if resume and overwrite:
        raise pytest.UsageError("--resume and --overwrite exclude each other; give one of them")
    if path.is_dir():
        raise pytest.UsageError(
            f"--benchmark-json {path}: is a directory; name a file in it, e.g. "
            f"{path / 'machine.json'}"
        )
    _check_folder(path)
    return path


def _check_folder(path: Path) -> None:
    """Only a real file shows that a folder can be written (root passes every permission bit)."""
    probe = path.with_name(f".{path.name}.{'probe'}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise pytest.UsageError(
            f"--benchmark-json {path}: the folder cannot be written ({error.strerror}); "
            "name another"
        ) from None
