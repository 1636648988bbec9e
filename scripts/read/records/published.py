"""What an imported table says: somebody else's figures, null where their table tells nothing.

Nothing here was measured by this project, so nothing of it takes part in a verdict.
"""

from statistics import median
from typing import Annotated, Literal

from msgspec import Meta

from scripts.read.records.fields import (
    Count,
    Device,
    EpochSeconds,
    LearningRate,
    Measure,
    Number,
    PerSecond,
    PositiveSeconds,
    Record,
    Seconds,
    Text,
)

Short = Annotated[str, Meta(min_length=1, max_length=300)]
EpochCount = Annotated[float, Meta(ge=0, le=1e9)]


class PublishedRow(Record):
    """One figure of a table: a round of a workload on a device.

    `rounds`: of how many runs it is the mean; `untimed_epochs`: what `total_seconds` hold beside
    `epochs`; `each_epoch_seconds`: of one process. Source, licence, software and `year` are the
    file's where they are null.
    """

    workload: Short
    device: Device
    device_name: Short | None
    machine: Short | None
    optimizer: Short | None
    batch_size: Count | None
    samples_per_epoch: Count | None
    steps_per_epoch: Count | None
    drop_last: bool | None
    epochs: Count | None
    untimed_epochs: Number | None
    learning_rate: LearningRate | None
    round: Number | None
    rounds: Count | None
    cold_start_seconds: Seconds | None
    total_seconds: PositiveSeconds | None
    epoch_seconds: PositiveSeconds | None
    each_epoch_seconds: EpochSeconds | None
    step_seconds: PositiveSeconds | None
    samples_per_second: PerSecond | None
    noise_floor: Annotated[float, Meta(gt=0, le=1e9)] | None
    source: Short | None
    licence: Short | None
    software: Short | None
    year: Short | None
    note: Text | None

    @property
    def one_epoch_seconds(self) -> float | None:
        """The seconds of an epoch; where each is told, their median."""
        if self.epoch_seconds is None and self.each_epoch_seconds:
            return median(self.each_epoch_seconds)
        return self.epoch_seconds

    @property
    def trained_epochs(self) -> int | None:
        """The epochs that `total_seconds` hold."""
        return None if self.epochs is None else self.epochs + (self.untimed_epochs or 0)


class PublishedTarget(Record):
    """Epochs to a target, a seed each; null is a seed that did not reach it."""

    workload: Short
    batch_size: Count
    optimizer: Short | None
    learning_rate: LearningRate | None
    target: Measure
    epochs: Annotated[list[EpochCount | None], Meta(min_length=1, max_length=100_000)]


class ImportedTable(Record):
    """A table that the file was made of."""

    name: Short
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Published(Record):
    """`crossover_imported`: `flags` are what the import found odd, in words."""

    schema_version: Literal[1]
    source: Short
    licence: Short
    command: Text
    tables: Annotated[list[ImportedTable], Meta(min_length=1, max_length=100)]
    rows: Annotated[list[PublishedRow], Meta(max_length=1_000_000)]
    targets: Annotated[list[PublishedTarget], Meta(max_length=1_000_000)]
    flags: Annotated[list[Text], Meta(max_length=10_000)]


class PublishedFile(Record):
    """A file of imported measurements, and of nothing else."""

    crossover_imported: Published
