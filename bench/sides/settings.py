"""What a run was asked for: its settings, and the sides that they come to."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bench.grid import MOST_EPOCHS, OWN_THREADS, device_of
from bench.job import Job
from bench.loop import LEAN, Loop
from bench.sides.names import SideError, canonical, job_of, plain_sides
from bench.sides.remedies import REMEDIES, with_remedies, with_remedy, with_rungs
from bench.workloads import name_of

MOST_OF = {"--workloads": 256, "--sides": 256}
MOST_CELLS, MOST_ROUNDS = 200_000, 4_000_000
MOST_DIAGNOSED = 64
"""Batch sizes. Of more whoever reads the result would refuse it; a test holds both alike."""


@dataclass(frozen=True)
class Settings:
    """What the command asked for. `sides` is empty while torch is to be asked for devices.

    `measured_epochs` are those that a worker trains; totals of more epochs are derived. `base` is
    the side that the others are compared with.
    """

    preset: str
    workloads: tuple[str, ...]
    batch_sizes: tuple[int, ...]
    epochs: tuple[int, ...]
    sides: tuple[str, ...]
    base: str
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
    aim_seconds: float | None = None
    """A block that is not needed for a verdict is begun only where it ends before."""

    def plain(self) -> Job:
        """Returns the job of a side without settings, but for what the settings do not tell."""
        return Job(
            workload="",
            device="",
            threads=OWN_THREADS,
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

    def job(self, side: str, **fields: Any) -> Job:
        """Returns a side's job; `fields` are those that the settings do not tell."""
        return replace(job_of(side, self.plain()), **fields)

    def added(self, workload: str) -> tuple[str, ...]:
        """Returns the sides that remedies and ladder add to a workload's, the worthiest first."""
        plain, devices = self.plain(), plain_sides(self.sides)
        own = [*with_remedies(devices, self.remedies, plain)]
        own += with_rungs(devices, workload, plain) if self.ladder else []
        return tuple(side for side in dict.fromkeys(own) if side not in self.sides)

    def base_of(self, side: str) -> str:
        """Returns the side that another one is compared with."""
        return self.base if side in self.sides else device_of(side)


def of_devices(settings: Settings, devices: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the sides that `--devices` and `--threads` are short for."""
    for device in devices:
        if device != device_of(device):
            raise pytest.UsageError(f"--devices {device}: has settings; name it with --sides")
    if settings.threads and devices and "cpu" not in devices:
        raise pytest.UsageError(f"--threads: there is no cpu among --devices {','.join(devices)}")
    cpu = tuple(f"cpu+threads={count}" for count in settings.threads) or ("cpu",)
    return tuple(side for one in devices for side in (cpu if one == "cpu" else (one,)))


def with_sides(settings: Settings, sides: tuple[str, ...]) -> Settings:
    """Returns the settings with these sides by their canonical names, and the base among them."""
    flag = "--sides" if settings.sides else "--devices"
    sides = _canonical(flag, sides, settings)
    base = "cpu" if "cpu" in sides else sides[0]
    if settings.base:
        (base,) = _canonical("--base", (settings.base,), settings)
    if base not in sides:
        raise pytest.UsageError(f"--base {base}: is not measured; one of {', '.join(sides)}")
    settings = replace(settings, sides=sides, base=base)
    _refuse_remedies(settings)
    _refuse_too_many(settings)
    return settings


def _canonical(flag: str, sides: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    try:
        return canonical(sides, settings.plain())
    except SideError as error:
        raise pytest.UsageError(f"{flag} {error}") from None


def _refuse_remedies(settings: Settings) -> None:
    """Raises where a remedy that was named, or the ladder, means nothing on any plain side."""
    plain, devices = settings.plain(), plain_sides(settings.sides)
    if not devices and (settings.remedies or settings.ladder):
        flag = "--remedies" if settings.remedies else "--ladder"
        raise pytest.UsageError(f"{flag}: no side is a device without settings; name one: cpu")
    for remedy in settings.remedies if settings.remedies != tuple(REMEDIES) else ():
        why = [_refusal(device, remedy, plain) for device in devices]
        if all(why):
            raise pytest.UsageError(f"--remedies {why[0]}")


def _refusal(device: str, remedy: str, plain: Job) -> str | None:
    """Says why a remedy gives no side of this device; None where it does."""
    try:
        side = with_remedy(device, remedy, plain)
    except SideError as error:
        return str(error)
    return None if side else f"{remedy}: {device} is so already"


def _refuse_too_many(settings: Settings) -> None:
    """Raises where the result would hold more than anybody reads."""
    added = {side for name in settings.workloads for side in settings.added(name_of(name))}
    counts = {
        "--workloads": len(settings.workloads),
        "--sides": len(settings.sides) + len(added),
        "--batch-sizes": len(settings.batch_sizes),
        "--epochs": len(settings.epochs),
    }
    cells = math.prod(counts.values())
    rounds = cells * settings.blocks * (1 + bool(added))
    for flag, most in MOST_OF.items():
        if counts[flag] > most:
            what = "remedies and rungs among them, " * bool(added and flag == "--sides")
            raise pytest.UsageError(
                f"{flag}: {counts[flag]}, {what}are more than the {most} that a result may have"
            )
    for count, most, words in ((cells, MOST_CELLS, "cells"), (rounds, MOST_ROUNDS, "rounds")):
        if count > most:
            longest = max(counts, key=counts.__getitem__)
            raise pytest.UsageError(
                f"{longest}: {count} {words} in all, and a result may have {most}; name fewer"
            )
    sizes = len(settings.batch_sizes)
    if settings.diagnose and sizes > MOST_DIAGNOSED:
        raise pytest.UsageError(
            f"--diagnose: of {sizes} batch sizes, and a diagnosis may have {MOST_DIAGNOSED}; "
            "name fewer with --batch-sizes"
        )
