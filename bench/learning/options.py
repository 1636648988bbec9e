"""The options of `pytest bench --learning`: one line of help each, checked before anything runs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import psutil
import pytest

from bench.grid import IMPLEMENTATION_NAMES, OPTIMIZER_NAMES
from bench.learning.grid import FULL, LEARN_PRESETS, LearnPreset, real_sizes
from bench.parse import all_or_names, integer, integers, known, names, positive
from bench.workloads import WORKLOAD_NAMES

# Options of the suite that say nothing about learning.
TIMING = (
    "--epochs", "--measured-epochs", "--devices", "--threads", "--blocks", "--samples",
    "--learning-rate", "--seed", "--cell-timeout", "--suspect-repeats", "--until-decided",
    "--find-crossover", "--remedies", "--diagnose", "--ladder", "--loop", "--loader", "--placement",
    "--gather", "--sequences", "--evaluate", "--budget",
)  # fmt: skip
MOST_SEED = 2**31 - 1
MOST = 10_000_000
"""Epochs, steps or samples a minibatch."""
MOST_RATES = 32


@dataclass(frozen=True)
class LearnSettings:
    """What the command asked for. `workloads` holds batch sizes, `optimizers` names, by workload.

    `learning_rates` is empty when each cell's grid follows the workload's own; `targets` names only
    the workloads that have another target than their goal.
    """

    preset: str
    workloads: Mapping[str, tuple[int, ...]]
    optimizers: Mapping[str, tuple[str, ...]]
    learning_rates: tuple[float, ...]
    tuning_seeds: tuple[int, ...]
    figure_seeds: tuple[int, ...]
    targets: Mapping[str, float]
    cap_epochs: int
    cap_steps: int
    optimizer_implementation: str
    processes: int


def add_learning_options(parser: pytest.Parser) -> None:
    """Adds the options of learning to pytest's."""
    group = parser.getgroup("crossover learning", "Crossover: epochs to a target (--learning)")

    def add(flag: str, text: str) -> None:
        group.addoption(flag, help=text, default=None)

    group.addoption(
        "--learning", action="store_true",
        help="train to a target instead of timing: epochs to it, by batch size and optimiser",
    )  # fmt: skip
    add("--optimizers", "optimisers, e.g. sgd,adam (default: the preset's)")
    add("--learning-rates", "every cell's learning rates, e.g. 0.01,0.1 (default: a ladder)")
    add("--seeds", "seeds of the figures, e.g. 0,1,2,3,4 (default: the preset's)")
    add("--tuning-seeds", "other seeds, that choose the learning rate (default: the preset's)")
    add(
        "--target",
        "held-out score to reach, for all or by name: 0.9 or mlp=0.95 (default: the preset's)",
    )
    add("--cap-epochs", "a run ends after so many epochs and --cap-steps (default: the preset's)")
    add("--cap-steps", "a run ends after so many steps and --cap-epochs (default: the preset's)")
    add("--processes", "runs trained side by side, a thread each (default: one a core)")


OWN = (
    "--optimizers", "--learning-rates", "--seeds", "--tuning-seeds", "--target", "--cap-epochs",
    "--cap-steps", "--processes",
)  # fmt: skip


def refuse_learning_options(config: pytest.Config) -> None:
    """Raises `pytest.UsageError` for an option of learning in a run that does not learn."""
    for flag in OWN:
        if config.getoption(flag) is not None:
            raise pytest.UsageError(f"{flag} belongs to --learning; add that or leave it out")


def read_learn_settings(config: pytest.Config) -> LearnSettings:
    """Reads and checks the options; a wrong value raises `pytest.UsageError` naming it."""

    def text(flag: str) -> str | None:
        value: str | None = config.getoption(flag)
        return value

    for flag in TIMING:
        if text(flag):
            raise pytest.UsageError(f"{flag} is about timing: leave it out with --learning")
    name = text("--preset") or "default"
    preset = LEARN_PRESETS[name]
    workloads = _workloads(text("--workloads"), text("--batch-sizes"), preset)
    tuning = integers(
        "--tuning-seeds", text("--tuning-seeds"), preset.tuning_seeds, least=0, most=MOST_SEED
    )
    figure = integers("--seeds", text("--seeds"), preset.figure_seeds, least=0, most=MOST_SEED)
    if set(tuning) & set(figure):
        seed = min(set(tuning) & set(figure))
        raise pytest.UsageError(
            f"--seeds {seed}: is a tuning seed as well; a figure needs seeds that chose nothing"
        )
    return LearnSettings(
        preset=name,
        workloads=workloads,
        optimizers=_optimizers(text("--optimizers"), text("--optimizer"), workloads, preset),
        learning_rates=_rates(text("--learning-rates")),
        tuning_seeds=tuning,
        figure_seeds=figure,
        targets=_targets(text("--target"), workloads, preset),
        cap_epochs=integer("--cap-epochs", text("--cap-epochs"), preset.cap_epochs, most=MOST),
        cap_steps=integer("--cap-steps", text("--cap-steps"), preset.cap_steps, most=MOST),
        optimizer_implementation=_implementation(text("--optimizer-implementation")),
        processes=integer("--processes", text("--processes"), default_processes(), most=1024),
    )


def default_processes() -> int:
    """A process for every core that this one may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return psutil.cpu_count() or 1


def _workloads(
    value: str | None, sizes: str | None, preset: LearnPreset
) -> dict[str, tuple[int, ...]]:
    asked = all_or_names(
        "--workloads", value, tuple(preset.workloads), of=WORKLOAD_NAMES, noun="workload"
    )
    given = None if sizes is None else _batch_sizes(sizes)
    usual = (4, 8, 32, 128, 512, 2048, FULL)
    return {name: real_sizes(name, given or preset.workloads.get(name, usual)) for name in asked}


def _batch_sizes(value: str) -> tuple[int, ...]:
    return tuple(
        FULL if name == "full" else integer("--batch-sizes", name, 0, most=MOST)
        for name in names("--batch-sizes", value)
    )


def _optimizers(
    several: str | None, one: str | None, workloads: Mapping[str, object], preset: LearnPreset
) -> dict[str, tuple[str, ...]]:
    if several and one:
        raise pytest.UsageError("--optimizer and --optimizers exclude each other; give one")
    value = several or one
    if value is None:
        own = preset.own_optimizers
        return {name: own.get(name, preset.optimizers) for name in workloads}
    chosen = known("--optimizers", names("--optimizers", value), OPTIMIZER_NAMES)
    return dict.fromkeys(workloads, chosen)


def _rates(value: str | None) -> tuple[float, ...]:
    if value is None:
        return ()
    typed = names("--learning-rates", value)
    if len(typed) > MOST_RATES:
        raise pytest.UsageError(f"--learning-rates: {len(typed)} are more than {MOST_RATES}")
    return tuple(sorted({positive("--learning-rates", rate) for rate in typed}))


def _targets(
    value: str | None, workloads: Mapping[str, object], preset: LearnPreset
) -> dict[str, float]:
    """`0.9` for every workload, or `mlp=0.95,lstm=0.9` for some."""
    targets = {name: score for name, score in preset.targets.items() if name in workloads}
    for part in names("--target", value) if value is not None else ():
        name, equals, number = part.rpartition("=")
        score = positive("--target", number)
        if equals:
            known("--target", (name,), tuple(workloads))
        targets |= {name: score} if equals else dict.fromkeys(workloads, score)
    return targets


def _implementation(value: str | None) -> str:
    return known("--optimizer-implementation", (value or "foreach",), IMPLEMENTATION_NAMES)[0]
