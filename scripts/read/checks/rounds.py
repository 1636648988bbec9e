"""What must hold inside and between the rounds of a file whose cells are in order."""

import json
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from scripts.read.breach import Breach
from scripts.read.rounds import Floats, Rounds, Runs
from scripts.read.sides import ALIKE, tolerance

_TOLERANCE = 1e-9
_EVENT_TOLERANCE = 0.999
_MORE_THAN_BLOCKS = 10**7

Mask = npt.NDArray[np.bool_]


def check_rounds(rounds: Rounds) -> None:
    """Raises Breach for the first rule that is broken."""
    _stats_count_rounds(rounds)
    _blocks_once(rounds)
    _enough_epochs(rounds)
    _steps_fit_the_samples(rounds)
    _wall_contains_events(rounds)
    _totals_add_up(rounds)
    _same_losses(rounds)
    _summaries(rounds)


def _stats_count_rounds(rounds: Rounds) -> None:
    counts = np.bincount(rounds.owner, minlength=len(rounds.cells)).tolist()
    for index, entry in enumerate(rounds.file.benchmarks):
        if {counts[index], len(entry.stats.data)} != {entry.stats.rounds}:
            message = "is not the number of stats.data and of the cell's rounds"
            raise Breach(["benchmarks", index, "stats", "rounds"], message)


def _blocks_once(rounds: Rounds) -> None:
    keys = rounds.owner * _MORE_THAN_BLOCKS + rounds.column("block").astype(np.int64)
    again = np.ones(len(keys), dtype=np.bool_)
    again[np.unique(keys, return_index=True)[1]] = False
    _refuse(rounds, again, "block", "stands in this cell twice")


def _enough_epochs(rounds: Rounds) -> None:
    short = rounds.epoch_seconds.lengths[rounds.which] < rounds.trained_epochs
    _refuse(rounds, short, "epoch_seconds", "holds fewer epochs than the cell stands on")


def _steps_fit_the_samples(rounds: Rounds) -> None:
    samples = rounds.file.crossover.run.samples
    sizes = np.array([cell.batch_size for cell in rounds.cells], dtype=np.int64)[rounds.owner]
    wrong = rounds.column("steps") != -(-samples // sizes)
    _refuse(rounds, wrong, "steps", f"is not {samples} samples / batch size, rounded up")


def _wall_contains_events(rounds: Rounds) -> None:
    wall, events = rounds.epoch_seconds, rounds.event_seconds
    unequal = (events.lengths > 0) & (events.lengths != wall.lengths)
    message = "has another length than epoch_seconds"
    _refuse(rounds, unequal[rounds.which], "event_seconds", message)
    timed = np.repeat(events.lengths > 0, wall.lengths)
    missed = wall.values[timed] < events.values * _EVENT_TOLERANCE
    broken = np.zeros(len(events.lengths), dtype=np.bool_)
    broken[np.repeat(np.arange(len(broken)), events.lengths)[missed]] = True
    message = "is shorter than the device's own events: the clock stopped before the device"
    _refuse(rounds, broken[rounds.which], "epoch_seconds", message)


def _totals_add_up(rounds: Rounds) -> None:
    stats = [entry.stats.data for entry in rounds.file.benchmarks]
    written = Runs.of(stats).values
    expected = rounds.total_seconds[: len(written)]
    wrong = np.abs(written - expected) > _TOLERANCE * expected
    for index in np.flatnonzero(wrong).tolist():
        cell = int(rounds.owner[index])
        number = index - int(np.searchsorted(rounds.owner, cell))
        total, whole = written[index].item(), expected[index].item()
        message = f"is {total!r}, but cold start and epochs add up to {whole!r}"
        raise Breach(["benchmarks", cell, "stats", "data", number], message)


def _same_losses(rounds: Rounds) -> None:
    """The first minibatch's loss, before any update: one seed gives every side the same."""
    marked = [
        any("loss mismatch" in mark for mark in entry.extra_info.suspect)
        for entry in rounds.file.benchmarks
    ]
    marked += [False] * (len(rounds.cells) - len(marked))
    told = np.flatnonzero(~np.array(marked, dtype=np.bool_)[rounds.owner])
    once = np.sort(np.unique(rounds.which[told], return_index=True)[1])
    seen: dict[tuple[str, int, int], dict[str, float | None]] = defaultdict(dict)
    for index in told[once].tolist():
        which = int(rounds.which[index])
        row, process = rounds.measurements[which], rounds.processes[which]
        known = seen[process.workload, row.batch_size, process.block]
        for side, loss in known.items():
            if not _alike(row.first_loss, loss, tolerance(process.side, side).first_loss):
                words = f"is {json.dumps(row.first_loss)}, but another process of the block had"
                message = f"{words} {json.dumps(loss)}: not one work"
                raise Breach([*rounds.place(index), "first_loss"], message)
        if all(tolerance(process.side, side) is not ALIKE for side in known):
            known[process.side] = row.first_loss


def _alike(loss: float | None, known: float | None, share: float) -> bool:
    """The same up to rounding; null, which stands for a loss that is not finite, is like null."""
    if loss is None or known is None:
        return loss is known
    return abs(loss - known) <= share * max(abs(loss), abs(known))


def _summaries(rounds: Rounds) -> None:
    """pytest-benchmark's own summary, where it is given: other tools show it, not our rounds."""
    stats = [entry.stats for entry in rounds.file.benchmarks]
    for name, expected in _summarised(Runs.of([one.data for one in stats])).items():
        told = np.array([getattr(one, name) for one in stats], dtype=np.float64)
        for index in np.flatnonzero(np.abs(told - expected) > _TOLERANCE * expected).tolist():
            message = f"is {told[index].item()!r}, but stats.data say {expected[index].item()!r}"
            raise Breach(["benchmarks", index, "stats", name], message)


def _summarised(data: Runs) -> dict[str, Floats]:
    """What pytest-benchmark says of each list of seconds, none of which is empty."""
    if not len(data.lengths):
        return {}
    totals = np.add.reduceat(data.values, data.starts)
    return {
        "min": np.minimum.reduceat(data.values, data.starts),
        "max": np.maximum.reduceat(data.values, data.starts),
        "mean": totals / data.lengths,
        "median": data.medians(),
        "total": totals,
    }


def _refuse(rounds: Rounds, wrong: Mask, field: str, message: str) -> None:
    """Raises Breach at the first round that is wrong."""
    for index in np.flatnonzero(wrong)[:1].tolist():
        raise Breach([*rounds.place(index), field], message)
