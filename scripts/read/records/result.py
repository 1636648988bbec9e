"""What a result file says: each field's name, type, unit and bounds. `document.read` checks it.

Times are seconds. A cell's rounds are the measurements of its side and batch size, in the order of
their blocks. A field with a default may be missing.
"""

from math import nan
from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, field

from scripts.read.records.fields import (
    Block,
    ColdStart,
    Count,
    EpochSeconds,
    Large,
    LearningRate,
    Maybe,
    Measure,
    Name,
    Number,
    PerStep,
    PositiveSeconds,
    Reason,
    Record,
    Seconds,
    Side,
    Suspects,
    Text,
    Threads,
)
from scripts.read.records.machine import MachineInfo
from scripts.read.records.params import Params
from scripts.read.records.study import Diagnosed, Dispatch, Peak

Key = tuple[str, str, bool, int]
"""(workload, side, again, batch size) of a process's measurement."""


class Cell(NamedTuple):
    """What tells a cell from all others: `batch_size` in samples, `side` a device with settings."""

    workload: str
    batch_size: int
    epochs: int
    side: str

    def key(self, *, again: bool) -> Key:
        """Whose measurements are its rounds, or the A/A repeats of these."""
        return (self.workload, self.side, again, self.batch_size)


class Absent(Params, kw_only=True):
    """A cell without a time, why, and how many blocks measured it all the same."""

    side: Side
    reason: Reason
    detail: Text = ""
    blocks_measured: Block = 0

    @property
    def cell(self) -> Cell:
        """Which one."""
        return Cell(self.workload, self.batch_size, self.epochs, self.side)


class Marks(Record):
    """What is told beside a cell: `derived`, when not all its epochs were trained."""

    side: Side
    suspect: Suspects
    derived: bool = False


class Stats(Record):
    """pytest-benchmark's own: the total seconds of each round, and their summary (NaN: none)."""

    rounds: Count
    data: Annotated[list[PositiveSeconds], Meta(min_length=1, max_length=100_000)]
    min: PositiveSeconds = nan
    max: PositiveSeconds = nan
    mean: PositiveSeconds = nan
    median: PositiveSeconds = nan
    total: Annotated[float, Meta(ge=1e-12, le=1e14)] = nan


class Benchmark(Record):
    """A cell that has a time; pytest-benchmark tells which one in its names as well."""

    params: Params
    extra_info: Marks
    stats: Stats
    name: Text = ""
    fullname: Text = ""
    param: Text | None = None

    @property
    def cell(self) -> Cell:
        """Which one."""
        own = self.params
        return Cell(own.workload, own.batch_size, own.epochs, self.extra_info.side)


class Loop(Record):
    """How minibatches are made and moved, in the words of `--loop`; a file without it was lean."""

    loader: Name = "slices"
    placement: Name = "resident"
    gather: Name = "vectorised"
    sequences: Name = "padded"
    evaluate: Name = "never"
    deterministic: bool = False


ALL_EPOCHS = 1_000_000_000


class Run(Record):
    """What was asked for: `samples` of an epoch, blocks, and the budget in seconds.

    `sides` are those of `--sides`, in order, without remedies and rungs. Totals of more than
    `measured_epochs` are derived. No `looks`: one.
    """

    sides: Annotated[list[Side], Meta(max_length=1000)]
    base: Side
    samples: Count
    optimizer: Name
    optimizer_implementation: Name
    precision: Text
    learning_rates: dict[Name, LearningRate]
    loop: Loop = field(default_factory=Loop)
    command: Text = ""
    started: Text = ""
    finished: Text | None = None
    preset: Text | None = None
    measured_epochs: Count = ALL_EPOCHS
    seed: Maybe[int] = UNSET
    blocks: Maybe[Count] = UNSET
    blocks_done: dict[Name, Number] = {}
    budget_seconds: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    budget_spent_seconds: Seconds | None = None
    looks: Annotated[list[Count], Meta(min_length=1, max_length=1000)] = []


class Workload(Record):
    """A network with its data; `definition` changes when the work does."""

    definition: Name
    description: Text = ""
    timed_from: Text = ""
    parameters: Maybe[Count] = UNSET
    losses_compared: Text = ""


class Attempt(Record):
    """One block of a workload, and of which batch sizes (missing: of all)."""

    workload: Name
    block: Block
    suspect: Suspects = []
    batch_sizes: Maybe[Annotated[list[Count], Meta(max_length=100_000)]] = UNSET


class Process(ColdStart):
    """A worker process: its side, its block and its own cold start in seconds.

    `again`: the A/A repeat of its side. `fp32_precision`: what it read back, by torch's names.
    `allocator`: whose `malloc` it called, and the variables that change it.
    """

    workload: Name
    side: Side
    again: bool
    block: Block
    import_seconds: Seconds
    started: Text = ""
    threads: Threads | None = None
    trained_on: Text = ""
    fp32_precision: dict[str, Text] | None = None
    denormals_flushed: bool | None = None
    allocator: Text | None = None
    allocator_variables: dict[Name, Text] = {}

    def key(self, batch_size: int) -> Key:
        """Whose rounds its measurement at a batch size is."""
        return (self.workload, self.side, self.again, batch_size)


class Measurement(Record):
    """A process's figures for one batch size: a round. `process`: index in `processes`.

    `epoch_seconds` by the wall clock, `event_seconds` by the device's own events. Page faults and
    CPU seconds are those of the timed epochs. `update_seconds`: of an update by each optimiser,
    once a process.
    """

    process: Block
    batch_size: Count
    steps: Count
    epoch_seconds: EpochSeconds
    first_loss: Measure | None
    loss: Measure | None
    score: Measure | None
    position: Number | None = None
    own_first_step_seconds: Seconds = nan
    own_warm_step_seconds: Seconds = nan
    event_seconds: Annotated[list[Seconds], Meta(max_length=1_000_000)] | None = None
    evaluated_after_epochs: Number | None = None
    minor_faults_per_step: PerStep | None = None
    major_faults_per_step: PerStep | None = None
    user_seconds_per_step: Seconds | None = None
    system_seconds_per_step: Seconds | None = None
    host_peak_bytes: Large | None = None
    device_peak_bytes: Large | None = None
    update_seconds: dict[Name, Seconds] | None = None


class Own(Record):
    """`crossover`: what pytest-benchmark has no place for; `planned` and `measured` are cells."""

    schema_version: int
    complete: bool
    planned: Number
    measured: Number
    run: Run
    workloads: dict[Name, Workload]
    absent: Annotated[list[Absent], Meta(max_length=1_000_000)]
    processes: Annotated[list[Process], Meta(max_length=1_000_000)]
    measurements: Annotated[list[Measurement], Meta(max_length=1_000_000)]
    blocks: Annotated[list[Attempt], Meta(max_length=1_000_000)]
    diagnosis: Annotated[list[Diagnosed], Meta(max_length=1_000_000)] = []
    dispatch: Annotated[list[Dispatch], Meta(max_length=1000)] = []
    peaks: Annotated[list[Peak], Meta(max_length=1000)] = []


class ResultFile(Record):
    """A result file: pytest-benchmark's JSON with this project's parts."""

    machine_info: MachineInfo
    benchmarks: Annotated[list[Benchmark], Meta(max_length=1_000_000)]
    crossover: Own
    datetime: Text = ""
