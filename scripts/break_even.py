"""Break-even epochs: after how many epochs the GPU has made up for its slower start, if ever.

The number E solves cold_gpu + E epoch_gpu = cold_cpu + E epoch_cpu. Its interval is made by
inverting a test, as Fieller (1954) does for a ratio of means: E belongs to it while the t interval
of the paired log ratios log((cold_gpu + E epoch_gpu) / (cold_cpu + E epoch_cpu)) contains zero. It
is open where no number of epochs settles the question. Logarithms, because then E = 1 and
E -> infinity are the verdicts of a first epoch and of warm epochs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts import decide
from scripts.decide import CLOSE, FASTER, SLOWER, UNDECIDED, Array, Words
from scripts.noise import margins
from scripts.pairs import CELL, Scope, matrix, paired
from scripts.verdict import adjusted, verdicts

AFTER = "after"
UNTIL = "until"
NEVER = "never"
FROM_FIRST = "from the first epoch"

_BOTH = {FASTER: FROM_FIRST, SLOWER: NEVER, CLOSE: CLOSE}
_WARM = {FASTER: AFTER, SLOWER: UNTIL}

MOST_EPOCHS = 1_000_000
EPOCHS: Array = np.unique(np.geomspace(1, MOST_EPOCHS, 3000).round())
"""Where the test is inverted: every number up to 200, then in steps of half a per cent."""


Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Seconds:
    """Cold start and warm epoch of both devices, each an array of cells x blocks."""

    gpu_cold: Array
    gpu_epoch: Array
    cpu_cold: Array
    cpu_epoch: Array

    def log_ratios(self, epochs: Array | float) -> Array:
        """Log ratios of the total seconds after so many epochs; broadcasts from the left."""
        gpu = self.gpu_cold + epochs * self.gpu_epoch
        return np.asarray(np.log(gpu) - np.log(self.cpu_cold + epochs * self.cpu_epoch))


def break_even(rounds: pd.DataFrame, *, alpha: float = 0.05, looks: int = 1) -> pd.DataFrame:
    """A row a workload, batch size and device pair, from the rows of `table.load`.

    Columns: file, machine, workload, batch_size, device, threads, kind, epochs (the solution),
    lower (the last number of epochs at which one side is surely ahead, 0: not even at the first),
    upper (the first at which the other surely is; NA: no such number), blocks, reason. Kinds:
    `after` (the GPU is ahead after `epochs`), `until` (it is ahead until then), `never`, `from the
    first epoch`, `too close`, `undecided`, `not measured`, `suspect`. What the first and the warm
    epochs say is judged with the verdicts' margin, Holm-adjusted over both of all rows of a file.
    """
    level = alpha / looks
    base = verdicts(rounds, scope="warm", alpha=alpha, looks=looks)
    seconds = _seconds(base, paired(rounds, scope="warm"))
    judged = ~base["verdict"].isin([decide.NOT_MEASURED, decide.SUSPECT]).to_numpy()
    warm, first = _words(rounds, base, seconds, judged=judged, level=level)
    rows: list[tuple[str, int | None, int | None, int | None, str]] = []
    for place, verdict in enumerate(base["verdict"]):
        if judged[place]:
            kind, why = _kind(warm[place], first[place])
            rows.append((kind, *_numbers(seconds, place, kind=kind, level=level), why))
        else:
            rows.append((verdict, None, None, None, base["reason"].iloc[place]))
    answer = pd.DataFrame(rows, columns=["kind", "epochs", "lower", "upper", "reason"])
    answer = answer.astype(dict.fromkeys(["epochs", "lower", "upper"], "Int64"))
    cells = base[[name for name in CELL if name != "epochs"]]
    return pd.concat([cells, answer, base[["blocks"]]], axis=1)


def _seconds(cells: pd.DataFrame, rows: pd.DataFrame) -> Seconds:
    names = ("gpu_cold_start_seconds", "gpu_seconds", "cpu_cold_start_seconds", "cpu_seconds")
    return Seconds(*(matrix(cells, rows, column=name) for name in names))


def _words(
    rounds: pd.DataFrame, cells: pd.DataFrame, seconds: Seconds, *, judged: Mask, level: float
) -> tuple[Words, Words]:
    """What is settled of warm epochs, and of one epoch with its cold start."""
    words, values = [], []
    scopes: list[tuple[Array, Scope]] = [
        (np.log(seconds.gpu_epoch) - np.log(seconds.cpu_epoch), "warm"),
        (seconds.log_ratios(1.0), "total"),
    ]
    for log_ratios, scope in scopes:
        limit = margins(rounds, cells, scope=scope)["limit"].to_numpy(dtype=np.float64)
        word, p = decide.judge(decide.summarise(log_ratios), margin=limit)
        words.append(word)
        values.append(np.where(judged, p, np.nan))
    p_holm, _ = adjusted(np.concatenate(values), files=pd.concat([cells["file"]] * 2))
    warm, first = np.split(decide.settle(np.concatenate(words), p_holm, level=level), 2)
    return warm, first


def _kind(warm: str, first: str) -> tuple[str, str]:
    """The kind of answer, and why there is none."""
    if warm == first and warm in _BOTH:
        return _BOTH[warm], ""
    if warm in _WARM:
        return _WARM[warm], ""
    if warm == CLOSE:
        return UNDECIDED, "warm epochs are too close: no number of epochs can be told"
    return UNDECIDED, "it is undecided whose warm epochs are faster"


def _numbers(
    seconds: Seconds, place: int, *, kind: str, level: float
) -> tuple[int | None, int | None, int | None]:
    """The estimate and the interval of one cell, in whole epochs; None where there is none."""
    if kind in (NEVER, FROM_FIRST):
        return None, None, None
    own = Seconds(*(part[place, None, :] for part in vars(seconds).values()))
    summary = decide.summarise(own.log_ratios(EPOCHS[:, None]))
    lo, hi = decide.interval(summary, level=level)
    if kind == UNTIL or (kind != AFTER and hi[0] < 0):  # the GPU leads at first: mirror the sides
        lo, hi = -hi, -lo
    behind, not_ahead = np.flatnonzero(lo > 0), np.flatnonzero(~(hi < 0))
    lower = int(EPOCHS[behind[-1]]) if len(behind) else 0
    first = int(not_ahead[-1]) + 1 if len(not_ahead) else 0
    upper = int(EPOCHS[first]) if first < len(EPOCHS) else None
    solved = int(EPOCHS[np.argmin(np.abs(summary.mean))]) if kind in (AFTER, UNTIL) else None
    return solved, lower, upper
