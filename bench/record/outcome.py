"""From answers to cells: a cell's seconds, one a process, or the reason why it has none."""

from collections.abc import Container, Mapping
from typing import NamedTuple

from bench.answer import Epochs
from bench.grid import Cell, device_of, devices_of
from bench.measure.budget import NOT_REACHED
from bench.measure.host.quiet import unsteady_words
from bench.measure.measurements import TIMEOUT, Key, Measurements
from bench.sides.names import equal_arithmetic
from bench.sides.settings import Settings

# The same weights on the same first minibatch differ only by rounding; after some epochs rounding
# has grown, and a tolerance can only tell the same training from another one.
TOLERANCES = {"first_loss": 1e-3, "loss": 0.10}
REDUCED_TOLERANCES = {"first_loss": 2e-2, "loss": 0.25}
"""Where only one of the two computes in bf16, or in TF32. Both are those of the reading half."""
MOST_MARKS = 999
"""Of a cell, and one more about its losses: whoever reads a result refuses longer lists."""
INTERRUPTED = ("interrupted", "the run ended before; --resume finishes it")
LOOSE_TOLERANCE = 0.50
"""Of held-out losses where training draws numbers."""


class Timed(NamedTuple):
    """A measured cell: the total seconds of each process, one a block.

    `derived`: the cell has more epochs than were measured, so its seconds are worked out.
    """

    seconds: list[float]
    suspect: list[str]
    derived: bool = False


class Absent(NamedTuple):
    """A cell without a time."""

    reason: str
    detail: str
    blocks_measured: int


def cell_outcome(
    cell: Cell,
    measurements: Measurements,
    settings: Settings,
    missing_devices: dict[str, dict[str, str]],
) -> Timed | Absent:
    """Returns what is known of a cell: timed by the blocks it has, where none of them failed.

    A run that ended before has fewer blocks than the settings; epochs beyond the measured ones are
    derived.
    """
    for device in devices_of(cell.side):
        if device in missing_devices:
            return Absent(**missing_devices[device], blocks_measured=0)
    rounds = timed(measurements, Key.of(cell))
    trained = min(cell.epochs, settings.measured_epochs)
    short = [one for one in rounds.values() if len(one.epoch_seconds) < trained]
    failure = _failure(cell, measurements, rounds, short)
    whole = len(rounds) - len(short)
    cut_short = (
        whole and failure is None and (measurements.interrupted or not settings.find_crossover)
    )
    if not short and (whole >= settings.blocks or cut_short):
        seconds = [one.total_seconds(cell.epochs, trained) for one in rounds.values()]
        doubts = suspicions(cell, measurements, rounds, settings.base_of(cell.side))
        return Timed(seconds, doubts, derived=cell.epochs > trained)
    return Absent(*(failure or _unreached(cell, measurements, settings)), whole)


def _failure(
    cell: Cell, measurements: Measurements, rounds: Mapping[int, Epochs], short: list[Epochs]
) -> tuple[str, str] | None:
    """Why a block of the cell has no time, and what was said; None where no block failed."""
    key = Key.of(cell)
    if absence := measurements.absent.get(key):
        late = measurements.timed_out(key)
        block = measurements.absent_in[key]
        return absence.reason, absence.detail + _doubt(key, block, measurements) * late
    for block, one in rounds.items():
        # Shorter numbers of epochs than the one it was stopped in have their times.
        if one.stopped and short:
            return TIMEOUT, one.stopped + _doubt(key, block, measurements)
    return None


def _doubt(key: Key, block: int, measurements: Measurements) -> str:
    """`; suspect: host loaded: ...`, after what took too long; empty where nothing else ran."""
    reasons = block_suspicions(key, (block,), measurements)
    return f"; suspect: {', '.join(one.partition(': ')[2] for one in reasons)}" * bool(reasons)


def _unreached(cell: Cell, measurements: Measurements, settings: Settings) -> tuple[str, str]:
    """Why nothing was measured of a cell that nothing speaks against."""
    if not measurements.interrupted:
        if settings.find_crossover:
            return "implied", "away from the crossover that --find-crossover found"
        if settings.budget_seconds is not None:
            return "budget", NOT_REACHED.format(settings.budget_seconds)
        plain = device_of(cell.side)
        if cell.side not in settings.sides and not timed(measurements, Key.of(cell, plain)):
            return "implied", f"{plain} has no time at batch size {cell.batch_size}"
    return INTERRUPTED


def timed(measurements: Measurements, key: Key) -> dict[int, Epochs]:
    """Returns the epochs that were timed for a key by block, in the order of the blocks."""
    answers = sorted(measurements.measured.get(key, {}).items())
    return {
        block: answer.figures for block, answer in answers if isinstance(answer.figures, Epochs)
    }


def suspicions(
    cell: Cell, measurements: Measurements, rounds: Mapping[int, Epochs], base: str
) -> list[str]:
    """Returns why a timed cell deserves no verdict: its blocks' circumstances, or other work."""
    reasons = block_suspicions(Key.of(cell), rounds, measurements)
    steady = ((block, unsteady_words(one.epoch_seconds)) for block, one in rounds.items())
    reasons += [f"block {block}: {words}" for block, words in steady if words]
    del reasons[MOST_MARKS:]  # the table of blocks has all
    # Every block starts from the same seed, so another first loss means that the code changed.
    first = next(iter(rounds.values()))
    mismatch = loss_mismatch(rounds, dict.fromkeys(rounds, first), TOLERANCES, whom="block 0")
    if cell.side != base:
        allowed = TOLERANCES if equal_arithmetic(cell.side, base) else REDUCED_TOLERANCES
        other = timed(measurements, Key.of(cell, base))
        mismatch = mismatch or loss_mismatch(rounds, other, allowed, whom=base)
    return [*reasons, f"loss mismatch: {mismatch}"] if mismatch else reasons


def block_suspicions(key: Key, blocks: Container[int], measurements: Measurements) -> list[str]:
    """Returns what was said of the last attempt at each of these blocks for the batch size."""
    last = {
        one.block: one.suspect
        for one in measurements.blocks
        if (one.workload, one.timed) == (key.workload, not key.side.task)
        and one.block in blocks
        and key.batch_size in one.batch_sizes
    }
    return [f"block {number}: {why}" for number in sorted(last) for why in sorted(last[number])]


def loss_mismatch(
    rounds: Mapping[int, Epochs],
    reference: Mapping[int, Epochs],
    tolerances: Mapping[str, float],
    *,
    whom: str,
) -> str | None:
    """Returns in words how losses differ in a block; None when both did the same work.

    Compared are the loss of the first minibatch and, after as many epochs, the held-out loss.
    `reference` holds what to compare with for each block, `whom` says whose it is.
    """
    for block in [block for block in rounds if block in reference]:
        mine, other = rounds[block], reference[block]
        alike = mine.evaluated_after_epochs == other.evaluated_after_epochs
        limits = dict(tolerances) | ({"loss": LOOSE_TOLERANCE} if mine.loosely else {})
        for name in ("first_loss", "loss") if alike else ("first_loss",):
            if words := _differs(name, mine, other, tolerance=limits[name]):
                return f"block {block}: {words.format(whom=whom)}"
    return None


def _differs(name: str, one: Epochs, other: Epochs, *, tolerance: float) -> str | None:
    mine, theirs = getattr(one, name), getattr(other, name)
    if mine is None and theirs is None:
        return None
    if mine is None or theirs is None:
        return f"{name} is finite on one side only"
    if abs(mine - theirs) > tolerance * max(abs(mine), abs(theirs)):
        return f"{name} {mine:.4g} against {theirs:.4g} of {{whom}}, {tolerance:.1%} are allowed"
    return None
