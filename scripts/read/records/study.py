"""What a result file says of its diagnosis, and of what its machine can reach at most.

Null: this device or torch does not tell.
"""

from math import nan
from typing import Annotated

from msgspec import UNSET, Meta

from scripts.read.records.fields import (
    Axes,
    ColdStart,
    Count,
    Large,
    Maybe,
    Name,
    PerSecond,
    PerStep,
    PositiveSeconds,
    Reason,
    Record,
    Seconds,
    Side,
    Suspects,
    Text,
)


class Study(Record, kw_only=True):
    """A row of a study. With a `reason` it may lack what is `UNSET` or NaN in it."""

    side: Side
    reason: Maybe[Reason] = UNSET
    detail: Text = ""
    suspect: Suspects = []


class Cell(Study, kw_only=True):
    """A row about one batch size of a workload."""

    workload: Name
    batch_size: Count


class Parts(Axes):
    """Seconds of a step's parts, each waited for by itself."""

    load_seconds: Seconds
    copy_seconds: Seconds
    forward_seconds: Seconds
    backward_seconds: Seconds
    optimizer_seconds: Seconds
    evaluation_seconds: Seconds


class Step(Cell, kw_only=True):
    """A training step as it was seen; counts are those of one step."""

    step_seconds: Maybe[PositiveSeconds] = UNSET
    instrumented_step_seconds: Maybe[PositiveSeconds] = UNSET
    host_enqueue_seconds: Maybe[Seconds | None] = UNSET
    alone_seconds: Maybe[PositiveSeconds] = UNSET
    device_busy_seconds: Seconds | None = None
    operations: Maybe[Large | None] = UNSET
    moved_bytes: Large | None = None
    flops: Large | None = None
    host_reads: Large | None = None
    synchronisations: Large | None = None
    sequence_length: Large | None = None
    sequence_kernels: Large | None = None
    steps: Maybe[Count] = UNSET


class Diagnosed(Step, kw_only=True):
    """Where a training step's time goes.

    `uncounted_operations` are names whose FLOPs are not in `flops`: it is then a part.
    """

    parts: Maybe[Parts] = UNSET
    uncounted_operations: Annotated[list[Text], Meta(max_length=1000)] = []
    context_seconds: Seconds = nan
    transfer_seconds: Seconds = nan
    first_step_seconds: PositiveSeconds = nan
    warm_step_seconds: PositiveSeconds = nan

    @property
    def cold_start(self) -> ColdStart:
        """The same four numbers."""
        return ColdStart(*(getattr(self, name) for name in ColdStart.__struct_fields__))


class Dispatch(Study, kw_only=True):
    """What a step asks of the host on any device, seen at a batch size of 2; what grows with it.

    `kernel_seconds` are a part of `step_seconds`; `launches` start something on a device. It has
    `fixed_bytes` plus `bytes_per_sample` to read and write, uncached.
    """

    workload: Name
    step_seconds: PositiveSeconds = nan
    kernel_seconds: Seconds = nan
    launches: Maybe[Large] = UNSET
    flops_per_sample: PerStep = nan
    bytes_per_sample: PerStep = nan
    fixed_bytes: PerStep = nan
    uncounted_operations: Annotated[list[Text], Meta(max_length=1000)] = []


class Peak(Study, kw_only=True):
    """What a side reached at most: rates per second, and the seconds of an empty operation."""

    matmul_flops_per_second: PerSecond | None = None
    copy_bytes_per_second: PerSecond | None = None
    host_copy_bytes_per_second: PerSecond | None = None
    operation_seconds: Seconds | None = None
