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

from scripts.judge import rule as decide
from scripts.judge.noise import margins
from scripts.judge.pairs import CELL, matrices, paired, slim
from scripts.judge.rule import CLOSE, FASTER, SLOWER, UNDECIDED, Array, Words
from scripts.judge.verdicts import adjusted, verdicts
from scripts.read.columns import TEXT
from scripts.read.rounds import Integers

AFTER = "after"
UNTIL = "until"
NEVER = "never"
FROM_FIRST = "from the first epoch"

_BOTH = {FASTER: FROM_FIRST, SLOWER: NEVER, CLOSE: CLOSE}
_WARM = {FASTER: AFTER, SLOWER: UNTIL}

MOST_EPOCHS = 1_000_000
EPOCHS: Array = np.unique(np.geomspace(1, MOST_EPOCHS, 3000).round())
"""Where the test is inverted: every number up to 200, then in steps of half a per cent."""

_AT_ONCE = 32
"""Cells whose test is inverted together: their log ratios fit into a processor's cache."""

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
        return np.asarray(np.log(gpu / (self.cpu_cold + epochs * self.cpu_epoch)))


def break_even(
    rounds: pd.DataFrame,
    *,
    alpha: float = 0.05,
    looks: int = 1,
    known: pd.DataFrame | None = None,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row a workload, batch size and device pair, from the rows of `table.load`.

    `known` are their verdicts, warm and total, and `pairs` the same rows, paired for warm epochs,
    where these are made already.

    Columns: file, machine, workload, batch_size, device, threads, kind, epochs (the solution),
    lower (the last number of epochs at which one side is surely ahead, 0: not even at the first),
    upper (the first at which the other surely is; NA: no such number), blocks, reason. Kinds:
    `after` (the GPU is ahead after `epochs`), `until` (it is ahead until then), `never`, `from the
    first epoch`, `too close`, `undecided`, `not measured`, `suspect`. What the first and the warm
    epochs say is judged with the verdicts' margin, Holm-adjusted over both of all rows of a file.
    """
    level, rounds = alpha / looks, slim(rounds)
    pairs = paired(rounds, scope="warm") if pairs is None else pairs
    if known is None:
        base = verdicts(rounds, scope="warm", alpha=alpha, looks=looks, pairs=pairs)
        limit = margins(rounds, base, scope="total")["limit"].to_numpy(dtype=np.float64)
    else:
        base = known[known["scope"] == "warm"].reset_index(drop=True)
        limit = _limits(base, known[known["scope"] == "total"])
    seconds = _seconds(base, pairs)
    judged = ~base["verdict"].isin([decide.NOT_MEASURED, decide.SUSPECT]).to_numpy()
    later, first = _words(base, seconds, judged=judged, limit=limit, level=level)
    rows = zip(base["verdict"], base["reason"], judged, later, first, strict=True)
    words = [_kind(*settled) if ok else (kind, why) for kind, why, ok, *settled in rows]
    told = pd.DataFrame(words, columns=["kind", "reason"], dtype=TEXT)
    kinds = told["kind"].to_numpy(dtype=np.str_)
    numbers = pd.DataFrame(
        _numbers(seconds, kinds, judged=judged, level=level),
        columns=["epochs", "lower", "upper"],
        dtype="Int64",
    )
    place = base[CELL].drop(columns="epochs")
    return pd.concat([place, told["kind"], numbers, told["reason"], base["blocks"]], axis=1)


def _seconds(cells: pd.DataFrame, rows: pd.DataFrame) -> Seconds:
    names = ("gpu_cold_start_seconds", "gpu_seconds", "cpu_cold_start_seconds", "cpu_seconds")
    return Seconds(*matrices(cells, rows, *names))


def _limits(cells: pd.DataFrame, totals: pd.DataFrame) -> Array:
    """L of the cells' totals, from the verdicts on these: a pair of a file has one."""
    pair = ["file", "device", "threads"]
    own = cells[pair].merge(totals.drop_duplicates(pair), on=pair, how="left")
    return np.asarray(np.log1p(own["margin"]), dtype=np.float64)


def _words(
    cells: pd.DataFrame, seconds: Seconds, *, judged: Mask, limit: Array, level: float
) -> tuple[Words, Words]:
    """What is settled of warm epochs, and of one epoch with its cold start (margin: `limit`)."""
    words, values = [], []
    scopes = [
        (np.log(seconds.gpu_epoch) - np.log(seconds.cpu_epoch), np.log1p(cells["margin"])),
        (seconds.log_ratios(1.0), limit),
    ]
    for log_ratios, margin in scopes:
        word, p = decide.judge(decide.summarise(log_ratios), margin=margin)
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


def _numbers(seconds: Seconds, kinds: Words, *, judged: Mask, level: float) -> Array:
    """The estimate and the interval of each cell, in whole epochs; NaN where there is none."""
    answer = np.full((len(kinds), 3), np.nan)
    asked = np.flatnonzero(judged & ~np.isin(kinds, (NEVER, FROM_FIRST)))
    for places in np.array_split(asked, -(-len(asked) // _AT_ONCE)) if len(asked) else []:
        answer[places] = _solved(seconds, places, kinds=kinds[places], level=level)
    return answer


def _solved(seconds: Seconds, places: Integers, *, kinds: Words, level: float) -> Array:
    """The same of some cells, all of which have numbers: cells x (epochs, lower, upper)."""
    own = Seconds(*(part[places].T[..., None] for part in vars(seconds).values()))
    log_ratios = own.log_ratios(EPOCHS)  # blocks first in memory: sums over them are long ones
    summary = decide.summarise(np.moveaxis(log_ratios, 0, -1))
    lo, hi = decide.interval(summary, level=level)
    mirrored = (kinds == UNTIL) | ((kinds != AFTER) & (hi[:, 0] < 0))  # the GPU leads at first
    lo, hi = (np.where(mirrored[:, None], one, other) for one, other in ((-hi, lo), (-lo, hi)))
    behind = lo > 0
    lower = np.where(behind.any(axis=1), EPOCHS[_last(behind)], 0)
    not_ahead = ~(hi < 0)
    first = np.where(not_ahead.any(axis=1), _last(not_ahead) + 1, 0)
    upper = np.append(EPOCHS, np.nan)[first]
    solved = EPOCHS[np.argmin(np.abs(summary.mean), axis=1)]
    solved = np.where(np.isin(kinds, (AFTER, UNTIL)), solved, np.nan)
    return np.column_stack([solved, lower, upper])


def _last(mask: Mask) -> Integers:
    """The place of the last true value of each row."""
    return np.asarray(mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1))
