"""The options of `pytest bench --learning`: one line of help each, checked before anything runs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from bench.grid import OPTIMIZER_NAMES, OWN_OPTIMIZER
from bench.learning.grid import (
    FULL,
    LEARN_PRESETS,
    MOST,
    MOST_CURVE_EPOCHS,
    USUAL_SIZES,
    LearnPreset,
    most_epochs,
    real_sizes,
)
from bench.machine.facts import ask_own
from bench.measure.host.limits import read_limits
from bench.options import OPTIONS, SWITCHES, flag_of
from bench.parse import (
    Option,
    integer,
    integers,
    known,
    names,
    once,
    positive,
    workload_names,
)
from bench.workloads import is_own, name_of, train_samples

MOST_SIZES, MOST_RATES, MOST_SEEDS = 64, 32, 1000
"""Values of an option: whoever reads the result draws each of them."""

Text = Callable[[str], str | None]
"""What was typed after a flag."""


def rates(flag: str, value: str | None, default: tuple[float, ...]) -> tuple[float, ...]:
    """Returns different learning rates, ascending."""
    if value is None:
        return default
    typed = names(flag, value, most=MOST_RATES)
    return tuple(sorted(once(flag, value, (positive(flag, rate) for rate in typed))))


LEARNING = "train to a target instead of timing: epochs to it, by batch size and optimiser"
SEEDS = partial(integers, least=0, count=MOST_SEEDS)
LIMIT = partial(integer, most=MOST)
OWN = {
    "--optimizers": Option("optimisers, e.g. sgd,adam"),
    "--learning-rates": Option(
        "every cell's learning rates, e.g. 0.01,0.1", rates, (), said="a ladder"
    ),
    "--seeds": Option("seeds of the figures, e.g. 0,1,2,3,4", SEEDS),
    "--tuning-seeds": Option("other seeds, that choose the learning rate", SEEDS),
    "--target": Option("held-out score to reach, for all or by name: 0.9 or mlp=0.95"),
    "--cap-epochs": Option("a run's last epoch, or later for --cap-steps", LIMIT),
    "--cap-steps": Option("a run takes so many steps at least, in whole epochs", LIMIT),
    "--train-samples": Option(
        "train on the first so many samples only, to overfit", LIMIT, None, said="all"
    ),
    "--processes": Option(
        "runs trained side by side, a thread each", partial(integer, most=1024), said="one per core"
    ),
}
"""The options that are learning's own."""
TO_END = "--to-end"
ENDS = "train every figure seed to the last epoch; notes training loss and score after each"
SHARED = {"workloads", "batch_sizes", "optimizer", "optimizer_implementation"}
TIMING = (
    "--loop",
    *(flag_of(name) for name in OPTIONS if name not in SHARED),
    *(flag_of(name) for name in SWITCHES if name not in ("resume", "same_machine", "overwrite")),
)
"""The options that say nothing about learning."""


@dataclass(frozen=True)
class LearnSettings:
    """What the command asked for. `workloads` holds batch sizes, `optimizers` names, by workload.

    `learning_rates` is empty when each cell's grid follows the workload's own; `targets` names only
    the workloads that have another target than their goal. `samples` are those that each workload
    has, `files` names those of somebody's own as they were typed.
    """

    preset: str
    workloads: Mapping[str, tuple[int, ...]]
    optimizers: Mapping[str, tuple[str, ...]]
    tuning_seeds: tuple[int, ...]
    figure_seeds: tuple[int, ...]
    targets: Mapping[str, float]
    cap_epochs: int
    cap_steps: int
    optimizer_implementation: str
    learning_rates: tuple[float, ...]
    processes: int
    to_end: bool
    train_samples: int | None
    samples: Mapping[str, int]
    files: Mapping[str, str]

    def samples_of(self, workload: str) -> int:
        """Returns how many samples of a workload are trained on: all, or the first so many."""
        return min(self.samples[workload], self.train_samples or MOST)


def learning_help() -> dict[str, str]:
    """Returns the line of help of each option."""
    return {"--learning": LEARNING, **{flag: own.text() for flag, own in OWN.items()}, TO_END: ENDS}


def add_learning_options(parser: pytest.Parser) -> None:
    """Adds the options of learning to pytest's."""
    group = parser.getgroup("crossover learning", "Crossover: epochs to a target (--learning)")
    group.addoption("--learning", action="store_true", help=LEARNING)
    for flag, option in OWN.items():
        group.addoption(flag, help=option.text())
    group.addoption(TO_END, action="store_true", default=None, help=ENDS)


def refuse_learning_options(config: pytest.Config) -> None:
    """Raises `pytest.UsageError` for an option of learning in a run that does not learn."""
    for flag in (*OWN, TO_END):
        if config.getoption(flag) is not None:
            raise pytest.UsageError(f"{flag} belongs to --learning; add that or leave it out")


def read_learn_settings(config: pytest.Config) -> LearnSettings:
    """Reads and checks the options; a wrong value raises `pytest.UsageError` naming it."""
    text: Text = config.getoption
    for flag in TIMING:
        if text(flag):
            raise pytest.UsageError(f"{flag} is about timing: leave it out with --learning")
    name = text("--preset") or "default"
    preset = LEARN_PRESETS[name]

    def read(flag: str, default: Any) -> Any:
        return OWN[flag].read(flag, text(flag), default)

    cut = read("--train-samples", None)
    typed = workload_names("--workloads", text("--workloads"), tuple(preset.workloads))
    samples = {name_of(one): real_samples(one) for one in typed}
    workloads = _workloads(text, preset, samples, cut)
    tuning = read("--tuning-seeds", preset.tuning_seeds)
    figure = read("--seeds", preset.figure_seeds)
    if both := set(tuning) & set(figure):
        raise pytest.UsageError(
            f"--seeds {min(both)}: is a tuning seed as well; a figure needs seeds that chose "
            "nothing"
        )
    cap_epochs = read("--cap-epochs", preset.cap_epochs)
    cap_steps = read("--cap-steps", preset.cap_steps)
    for one, sizes in workloads.items():
        _refuse_long(one, min(samples[one], cut or MOST), max(sizes), cap_epochs, cap_steps)
    return LearnSettings(
        preset=name,
        workloads=workloads,
        optimizers=_optimizers(text, workloads, preset),
        learning_rates=read("--learning-rates", ()),
        tuning_seeds=tuning,
        figure_seeds=figure,
        targets=_targets(text("--target"), workloads, preset),
        cap_epochs=cap_epochs,
        cap_steps=cap_steps,
        optimizer_implementation=text("--optimizer-implementation") or "foreach",
        processes=read("--processes", default_processes()),
        to_end=bool(text(TO_END)),
        train_samples=cut,
        samples=samples,
        files={name_of(one): one for one in typed if is_own(one)},
    )


def default_processes() -> int:
    """Returns a process for every core's time that this one may use."""
    return math.ceil(read_limits().cores)


def real_samples(typed: str) -> int:
    """Returns how many training samples a workload has; somebody's own file is asked for them."""
    own = ask_own(typed, [], 1)["train_samples"] if is_own(typed) else None
    return train_samples(typed) if own is None else int(own)


def _workloads(
    text: Text, preset: LearnPreset, samples: Mapping[str, int], cut: int | None
) -> dict[str, tuple[int, ...]]:
    """Returns the real batch sizes of each workload asked for."""
    flag, sizes = "--batch-sizes", text("--batch-sizes")
    typed = () if sizes is None else names(flag, sizes, most=MOST_SIZES)
    numbers = (FULL if size == "full" else integer(flag, size, 0, most=MOST) for size in typed)
    given = once(flag, sizes or "", numbers)
    for name, most in samples.items():
        if cut and cut > most:
            raise pytest.UsageError(f"--train-samples {cut}: {name} has only {most}")
    return {
        name: real_sizes(cut or most, given or preset.workloads.get(name, USUAL_SIZES))
        for name, most in samples.items()
    }


def _refuse_long(name: str, samples: int, size: int, cap_epochs: int, cap_steps: int) -> None:
    """Raises where the run of most epochs, at the largest batch size, has more than can be read."""
    epochs = most_epochs(samples, size, cap_epochs, cap_steps)
    if epochs > MOST_CURVE_EPOCHS:
        flag = "--cap-epochs" if cap_epochs > MOST_CURVE_EPOCHS else "--cap-steps"
        raise pytest.UsageError(
            f"{flag}: up to {epochs} epochs of {name} at batch size {size}, and the curve of a run "
            f"may have {MOST_CURVE_EPOCHS}"
        )


def _optimizers(
    text: Text, workloads: Mapping[str, object], preset: LearnPreset
) -> dict[str, tuple[str, ...]]:
    several, one = text("--optimizers"), text("--optimizer")
    if several and one:
        raise pytest.UsageError("--optimizer and --optimizers exclude each other; give one")
    value = several or one
    if value is None:
        own = preset.own_optimizers
        return {name: own.get(name, preset.optimizers) for name in workloads}
    allowed = (*OPTIMIZER_NAMES, OWN_OPTIMIZER)
    chosen = known("--optimizers", names("--optimizers", value), allowed)
    return dict.fromkeys(workloads, chosen)


def _targets(
    value: str | None, workloads: Mapping[str, object], preset: LearnPreset
) -> dict[str, float]:
    """Returns `0.9` for every workload, or `mlp=0.95,lstm=0.9` for some."""
    targets = {name: score for name, score in preset.targets.items() if name in workloads}
    for part in names("--target", value) if value is not None else ():
        name, equals, number = part.rpartition("=")
        score = positive("--target", number)
        if equals:
            known("--target", (name,), tuple(workloads))
        targets |= {name: score} if equals else dict.fromkeys(workloads, score)
    return targets
