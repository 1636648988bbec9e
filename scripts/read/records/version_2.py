"""What a result file of version 2 said in other words than one of today: `read/version_2.py`."""

from typing import Annotated

from msgspec import UNSET, Meta

from scripts.read.records.fields import (
    Block,
    ColdStart,
    Count,
    Device,
    EpochSeconds,
    Maybe,
    Measure,
    Name,
    Number,
    PerStep,
    Record,
    Seconds,
    Text,
    Threads,
)
from scripts.read.records.result import Own, ResultFile
from scripts.read.records.study import Cell


class OldWorker(Record):
    """Whose process it was."""

    device: Device
    threads_asked: Threads = 0


class OldPlace(Record):
    """Where a cell was measured."""

    device: Device
    threads: Threads = 0


class OldRound(ColdStart):
    """A variant in one block: its cold start and its epochs, in seconds."""

    block: Block
    epoch_seconds: EpochSeconds
    steps: Count
    first_loss: Measure | None
    loss: Measure | None
    score: Measure | None
    evaluated_after_epochs: Number | None
    minor_faults_per_step: PerStep | None = None
    major_faults_per_step: PerStep | None = None
    user_seconds_per_step: Seconds | None = None
    system_seconds_per_step: Seconds | None = None
    allocator: Text | None = None
    allocator_variables: dict[Name, Text] = {}


class OldVariant(Cell, kw_only=True):
    """Another way to train a cell; `again`: the A/A repeat; `applied`: the run had it already."""

    variant: Name
    again: bool
    applied: bool
    rounds: Maybe[Annotated[list[OldRound], Meta(min_length=1, max_length=100_000)]] = UNSET


class OldOwn(Own):
    """`crossover` with the study of variants."""

    variants: Annotated[list[OldVariant], Meta(max_length=1_000_000)] = []


class OldFile(ResultFile):
    """A result file of version 2, whose devices and threads are named as sides."""

    crossover: OldOwn
