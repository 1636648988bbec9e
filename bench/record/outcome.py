"""From answers to rows: a cell's rounds and seconds, or the reason why it has none."""

from statistics import median
from typing import NamedTuple

from bench.grid import MOST_EPOCHS, Arm, Cell
from bench.measure.journal import Line
from bench.measure.measurements import Key, Measurements

# The same weights on the same first minibatch differ by rounding alone; after some epochs rounding
# has grown, and a tolerance can only tell the same training from another one.
FIRST_LOSS_TOLERANCE = 1e-3
LOSS_TOLERANCE = 0.10


class Timed(NamedTuple):
    """A measured cell: one answer a block, and each one's total seconds.

    `derived`: the cell has more epochs than were measured, so its seconds are worked out.
    """

    rounds: list[Line]
    seconds: list[float]
    suspect: list[str]
    derived: bool = False


class Absent(NamedTuple):
    """A cell without a time."""

    reason: str
    detail: str
    blocks_measured: int


def cold_start_seconds(line: Line) -> float:
    """Creating the context, moving model and data, and the first step's surplus over a warm one."""
    surplus = max(0.0, line["first_step_seconds"] - line["warm_step_seconds"])
    return float(line["context_seconds"] + line["transfer_seconds"] + surplus)


def total_seconds(line: Line, epochs: int, *, measured_epochs: int = MOST_EPOCHS) -> float:
    """What a person waits for this many epochs: the cold start and the epochs themselves.

    Each epoch beyond the measured ones counts as the process's warm epoch: the median of all that
    it timed.
    """
    seconds = line["epoch_seconds"]
    trained = min(epochs, measured_epochs)
    total = cold_start_seconds(line) + float(sum(seconds[:trained]))
    return total + (epochs - trained) * median(seconds) if epochs > trained else total


def cell_outcome(
    cell: Cell,
    measurements: Measurements,
    *,
    blocks: int,
    missing_devices: dict[str, dict[str, str]],
    measured_epochs: int = MOST_EPOCHS,
    searching: bool = False,
    budget_seconds: float | None = None,
) -> Timed | Absent:
    """What is known of a cell: timed by the blocks it has, where none of them failed.

    Of a cell with more than `measured_epochs` a block needs only these: the rest is derived.

    `blocks` were asked for; a run that ended before has fewer. `missing_devices`: the reason and
    detail of each device that could not be opened. `searching`: a crossover was searched for, so
    cells that it left out are implied. `budget_seconds`: why others were not reached.
    """
    if cell.device in missing_devices:
        return Absent(**missing_devices[cell.device], blocks_measured=0)
    lines = arm_lines(measurements, cell)
    trained = min(cell.epochs, measured_epochs)
    whole = [line for line in lines if len(line["epoch_seconds"]) >= trained]
    failure = _failure(cell, measurements, lines, trained=trained)
    cut_short = bool(whole) and failure is None and (measurements.interrupted or not searching)
    if len(whole) == len(lines) and (len(whole) >= blocks or cut_short):
        return _timed(cell, measurements, whole, trained=trained)
    if failure is None:
        failure = _unreached(measurements, searching=searching, budget_seconds=budget_seconds)
    return Absent(*failure, len(whole))


def _failure(
    cell: Cell, measurements: Measurements, lines: list[Line], *, trained: int
) -> tuple[str, str] | None:
    """Why a block of the cell has no time, and what was said; None where no block failed."""
    absence = measurements.absent.get(
        Key(cell.workload, Arm(cell.device, cell.threads), cell.batch_size)
    )
    if absence:
        return absence["reason"], absence["detail"]
    stopped = next((line["stopped"] for line in lines if line["stopped"]), None)
    # Shorter numbers of epochs than the one it was stopped in have their times.
    short = any(len(line["epoch_seconds"]) < trained for line in lines)
    return ("timeout", stopped) if stopped and short else None


def _unreached(
    measurements: Measurements, *, searching: bool, budget_seconds: float | None
) -> tuple[str, str]:
    """Why nothing was measured of a cell that nothing speaks against."""
    if measurements.interrupted:
        return "interrupted", "the run ended before; --resume finishes it"
    if searching:
        return "implied", "away from the crossover that --find-crossover found"
    if budget_seconds is not None:
        return "budget", f"not reached within --budget {budget_seconds:g}"
    return "interrupted", "the run ended before; --resume finishes it"


def _timed(cell: Cell, measurements: Measurements, lines: list[Line], *, trained: int) -> Timed:
    seconds = [total_seconds(line, cell.epochs, measured_epochs=trained) for line in lines]
    doubts = suspicions(cell, measurements, lines)
    return Timed(lines, seconds, doubts, derived=cell.epochs > trained)


def arm_lines(measurements: Measurements, cell: Cell) -> list[Line]:
    """The measured answers for a cell's arm and batch size, in the order of their blocks."""
    key = Key(cell.workload, Arm(cell.device, cell.threads), cell.batch_size)
    return [line for _, line in sorted(measurements.measured.get(key, {}).items())]


def suspicions(cell: Cell, measurements: Measurements, lines: list[Line]) -> list[str]:
    """Why a timed cell deserves no verdict: its blocks' circumstances, or other work done."""
    reasons = [
        f"block {number}: {reason}"
        for number, reason in sorted(block_suspicions(cell, measurements))
    ]
    # Every block starts from the same seed, so another first loss means that the code changed.
    mismatch = loss_mismatch(lines, {line["block"]: lines[0] for line in lines}, whom="block 0")
    if cell.device != "cpu":
        mismatch = mismatch or loss_mismatch(lines, _cpu_lines(cell, measurements))
    return [*reasons, f"loss mismatch: {mismatch}"] if mismatch else reasons


def block_suspicions(cell: Cell, measurements: Measurements) -> list[tuple[int, str]]:
    """The last attempt at a block that measured this batch size decides."""
    last: dict[int, Line] = {}
    for line in measurements.blocks:
        if line["workload"] == cell.workload and cell.batch_size in line["batch_sizes"]:
            last[line["block"]] = line
    return [(number, reason) for number, line in last.items() for reason in line["suspect"]]


def _cpu_lines(cell: Cell, measurements: Measurements) -> dict[int, Line]:
    """The CPU's lines at the same batch size by block; its threads and repeats change no loss."""
    arms = (arm for arm in measurements.arms if arm.device == "cpu")
    keys = (Key(cell.workload, arm, cell.batch_size) for arm in arms)
    return {
        block: line for key in keys for block, line in measurements.measured.get(key, {}).items()
    }


def loss_mismatch(
    lines: list[Line], reference: dict[int, Line], *, whom: str = "the CPU"
) -> str | None:
    """In words how the devices' losses differ in a block; None when they did the same work.

    Compared are the loss of the first minibatch and, after as many epochs, the held-out loss.
    `reference` holds the line to compare with for each block, `whom` says whose it is.
    """
    for line in lines:
        other = reference.get(line["block"])
        if other is None:
            continue
        words = _differs("first_loss", line, other, tolerance=FIRST_LOSS_TOLERANCE)
        if line["evaluated_after_epochs"] == other["evaluated_after_epochs"]:
            words = words or _differs("loss", line, other, tolerance=LOSS_TOLERANCE)
        if words:
            return f"block {line['block']}: {words.format(whom=whom)}"
    return None


def _differs(name: str, line: Line, other: Line, *, tolerance: float) -> str | None:
    mine, theirs = line[name], other[name]
    if mine is None and theirs is None:
        return None
    if mine is None or theirs is None:
        return f"{name} is finite on one device only"
    if abs(mine - theirs) > tolerance * max(abs(mine), abs(theirs)):
        return f"{name} {mine:.4g} against {theirs:.4g} of {{whom}}"
    return None
