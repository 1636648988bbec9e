"""What a result file says of its studies: `--diagnose`, and variants (ladder and remedies).

A row without a time has a `reason` instead. Null: this device or torch does not tell.
"""

from typing import Annotated

from msgspec import UNSET, Meta

from scripts.read.records.fields import (
    Axes,
    Block,
    Count,
    Device,
    EpochSeconds,
    Large,
    Maybe,
    Measure,
    Name,
    Number,
    PerSecond,
    PositiveSeconds,
    Reason,
    Record,
    Seconds,
    Suspects,
    Text,
    Threads,
)


class Parts(Axes):
    """Seconds of a step's parts, each waited for by itself."""

    load_seconds: Seconds
    copy_seconds: Seconds
    forward_seconds: Seconds
    backward_seconds: Seconds
    optimizer_seconds: Seconds
    evaluation_seconds: Seconds


class Diagnosed(Record):
    """Where a training step's time goes, at one batch size; counts are those of one step.

    `uncounted_operations` are names whose FLOPs are not in `flops`: it is then a part.
    """

    workload: Name
    batch_size: Count
    device: Device
    threads: Maybe[Threads] = UNSET
    reason: Maybe[Reason] = UNSET
    detail: Maybe[Text] = UNSET
    parts: Maybe[Parts] = UNSET
    step_seconds: Maybe[PositiveSeconds] = UNSET
    instrumented_step_seconds: Maybe[PositiveSeconds] = UNSET
    host_enqueue_seconds: Maybe[Seconds | None] = UNSET
    alone_seconds: Maybe[PositiveSeconds] = UNSET
    device_busy_seconds: Maybe[Seconds | None] = UNSET
    operations: Maybe[Large | None] = UNSET
    moved_bytes: Maybe[Large | None] = UNSET
    flops: Maybe[Large | None] = UNSET
    uncounted_operations: Maybe[Annotated[list[Text], Meta(max_length=1000)]] = UNSET
    host_reads: Maybe[Large | None] = UNSET
    synchronisations: Maybe[Large | None] = UNSET
    sequence_length: Maybe[Large | None] = UNSET
    sequence_kernels: Maybe[Large | None] = UNSET
    steps: Maybe[Count] = UNSET
    context_seconds: Maybe[Seconds] = UNSET
    transfer_seconds: Maybe[Seconds] = UNSET
    first_step_seconds: Maybe[PositiveSeconds] = UNSET
    warm_step_seconds: Maybe[PositiveSeconds] = UNSET
    suspect: Maybe[Suspects] = UNSET


class Peak(Record):
    """What a device reached at most: rates per second, and the seconds of an empty operation."""

    device: Device
    threads: Maybe[Threads] = UNSET
    reason: Maybe[Reason] = UNSET
    detail: Maybe[Text] = UNSET
    matmul_flops_per_second: Maybe[PerSecond | None] = UNSET
    copy_bytes_per_second: Maybe[PerSecond | None] = UNSET
    host_copy_bytes_per_second: Maybe[PerSecond | None] = UNSET
    operation_seconds: Maybe[Seconds | None] = UNSET


class VariantRound(Record):
    """A variant in one block: its cold start and its epochs, in seconds."""

    block: Block
    context_seconds: Seconds
    transfer_seconds: Seconds
    first_step_seconds: PositiveSeconds
    warm_step_seconds: PositiveSeconds
    epoch_seconds: EpochSeconds
    steps: Count
    first_loss: Measure | None
    loss: Measure | None
    score: Measure | None
    evaluated_after_epochs: Number | None


class Variant(Record):
    """Another way to train a cell; `again`: the A/A repeat; `applied`: it took effect."""

    workload: Name
    batch_size: Count
    device: Device
    variant: Name
    again: bool
    applied: bool
    threads: Maybe[Threads] = UNSET
    rounds: Maybe[Annotated[list[VariantRound], Meta(min_length=1, max_length=100_000)]] = UNSET
    suspect: Maybe[Suspects] = UNSET
    reason: Maybe[Reason] = UNSET
    detail: Maybe[Text] = UNSET
