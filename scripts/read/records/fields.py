"""The kinds of values that records have: whole numbers, seconds, texts, and how large they may be.

Strict throughout: a count is written `8`, not `8.0` or `true`, and null only where it is allowed.
"""

from typing import Annotated, Literal, TypeAlias, TypeVar

from msgspec import Meta, Struct, UnsetType

T = TypeVar("T")

Maybe: TypeAlias = T | UnsetType
"""A field that may be missing (`= UNSET`), but is not null."""


class Record(Struct, gc=False):
    """An object of a file; names that it does not declare are ignored."""


class Axes(Struct, gc=False, forbid_unknown_fields=True):
    """An object that holds nothing else: an unknown axis would make one cell of two."""


Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)", max_length=60)]
Device = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+(:[0-9]+)?$(?!\n)", max_length=40)]
Side = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_]+(:[0-9]+)?(\*[1-9][0-9]?)?"
        r"(\+(threads=[1-9][0-9]{0,5}|(?!threads=)[A-Za-z0-9][A-Za-z0-9_.=-]*))*$(?!\n)",
        max_length=200,
    ),
]
"""A device with its settings (`scripts.read.sides`)."""
Text = Annotated[str, Meta(max_length=10_000)]
Suspects = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=10_000)]], Meta(max_length=1000)
]
"""Why a reader should doubt the numbers, in words."""

Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Number = Annotated[int, Meta(ge=0, le=1_000_000_000)]
"""A count that may be 0."""
Block = Annotated[int, Meta(ge=0, le=1_000_000)]
Threads = Annotated[int, Meta(ge=0, le=100_000)]
Large = Annotated[int, Meta(ge=0, le=10**18)]
"""Bytes, floating-point operations, kernels."""
PerStep = Annotated[float, Meta(ge=0, le=1e18)]
"""A count over the steps that it was counted in."""

Seconds = Annotated[float, Meta(ge=0, le=1e9)]
PositiveSeconds = Annotated[float, Meta(ge=1e-12, le=1e9)]
"""No clock shows less than a picosecond."""
PerSecond = Annotated[float, Meta(ge=1e-9, le=1e30)]
"""One in the longest time that a file can hold, at least."""
Measure = Annotated[float, Meta(ge=-1e300, le=1e300)]
"""A loss or a score; null where it is not finite."""
LearningRate = Annotated[float, Meta(gt=0, le=1e9)]

EpochSeconds = Annotated[list[PositiveSeconds], Meta(min_length=1, max_length=1_000_000)]

Reason = Literal[
    "no device", "unsupported", "oom", "timeout", "failed", "interrupted", "implied", "budget"
]
"""Why there is no time."""


class ColdStart(Record):
    """What a process needed before it trained, and its first and a warm step, in seconds."""

    context_seconds: Seconds
    transfer_seconds: Seconds
    first_step_seconds: PositiveSeconds
    warm_step_seconds: PositiveSeconds

    @property
    def first_step_surplus_seconds(self) -> float:
        """How much longer the first step took than a warm one."""
        return max(0.0, self.first_step_seconds - self.warm_step_seconds)

    @property
    def cold_start_seconds(self) -> float:
        """Creating the context, moving model and data, the first step's surplus; not the import."""
        return self.context_seconds + self.transfer_seconds + self.first_step_surplus_seconds
