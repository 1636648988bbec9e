"""From answers to cells: a cell's seconds, one a process, or the reason why it has none."""

from collections.abc import Mapping
from typing import NamedTuple

from bench.answer import Epochs
from bench.grid import Cell
from bench.measure.measurements import Key, Measurements
from bench.options import Settings

# The same weights on the same first minibatch differ only by rounding; after some epochs rounding
# has grown, and a tolerance can only tell the same training from another one.
FIRST_LOSS_TOLERANCE = 1e-3
LOSS_TOLERANCE = 0.10
LOOSE_TOLERANCE = 0.50


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
    if cell.device in missing_devices:
        return Absent(**missing_devices[cell.device], blocks_measured=0)
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
        doubts = suspicions(cell, measurements, rounds)
        return Timed(seconds, doubts, derived=cell.epochs > trained)
    return Absent(*(failure or _unreached(measurements, settings)), whole)


def _failure(
    cell: Cell, measurements: Measurements, rounds: Mapping[int, Epochs], short: list[Epochs]
) -> tuple[str, str] | None:
    """Why a block of the cell has no time, and what was said; None where no block failed."""
    if absence := measurements.absent.get(Key.of(cell)):
        return absence.reason, absence.detail
    stopped = next((one.stopped for one in rounds.values() if one.stopped), None)
    # Shorter numbers of epochs than the one it was stopped in have their times.
    return ("timeout", stopped) if stopped and short else None


def _unreached(measurements: Measurements, settings: Settings) -> tuple[str, str]:
    """Why nothing was measured of a cell that nothing speaks against."""
    if not measurements.interrupted:
        if settings.find_crossover:
            return "implied", "away from the crossover that --find-crossover found"
        if settings.budget_seconds is not None:
            return "budget", f"not reached within --budget {settings.budget_seconds:g}"
    return "interrupted", "the run ended before; --resume finishes it"


def timed(measurements: Measurements, key: Key) -> dict[int, Epochs]:
    """Returns the epochs that were timed for a key by block, in the order of the blocks."""
    answers = sorted(measurements.measured.get(key, {}).items())
    return {
        block: answer.figures for block, answer in answers if isinstance(answer.figures, Epochs)
    }


def suspicions(cell: Cell, measurements: Measurements, rounds: Mapping[int, Epochs]) -> list[str]:
    """Returns why a timed cell deserves no verdict: its blocks' circumstances, or other work."""
    reasons = block_suspicions(cell.workload, cell.batch_size, measurements)
    # Every block starts from the same seed, so another first loss means that the code changed.
    first = next(iter(rounds.values()))
    mismatch = loss_mismatch(rounds, dict.fromkeys(rounds, first), whom="block 0")
    if cell.device != "cpu":
        mismatch = mismatch or loss_mismatch(rounds, _cpu_rounds(cell, measurements))
    return [*reasons, f"loss mismatch: {mismatch}"] if mismatch else reasons


def block_suspicions(workload: str, batch_size: int, measurements: Measurements) -> list[str]:
    """Returns what was said of the last attempt at each block that measured this batch size."""
    last = {
        one.block: one.suspect
        for one in measurements.blocks
        if one.workload == workload and batch_size in one.batch_sizes
    }
    return [f"block {number}: {why}" for number in sorted(last) for why in sorted(last[number])]


def _cpu_rounds(cell: Cell, measurements: Measurements) -> dict[int, Epochs]:
    """The CPU's at the same batch size by block; its threads and repeats change no loss."""
    arms = (arm for arm in measurements.arms if arm.device == "cpu")
    keys = (Key(cell.workload, arm, cell.batch_size) for arm in arms)
    return {block: one for key in keys for block, one in timed(measurements, key).items()}


def loss_mismatch(
    rounds: Mapping[int, Epochs], reference: Mapping[int, Epochs], *, whom: str = "the CPU"
) -> str | None:
    """Returns in words how losses differ in a block; None when both did the same work.

    Compared are the loss of the first minibatch and, after as many epochs, the held-out loss.
    `reference` holds what to compare with for each block, `whom` says whose it is.
    """
    for block in [block for block in rounds if block in reference]:
        mine, other = rounds[block], reference[block]
        words = _differs("first_loss", mine, other, tolerance=FIRST_LOSS_TOLERANCE)
        if mine.evaluated_after_epochs == other.evaluated_after_epochs:
            tolerance = LOOSE_TOLERANCE if mine.loosely else LOSS_TOLERANCE
            words = words or _differs("loss", mine, other, tolerance=tolerance)
        if words:
            return f"block {block}: {words.format(whom=whom)}"
    return None


def _differs(name: str, one: Epochs, other: Epochs, *, tolerance: float) -> str | None:
    mine, theirs = getattr(one, name), getattr(other, name)
    if mine is None and theirs is None:
        return None
    if mine is None or theirs is None:
        return f"{name} is finite on one device only"
    if abs(mine - theirs) > tolerance * max(abs(mine), abs(theirs)):
        return f"{name} {mine:.4g} against {theirs:.4g} of {{whom}}"
    return None
