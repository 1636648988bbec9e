"""Every answer so far, and the journal's lines that tell of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from bench.answer import Measured, Unmeasured
from bench.grid import Cell, Side
from bench.measure.host.gpu_watch import CardFacts
from bench.measure.host.quiet import HostFacts

TIMEOUT = "timeout"
"""The reason of what took too long; on a loaded machine that says nothing of the device."""


class Key(NamedTuple):
    """What an answer is about, in every block: one batch size of one side."""

    workload: str
    side: Side
    batch_size: int

    @classmethod
    def of(cls, cell: Cell, side: str = "") -> "Key":
        """Returns the key of the answers that a cell is made of, or of the same on another side."""
        return cls(cell.workload, Side(side or cell.side), cell.batch_size)


class Answered(Struct, tag="answer", tag_field="kind"):
    """A worker's answer, or one that took no worker."""

    key: Key
    block: int
    answer: Measured | Unmeasured


class Block(Struct, tag="block", tag_field="kind", omit_defaults=True):
    """One attempt at a block: who ran when, and whether host and GPUs were quiet meanwhile.

    `timed`: whether epochs were; a diagnosis is a block of its own.
    """

    workload: str
    block: int
    attempt: int
    order: list[str]
    batch_sizes: list[int]
    host: HostFacts
    gpus: list[CardFacts]
    gpu_note: str | None
    suspect: list[str]
    spent_seconds: float | None = None
    """Of the run, when the block ended: a resumed one has what is left."""
    timed: bool = True
    torn: bool = False
    """Whether the run ended before the block did."""


class Undecided(Struct, frozen=True):
    """A cell that deserves more blocks: a side against the base."""

    workload: str
    batch_size: int
    side: str
    base: str
    why: str


class Look(Struct, tag="look", tag_field="kind"):
    """What the reading half said after so many blocks: a resumed run must not look again."""

    after: int
    cells: list[Undecided]


class Resumed(Struct, tag="resumed", tag_field="kind"):
    """A run that goes on from here."""

    at: str
    command: str


JournalLine: TypeAlias = Answered | Block | Look | Resumed


def whole(lines: Iterable[JournalLine]) -> list[JournalLine]:
    """Returns the lines without figures of torn blocks: a resumed run measures those anew.

    What is compared was measured side by side, under circumstances that are known: a block's line
    stands behind its answers, and where a run was killed there is none. What took too long on a
    loaded machine is asked again, too.
    """
    kept: dict[int, JournalLine] = {}
    open_ones: dict[int, Answered] = {}
    for place, line in enumerate(lines):
        match line:
            case Answered(answer=answer) if isinstance(answer, Measured) or _is_late(answer):
                open_ones[place] = line
            case Block():
                own = {at: one for at, one in open_ones.items() if _is_of(one, line)}
                open_ones = {at: one for at, one in open_ones.items() if at not in own}
                kept |= {} if line.torn else _told(own, line) | {place: line}
            case Resumed():
                open_ones.clear()
                kept[place] = line
            case _:
                kept[place] = line
    return [kept[place] for place in sorted(kept)]


def _told(own: dict[int, Answered], block: Block) -> dict[int, JournalLine]:
    """The answers of a block; without the batch sizes that took too long on a loaded machine."""
    answers = own.values() if block.suspect else ()
    late = {one.key.batch_size for one in answers if _is_late(one.answer)}
    return {place: one for place, one in own.items() if one.key.batch_size not in late}


def _is_late(answer: Measured | Unmeasured | None) -> bool:
    return isinstance(answer, Unmeasured) and answer.reason == TIMEOUT


def _is_of(one: Answered, block: Block) -> bool:
    timed = not one.key.side.task
    return (one.key.workload, one.block, timed) == (block.workload, block.block, block.timed)


@dataclass
class Measurements:
    """Every answer so far: measured figures by block, absences, the blocks' circumstances."""

    measured: dict[Key, dict[int, Measured]] = field(default_factory=dict)
    absent: dict[Key, Unmeasured] = field(default_factory=dict)
    absent_in: dict[Key, int] = field(default_factory=dict)
    """The block in which each of them was told."""
    blocks: list[Block] = field(default_factory=list)
    looks: dict[int, list[Undecided]] = field(default_factory=dict)
    sides: dict[Side, None] = field(default_factory=dict)
    """Those that have an answer, in their order."""
    interrupted: bool = False

    def take(self, line: JournalLine) -> None:
        """Files one journal line; a later answer for the same key replaces an earlier one."""
        if isinstance(line, Answered):
            self.sides[line.key.side] = None
        match line:
            case Block():
                self.blocks.append(line)
            case Look():
                self.looks[line.after] = line.cells
            case Answered(answer=Measured() as answer):
                self.measured.setdefault(line.key, {})[line.block] = answer
                if self.timed_out(line.key):  # on a loaded machine, and asked again
                    self.absent.pop(line.key, None)
            case Answered(answer=Unmeasured() as answer):
                first = line.key._replace(side=line.key.side.first)
                self.absent[first], self.absent_in[first] = answer, line.block

    def timed_out(self, key: Key) -> bool:
        """Returns whether an answer is missing because it took too long."""
        return _is_late(self.absent.get(key._replace(side=key.side.first)))

    def settled(self, workload: str, sides: Mapping[Side, Iterable[int]]) -> dict[Side, int]:
        """Returns for each side how many answers fewer will come: an earlier block told why."""
        return {
            side: -sum(Key(workload, side.first, size) in self.absent for size in sizes)
            for side, sizes in sides.items()
        }

    def suspicions(self, workload: str, block: int) -> str:
        """Returns what was said of the last attempt at a block."""
        last = (one for one in self.blocks[::-1] if (one.workload, one.block) == (workload, block))
        return "; ".join(next(last).suspect)

    def begun(self, workload: str, block: int, wanted: Mapping[Side, Iterable[int]]) -> list[int]:
        """Returns the batch sizes of which a block has any figures."""
        asked = ((side, size) for side, sizes in wanted.items() for size in sizes)
        return sorted(
            {
                size
                for side, size in asked
                if block in self.measured.get(Key(workload, side, size), {})
            }
        )

    def pending(
        self, workload: str, side: Side, block: int, batch_sizes: Iterable[int]
    ) -> list[int]:
        """Returns the batch sizes that this side still has to answer for in this block."""
        return [
            size
            for size in batch_sizes
            if block not in self.measured.get(Key(workload, side, size), {})
            and Key(workload, side.first, size) not in self.absent
        ]
