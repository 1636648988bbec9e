"""What of a run is suspect, and why: the first lines of its summary.

The rules are those of scripts/judge/doubt.py and scripts/words/noise.py; a test holds both alike.
"""

import math
import re
from collections.abc import Iterable, Iterator
from statistics import fmean, median

from bench.grid import Cell
from bench.measure.measurements import Measurements
from bench.record.outcome import Timed, block_suspicions, timed

FEWEST_ROUNDS = 3
"""Of fewer sound ones a figure is suspect, where others were not."""
TOO_NOISY = 0.25
_BLOCK = re.compile(r"block ([0-9]+): ")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOST = 3


def doubts(outcome: Timed) -> list[str]:
    """Returns why a cell's figure is suspect; nothing where enough of its rounds are sound."""
    blocks = [_BLOCK.match(mark) for mark in outcome.suspect]
    sound = len(outcome.seconds) - len({one[1] for one in blocks if one})
    if outcome.suspect and None not in blocks and sound >= FEWEST_ROUNDS:
        return []
    return [_BLOCK.sub("", mark, count=1) for mark in outcome.suspect]


def doubt_lines(outcomes: dict[Cell, Timed]) -> Iterator[str]:
    """Yields how many measured cells are suspect and why, then which; nothing where none is."""
    suspect = {cell: marks for cell, outcome in outcomes.items() if (marks := doubts(outcome))}
    if not suspect:
        return
    every = ranged(mark for marks in suspect.values() for mark in marks)
    more = f" and {len(every) - _MOST} more reasons" if len(every) > _MOST else ""
    of = f"{len(suspect)} of {len(outcomes)} cells"
    again = "" if all(one.startswith("loss mismatch") for one in every) else "; measure again"
    yield f"{of} are suspect: {'; '.join(every[:_MOST])}{more}{again}"
    places: dict[tuple[str, str], list[str]] = {}
    for cell, marks in suspect.items():
        places.setdefault((cell.workload, cell.side), []).extend(marks)
    for (workload, side), marks in places.items() if len(every) > 1 else ():
        yield f"  {workload} on {side}: {'; '.join(ranged(marks))}"


def ranged(reasons: Iterable[str]) -> list[str]:
    """Returns reasons that differ in numbers only as one: `... used 17-58% of the CPU`."""
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for reason in reasons:
        found.setdefault(tuple(_NUMBER.split(reason)), []).append(_NUMBER.findall(reason))
    answer = []
    for (first, *words), known in found.items():
        every = [sorted(set(own), key=float) for own in zip(*known, strict=True)]
        spans = ["-".join(dict.fromkeys((own[0], own[-1]))) for own in every]
        answer.append(first + "".join(map("".join, zip(spans, words, strict=True))))
    return answer


def noise_line(measurements: Measurements) -> str:
    """Returns how far a side differed from itself, once warm, where that is far; else nothing."""
    means = []
    for key in measurements.measured:
        if not key.side.again:
            continue
        both = [timed(measurements, key._replace(side=one)) for one in (key.side, key.side.first)]
        logs = [
            math.log(median(both[0][block].epoch_seconds) / median(both[1][block].epoch_seconds))
            for block in both[0].keys() & both[1].keys()
            if not block_suspicions(key, (block,), measurements)
        ]
        means += [abs(fmean(logs))] if logs else []
    if not means:
        return ""
    # numpy's quantile: between the neighbours of its place.
    means.sort()
    place = 0.95 * (len(means) - 1)
    low = math.floor(place)
    high = min(low + 1, len(means) - 1)
    floor = math.expm1(means[low] + (place - low) * (means[high] - means[low]))
    noisy = f"noise floor {floor:.0%}: too noisy to compare smaller differences"
    return noisy if floor > TOO_NOISY else ""
