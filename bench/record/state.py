"""What a run was asked for, what it knows and how it ended, whether it times or learns."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from bench.grid import Cell, cell_id, device_of, make_cells, plan_workloads
from bench.measure.budget import Budget
from bench.measure.measurements import JournalLine, Measurements
from bench.measure.search import planned_looks
from bench.record.outcome import Absent, Timed, cell_outcome
from bench.record.result_file import KEY
from bench.record.resume import Claim
from bench.sides.names import axes
from bench.sides.settings import Settings
from bench.why.studies import unanswered
from bench.workloads import name_of

Asked = TypeVar("Asked")
Point = TypeVar("Point")


@dataclass
class RunState(Generic[Asked, Point]):
    """The state of a run. `stats` holds pytest-benchmark's figures of the cells it was shown."""

    key: ClassVar[str]
    """The part of the result file that is ours."""
    kinds: ClassVar[Any]
    """The journal's lines after its header: a type."""
    settings: Asked
    path: Path
    resume: bool
    overwrite: bool
    command: str
    same_machine: bool = False
    cells: list[Point] = field(default_factory=list)
    facts: Any = None
    """What is known of machine and work; from then on there is something to write."""
    stats: dict[Point, Any] = field(default_factory=dict)
    stopped: str | None = None
    """What ended the work before its end and was no interruption: the disk is full."""
    write_error: str | None = None
    complete: bool = False
    """Whether the result file was written with nothing left for `--resume` to do."""
    checked: bool = False
    """Whether a reader was there to ask whether it reads the result."""

    def __post_init__(self) -> None:
        self.claim = Claim(
            self.path,
            self.key,
            self.kinds,
            self.resume,
            self.overwrite,
            self.command,
            self.same_machine,
        )


@dataclass
class Facts:
    """What a run knows of its machine, its software and its work before it measures."""

    machine: dict[str, Any]
    workloads: dict[str, dict[str, Any]]
    learning_rates: dict[str, float]
    missing_devices: dict[str, dict[str, str]]
    started: str


@dataclass
class TimingRun(RunState[Settings, Cell]):
    """The state of a timing run; what it does is in `bench.run`."""

    key = KEY
    kinds = JournalLine
    facts: Facts | None = None
    measurements: Measurements = field(default_factory=Measurements)
    busy_ok: bool = False
    """Whether a busy machine is measured at once."""
    accelerator_note: str | None = None
    """Why no accelerator is measured, when torch was asked for them and found none."""
    asking_seconds: float = 0.0
    """What asking torch took: a process that imports it and reads the data."""
    clock: Budget = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        settings = self.settings
        self.clock = Budget(settings.budget_seconds or settings.aim_seconds or math.inf)

    @property
    def budget(self) -> Budget | None:
        """The clock of a run that `--budget` ends."""
        return self.clock if self.settings.budget_seconds is not None else None

    def params(self, cell: Cell) -> dict[str, Any]:
        """Returns the cell as pytest's params: its axes, and what its side differs in."""
        params = cell._asdict() | {"device": device_of(cell.side)} | self.axes[cell.side]
        del params["side"]
        return params

    @cached_property
    def axes(self) -> dict[str, dict[str, Any]]:
        """The settings in which the run's sides differ, by side."""
        settings = self.settings
        names = map(name_of, settings.workloads)
        added = (side for name in names for side in settings.added(name))
        return axes((*settings.sides, *added), settings.plain())

    @cached_property
    def by_id(self) -> dict[str, Cell]:
        """Every cell of the grid, by its name in pytest's node id."""
        settings = self.settings
        grid = {"batch_sizes": settings.batch_sizes, "epochs": settings.epochs}
        cells = (
            make_cells(workloads=(name,), sides=(*settings.sides, *settings.added(name)), **grid)
            for name in map(name_of, settings.workloads)
        )
        return {cell_id(cell): cell for own in cells for cell in own}

    def left(self) -> int:
        """Counts the answers that diagnosis, remedies and ladder still have to give."""
        plans = plan_workloads(self.cells)
        return unanswered(plans, self.settings, self.measurements)

    @property
    def looks(self) -> tuple[int, ...]:
        """Blocks after which the data are looked at, the report's look included."""
        blocks = self.settings.blocks
        if self.settings.until_decided:
            return planned_looks(blocks)
        done = (sum(one < blocks for one in own) for own in self.measurements.measured.values())
        return (max(done, default=0) or blocks,)

    def outcome(self, cell: Cell) -> Timed | Absent:
        """Returns what was measured for a cell."""
        missing = self.facts.missing_devices if self.facts else {}
        return cell_outcome(cell, self.measurements, self.settings, missing)
