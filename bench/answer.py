"""What a worker answers: every figure's name stands here once, by the row of the result it is in.

Times are seconds. Imports no torch; null is what a device or torch does not tell.
"""

from statistics import median
from typing import TypeAlias

from msgspec import Struct

from bench.grid import MOST_EPOCHS


class ColdStart(Struct, kw_only=True):
    """Seconds until a process trains warm; the first step is its very first one."""

    context_seconds: float
    transfer_seconds: float
    first_step_seconds: float
    warm_step_seconds: float


class Epochs(ColdStart, tag="epochs", tag_field="kind", kw_only=True):
    """A batch size with its epochs on the clock. `stopped`: why not all of them were trained.

    What is told per step is of the timed epochs, and null where the system has no `getrusage`.
    `paused_epoch_seconds`: epochs in which the machine slept or was stopped; others were timed in
    their place.
    """

    position: int
    own_first_step_seconds: float
    own_warm_step_seconds: float
    epoch_seconds: list[float]
    event_seconds: list[float] | None
    steps: int
    first_loss: float | None
    loss: float | None
    score: float | None
    evaluated_after_epochs: int
    minor_faults_per_step: float | None
    major_faults_per_step: float | None
    user_seconds_per_step: float | None
    system_seconds_per_step: float | None
    host_peak_bytes: int | None
    device_peak_bytes: int | None
    trained_on: str
    update_seconds: dict[str, float] | None = None
    """Of one update by each optimiser: a process tells it at its last batch size."""
    stopped: str | None = None
    paused_epoch_seconds: list[float] = []
    loosely: bool = False
    """Its losses can be compared only loosely: training draws numbers, as dropout does."""

    def cold_start_seconds(self) -> float:
        """Sums context, transfer and the surplus of the first step over a warm one."""
        surplus = max(0.0, self.first_step_seconds - self.warm_step_seconds)
        return self.context_seconds + self.transfer_seconds + surplus

    def total_seconds(self, epochs: int, measured_epochs: int = MOST_EPOCHS) -> float:
        """Returns what a person waits for so many epochs, the cold start included.

        Each epoch beyond the measured ones counts as a warm one: the median of all timed ones.
        """
        seconds = self.epoch_seconds
        trained = min(epochs, measured_epochs)
        total = self.cold_start_seconds() + sum(seconds[:trained])
        return total + (epochs - trained) * median(seconds) if epochs > trained else total


class Diagnosis(ColdStart, tag="diagnosis", tag_field="kind", kw_only=True):
    """Where the time of a step goes: its parts, host against device, counts."""

    parts: dict[str, float]
    step_seconds: float
    instrumented_step_seconds: float
    host_enqueue_seconds: float | None
    alone_seconds: float
    device_busy_seconds: float | None
    operations: int
    moved_bytes: int
    flops: int | None
    uncounted_operations: list[str]
    host_reads: int
    synchronisations: int | None
    sequence_length: int | None
    sequence_kernels: int | None
    steps: int


class Dispatch(Struct, tag="dispatch", tag_field="kind", kw_only=True):
    """What a step asks of the host on any device, seen at a batch size of 2; what grows with it.

    `launches` are operations that start something on a device.
    """

    step_seconds: float
    kernel_seconds: float
    launches: int
    flops_per_sample: float
    bytes_per_sample: float
    fixed_bytes: float
    uncounted_operations: list[str]


class Peaks(Struct, tag="peaks", tag_field="kind"):
    """A device's best rates; null for what it cannot do."""

    matmul_flops_per_second: float | None
    copy_bytes_per_second: float | None
    host_copy_bytes_per_second: float | None
    operation_seconds: float | None


class Numerics(Struct, kw_only=True):
    """How a process computes, read back from torch: precisions by torch's names of places."""

    fp32_precision: dict[str, str]
    denormals_flushed: bool


class Process(Numerics, kw_only=True):
    """What a worker says of itself. `allocator`: whose `malloc` it calls; null: not known."""

    started: str
    import_seconds: float
    threads: int
    allocator: str | None
    allocator_variables: dict[str, str]


class Started(Struct, tag="started", tag_field="kind"):
    """The first answer: torch is imported."""


class Measured(Struct, tag="measured", tag_field="kind"):
    """A batch size that has figures."""

    batch_size: int
    process: Process
    figures: Epochs | Diagnosis | Dispatch | Peaks


class Unmeasured(Struct, tag="absent", tag_field="kind"):
    """A batch size that has none, and why; None: every batch size that is still to come."""

    batch_size: int | None
    reason: str
    detail: str

    @classmethod
    def implied(cls, batch_size: int, smaller: int) -> "Unmeasured":
        """Returns the answer for a batch size above one that memory does not hold."""
        return cls(batch_size, "implied", f"out of memory at batch size {smaller} already")


class Done(Struct, tag="done", tag_field="kind"):
    """The last answer."""


Answer: TypeAlias = Started | Measured | Unmeasured | Done
