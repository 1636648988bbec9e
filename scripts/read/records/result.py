"""What a result file says: each field's name, type, unit and bounds. `document.read` checks it.

Times are seconds. A cell's rounds are the measurements of its arm and batch size, in the order of
their blocks. Fields that stand here with `UNSET` may be missing.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta

from scripts.read.records.fields import (
    Axes,
    Block,
    Count,
    Device,
    EpochSeconds,
    Large,
    LearningRate,
    Maybe,
    Measure,
    Name,
    Number,
    PositiveSeconds,
    Reason,
    Record,
    Seconds,
    Suspects,
    Text,
    Threads,
)
from scripts.read.records.study import Diagnosed, Peak, Variant


class Cell(Axes):
    """The axes of a cell: `batch_size` in samples; `threads` only where that is an axis."""

    workload: Name
    batch_size: Count
    epochs: Count
    device: Device
    threads: Maybe[Threads] = UNSET


class Absent(Cell, kw_only=True):
    """A cell without a time, why, and how many blocks measured it all the same."""

    reason: Reason
    detail: Maybe[Text] = UNSET
    blocks_measured: Maybe[Block] = UNSET


class Marks(Record):
    """What is told beside a cell: `derived`, when not all its epochs were trained."""

    suspect: Suspects
    derived: Maybe[bool] = UNSET


class Stats(Record):
    """pytest-benchmark's own: `data` are the total seconds of each round, then their summary."""

    rounds: Count
    data: Annotated[list[PositiveSeconds], Meta(min_length=1, max_length=100_000)]
    min: Maybe[PositiveSeconds] = UNSET
    max: Maybe[PositiveSeconds] = UNSET
    mean: Maybe[PositiveSeconds] = UNSET
    median: Maybe[PositiveSeconds] = UNSET
    total: Maybe[Annotated[float, Meta(ge=1e-12, le=1e14)]] = UNSET


class Benchmark(Record):
    """A cell that has a time."""

    params: Cell
    extra_info: Marks
    stats: Stats


class Accelerator(Record):
    """A device beside the CPU; `software`: it computes on the CPU all the same."""

    device: Device
    name: Text
    software: bool
    driver: Maybe[Text | int | None] = UNSET
    power_limit_watts: Maybe[Annotated[float, Meta(ge=0, le=1e6)] | None] = UNSET


class Machine(Record):
    """Where it was measured; null: the machine does not tell."""

    machine: Annotated[str, Meta(min_length=1, max_length=200)]
    machine_id: Text
    software_id: Text
    accelerators: Annotated[list[Accelerator], Meta(max_length=1000)]
    cpu: Maybe[Text] = UNSET
    cores_physical: Maybe[int | None] = UNSET
    cores_logical: Maybe[int | None] = UNSET
    ram_bytes: Maybe[Large | None] = UNSET
    os: Maybe[Text] = UNSET
    python: Maybe[Text] = UNSET
    torch: Maybe[Text] = UNSET
    accelerator_note: Maybe[Text | None] = UNSET
    torch_threads: Maybe[int | None] = UNSET


class MachineInfo(Record):
    """pytest-benchmark's `machine_info`, of which this project's part is read."""

    crossover: Machine


class Loop(Record):
    """How minibatches are made and moved, in the words of `--loop`."""

    loader: Maybe[Name] = UNSET
    placement: Maybe[Name] = UNSET
    gather: Maybe[Name] = UNSET
    sequences: Maybe[Name] = UNSET
    evaluate: Maybe[Name] = UNSET
    deterministic: Maybe[bool] = UNSET


class Run(Record):
    """What was asked for: `samples` of an epoch, blocks, and the budget in seconds."""

    samples: Count
    optimizer: Name
    optimizer_implementation: Name
    precision: Text
    learning_rates: dict[Name, LearningRate]
    loop: Maybe[Loop] = UNSET
    command: Maybe[Text] = UNSET
    started: Maybe[Text] = UNSET
    finished: Maybe[Text | None] = UNSET
    preset: Maybe[Text | None] = UNSET
    measured_epochs: Maybe[Count] = UNSET
    seed: Maybe[int] = UNSET
    blocks: Maybe[Count] = UNSET
    blocks_done: Maybe[dict[Name, Number]] = UNSET
    budget_seconds: Maybe[Annotated[float, Meta(gt=0, le=1e9)] | None] = UNSET
    budget_spent_seconds: Maybe[Seconds | None] = UNSET
    looks: Maybe[Annotated[list[Count], Meta(min_length=1, max_length=1000)]] = UNSET


class Workload(Record):
    """A network with its data; `definition` changes when the work does."""

    definition: Name
    description: Maybe[Text] = UNSET
    timed_from: Maybe[Text] = UNSET
    parameters: Maybe[Count] = UNSET


class Attempt(Record):
    """One block of a workload, and of which batch sizes (missing: of all)."""

    workload: Name
    block: Block
    suspect: Maybe[Suspects] = UNSET
    batch_sizes: Maybe[Annotated[list[Count], Meta(max_length=100_000)]] = UNSET


class Process(Record):
    """A worker process: its arm, its block and its own cold start in seconds.

    `again`: the A/A repeat of its arm. `fp32_precision`: what it read back, by torch's names.
    """

    workload: Name
    device: Device
    again: bool
    block: Block
    import_seconds: Seconds
    context_seconds: Seconds
    transfer_seconds: Seconds
    first_step_seconds: PositiveSeconds
    warm_step_seconds: PositiveSeconds
    threads_asked: Maybe[Threads] = UNSET
    started: Maybe[Text] = UNSET
    threads: Maybe[Threads | None] = UNSET
    trained_on: Maybe[Text] = UNSET
    fp32_precision: Maybe[dict[str, Text] | None] = UNSET
    denormals_flushed: Maybe[bool | None] = UNSET


class Measurement(Record):
    """A process's figures for one batch size: a round. `process`: index in `processes`.

    `epoch_seconds` by the wall clock, `event_seconds` by the device's own events.
    """

    process: Block
    batch_size: Count
    steps: Count
    epoch_seconds: EpochSeconds
    first_loss: Measure | None
    loss: Measure | None
    score: Measure | None
    position: Maybe[Number | None] = UNSET
    own_first_step_seconds: Maybe[Seconds] = UNSET
    own_warm_step_seconds: Maybe[Seconds] = UNSET
    event_seconds: Maybe[Annotated[list[Seconds], Meta(max_length=1_000_000)] | None] = UNSET
    evaluated_after_epochs: Maybe[Number | None] = UNSET
    host_peak_bytes: Maybe[Large | None] = UNSET
    device_peak_bytes: Maybe[Large | None] = UNSET


class Own(Record):
    """`crossover`: what pytest-benchmark has no place for; `planned` and `measured` are cells."""

    schema_version: Literal[2]
    complete: bool
    planned: Number
    measured: Number
    run: Run
    workloads: dict[Name, Workload]
    absent: Annotated[list[Absent], Meta(max_length=1_000_000)]
    processes: Annotated[list[Process], Meta(max_length=1_000_000)]
    measurements: Annotated[list[Measurement], Meta(max_length=1_000_000)]
    blocks: Annotated[list[Attempt], Meta(max_length=1_000_000)]
    diagnosis: Maybe[Annotated[list[Diagnosed], Meta(max_length=1_000_000)]] = UNSET
    peaks: Maybe[Annotated[list[Peak], Meta(max_length=1000)]] = UNSET
    variants: Maybe[Annotated[list[Variant], Meta(max_length=1_000_000)]] = UNSET


class ResultFile(Record):
    """A result file, version 2: pytest-benchmark's JSON with this project's parts."""

    machine_info: MachineInfo
    benchmarks: Annotated[list[Benchmark], Meta(max_length=1_000_000)]
    crossover: Own
    datetime: Maybe[Text] = UNSET
