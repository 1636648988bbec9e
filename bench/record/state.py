"""What a run was asked for, where its result goes and how it ended, whether it times or learns."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from bench.record.claim import Claim

Settings = TypeVar("Settings")
Cell = TypeVar("Cell")


@dataclass
class RunState(Generic[Settings, Cell]):
    """The state of a run. `stats` holds pytest-benchmark's figures of the cells it was shown."""

    key: ClassVar[str]
    """The part of the result file that is ours."""
    settings: Settings
    path: Path
    resume: bool
    overwrite: bool
    command: str
    cells: list[Cell] = field(default_factory=list)
    stats: dict[Cell, Any] = field(default_factory=dict)
    stopped: str | None = None
    """What ended the work before its end and was no interruption: the disk is full."""
    write_error: str | None = None
    complete: bool = False
    """Whether the result file was written with nothing left for `--resume` to do."""

    def __post_init__(self) -> None:
        self.claim = Claim(self.path, self.key, self.resume, self.overwrite, self.command)
