"""What of a block is worth a second attempt."""

from bench.answer import Epochs
from bench.measure.host.quiet import unsteady_words
from bench.measure.measurements import Key, Measurements
from bench.measure.order import Wanted


def worth_repeating(
    known: Measurements, workload: str, block: int, wanted: Wanted, *, loaded: bool
) -> Wanted:
    """Returns all that was measured or took too long on a loaded machine; otherwise the batch sizes
    of unsteady workers.

    On every side of the block: its times are compared with each other.
    """
    asked = [(side, size) for side, sizes in wanted.items() for size in sizes]
    keys = {(side, size): Key(workload, side, size) for side, size in asked}
    figures = {
        place: answer.figures
        for place, key in keys.items()
        if (answer := known.measured.get(key, {}).get(block))
    }
    late = {place for place, key in keys.items() if loaded and known.timed_out(key)}
    suspect = {size for _, size in late} | {
        size
        for (_, size), own in figures.items()
        if loaded or (isinstance(own, Epochs) and unsteady_words(own.epoch_seconds))
    }
    return {
        side: [size for size in sizes if size in suspect and (side, size) in figures.keys() | late]
        for side, sizes in wanted.items()
    }
