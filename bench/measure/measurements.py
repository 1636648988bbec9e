"""Every answer so far: what was measured, what could not be, and under which circumstances."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.grid import Arm
from bench.measure.journal import Line


class Key(NamedTuple):
    """What an answer is about, in every block: one batch size of one device's arm."""

    workload: str
    arm: Arm
    batch_size: int


@dataclass
class Measurements:
    """Every answer so far: measured figures by block, absences, the blocks' circumstances."""

    measured: dict[Key, dict[int, Line]] = field(default_factory=dict)
    absent: dict[Key, Line] = field(default_factory=dict)
    blocks: list[Line] = field(default_factory=list)
    looks: dict[int, list[Line]] = field(default_factory=dict)
    arms: dict[Arm, None] = field(default_factory=dict)
    interrupted: bool = False

    def take(self, line: Line) -> None:
        """Files one journal line. Later answers for the same key replace earlier ones."""
        if line["kind"] == "block":
            self.blocks.append(line)
        if line["kind"] == "look":
            self.looks[line["after"]] = line["cells"]
        if line["kind"] not in ("measured", "absent"):
            return
        arm = arm_of(line)
        key = Key(line["workload"], arm, line["batch_size"])
        self.arms[arm] = None
        if line["kind"] == "measured":
            self.measured.setdefault(key, {})[line["block"]] = line
        else:
            self.absent[key._replace(arm=arm.first)] = line

    def pending(self, workload: str, arm: Arm, block: int, batch_sizes: Iterable[int]) -> list[int]:
        """The batch sizes that this arm still has to answer for in this block."""
        return [
            size
            for size in batch_sizes
            if block not in self.measured.get(Key(workload, arm, size), {})
            and Key(workload, arm.first, size) not in self.absent
        ]


def answers_of(measurements: Measurements) -> Iterator[Line]:
    """Every answer with figures."""
    return (line for blocks in measurements.measured.values() for line in blocks.values())


def place_of(workload: str, arm: Arm, block: int, batch_size: int) -> Line:
    """What a journal line says of whom an answer is about."""
    return {
        "workload": workload,
        "device": arm.device,
        "arm_threads": arm.threads,
        "again": arm.again,
        "variant": arm.variant,
        "block": block,
        "batch_size": batch_size,
    }


def arm_of(line: Line) -> Arm:
    """The arm that a journal line is about."""
    return Arm(line["device"], line["arm_threads"], line["again"], line.get("variant", ""))
