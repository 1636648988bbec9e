"""Break-even epochs: after how many epochs a side has made up for its slower start, if ever.

The number E solves cold_side + E epoch_side = cold_base + E epoch_base. Its interval is made by
inverting a test, as Fieller (1954) does for a ratio of means: E belongs to it while the t interval
of the paired log ratios log((cold_side + E epoch_side) / (cold_base + E epoch_base)) contains zero.
It is open where no number of epochs settles the question. Logarithms, because then E = 1 and
E -> infinity are the verdicts of a first epoch and of warm epochs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import PchipInterpolator

from scripts.judge import rule as decide
from scripts.judge.moderate import Array, Summary
from scripts.judge.noise import margins
from scripts.judge.pairs import CELL, families, matrices, paired, slim
from scripts.judge.rule import CLOSE, FASTER, SLOWER, UNDECIDED, Words
from scripts.judge.verdicts import adjusted, moderated, sound, verdicts
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
_KNOTS: Array = np.geomspace(1, MOST_EPOCHS, 64)
"""Where mean and error are worked out; in between they are smooth curves of log epochs."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Seconds:
    """Cold start and warm epoch of a side and its base, each an array of cells x blocks."""

    side_cold: Array
    side_epoch: Array
    base_cold: Array
    base_epoch: Array

    def log_ratios(self, epochs: Array | None) -> Array:
        """Log ratios of the total seconds after so many epochs, or of warm epochs (None)."""
        if epochs is None:
            return np.asarray(np.log(self.side_epoch / self.base_epoch))
        side = self.side_cold + epochs * self.side_epoch
        return np.asarray(np.log(side / (self.base_cold + epochs * self.base_epoch)))


def break_even(
    rounds: pd.DataFrame,
    *,
    alpha: float = 0.05,
    looks: int = 1,
    strict: bool = False,
    known: pd.DataFrame | None = None,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row a workload, batch size and contest, from the rows of `table.load`.

    `known` are their verdicts, warm and total, and `pairs` the same rows, paired for warm epochs,
    where these are made already.

    Columns: file, machine, workload, batch_size, side, base, family, kind, epochs (the solution),
    lower (the last number of epochs at which one of them is surely ahead, 0: not even at the
    first), upper (the first at which the other surely is; NA: no such number), blocks, reason.
    Kinds: `after` (the side is ahead after `epochs`), `until` (it is ahead until then), `never`,
    `from the first epoch`, `too close`, `undecided`, `not measured`, `suspect`. What the first and
    the warm epochs say is judged as verdicts are, adjusted over both of all rows of a family.
    """
    level, rounds = alpha / looks, slim(rounds)
    pairs = paired(rounds, scope="warm") if pairs is None else pairs
    if known is None:
        cells = verdicts(rounds, scope="warm", alpha=alpha, looks=looks, strict=strict, pairs=pairs)
        limit = margins(rounds, cells, scope="total")["limit"].to_numpy(dtype=np.float64)
    else:
        cells = known[known["scope"] == "warm"].reset_index(drop=True)
        limit = _limits(cells, known[known["scope"] == "total"])
    seconds = _seconds(cells, sound(pairs))
    judged = ~cells["verdict"].isin([decide.NOT_MEASURED, decide.SUSPECT]).to_numpy()
    knots = moderated(seconds.log_ratios(_KNOTS[:, None, None]), cells)
    warm = moderated(seconds.log_ratios(None), cells)
    first = Summary(*(part[0] for part in vars(knots).values()))
    later, first_words = _words(
        cells, [(warm, np.log1p(cells["margin"])), (first, limit)],
        judged=judged, level=level, strict=strict,
    )  # fmt: skip
    rows = zip(cells["verdict"], cells["reason"], judged, later, first_words, strict=True)
    words = [_kind(*settled) if ok else (kind, why) for kind, why, ok, *settled in rows]
    told = pd.DataFrame(words, columns=["kind", "reason"], dtype=TEXT)
    kinds = told["kind"].to_numpy(dtype=np.str_)
    numbers = pd.DataFrame(
        _numbers(knots, kinds, judged=judged, level=level),
        columns=["epochs", "lower", "upper"],
        dtype="Int64",
    )
    place = cells[[*CELL, "family"]].drop(columns="epochs")
    return pd.concat([place, told["kind"], numbers, told["reason"], cells["blocks"]], axis=1)


def _seconds(cells: pd.DataFrame, rows: pd.DataFrame) -> Seconds:
    names = [
        f"{of}_{name}" for of in ("side", "base") for name in ("cold_start_seconds", "seconds")
    ]
    return Seconds(*matrices(cells, rows, *names))


def _limits(cells: pd.DataFrame, totals: pd.DataFrame) -> Array:
    """L of the cells' totals, from the verdicts on these: a contest has one."""
    pair = ["file", "side", "base"]
    own = cells[pair].merge(totals.drop_duplicates(pair), on=pair, how="left")
    return np.asarray(np.log1p(own["margin"]), dtype=np.float64)


def _words(
    cells: pd.DataFrame, scopes: Sequence[tuple[Summary, npt.ArrayLike]], *,
    judged: Mask, level: float, strict: bool,
) -> list[Words]:  # fmt: skip
    """What is settled of each scope, which comes with its margin; adjusted over all of them."""
    found = [decide.judge(summary, margin=margin) for summary, margin in scopes]
    p = np.concatenate([np.where(judged, p, np.nan) for _words, p in found])
    family = pd.concat([families(cells)] * len(found))
    p_adjusted, _ = adjusted(p, families=family, strict=strict)
    words = decide.settle(np.concatenate([words for words, _p in found]), p_adjusted, level=level)
    return np.split(words, len(found))


def _kind(warm: str, first: str) -> tuple[str, str]:
    """The kind of answer, and why there is none."""
    if warm == first and warm in _BOTH:
        return _BOTH[warm], ""
    if warm in _WARM:
        return _WARM[warm], ""
    if warm == CLOSE:
        return UNDECIDED, "warm epochs are too close: no number of epochs can be told"
    return UNDECIDED, "it is undecided whose warm epochs are faster"


def _numbers(knots: Summary, kinds: Words, *, judged: Mask, level: float) -> Array:
    """The estimate and the interval of each cell, in whole epochs; NaN where there is none."""
    answer = np.full((len(kinds), 3), np.nan)
    places = np.flatnonzero(judged & ~np.isin(kinds, (NEVER, FROM_FIRST)))
    places = places[np.isfinite(knots.mean[:, places]).all(axis=0)]
    if len(places):
        answer[places] = _solved(knots, places, kinds=kinds[places], level=level)
    return answer


def _solved(knots: Summary, places: Integers, *, kinds: Words, level: float) -> Array:
    """The same of some cells, all of which have numbers: cells x (epochs, lower, upper)."""
    lo, hi = (bound[:, places] for bound in decide.interval(knots, level=level))
    known = np.stack([np.nan_to_num(end, nan=side) for end, side in ((lo, -9.0), (hi, 9.0))])
    curves = PchipInterpolator(np.log(_KNOTS), np.moveaxis(known, 1, 0))(np.log(EPOCHS))
    lo, hi = curves[:, 0].T, curves[:, 1].T
    middle = PchipInterpolator(np.log(_KNOTS), knots.mean[:, places])(np.log(EPOCHS)).T
    mirrored = (kinds == UNTIL) | ((kinds != AFTER) & (hi[:, 0] < 0))  # the side leads at first
    lo, hi = (np.where(mirrored[:, None], one, other) for one, other in ((-hi, lo), (-lo, hi)))
    behind = lo > 0
    lower = np.where(behind.any(axis=1), EPOCHS[_last(behind)], 0)
    not_ahead = ~(hi < 0)
    first = np.where(not_ahead.any(axis=1), _last(not_ahead) + 1, 0)
    upper = np.append(EPOCHS, np.nan)[first]
    ahead = np.where((kinds == UNTIL)[:, None], middle > 0, middle < 0).all(axis=1)
    solved = np.where(ahead, 1, EPOCHS[np.argmin(np.abs(middle), axis=1)])  # ahead: no root
    solved = np.where(np.isin(kinds, (AFTER, UNTIL)), solved, np.nan)
    return np.column_stack([solved, lower, upper])


def _last(mask: Mask) -> Integers:
    """The place of the last true value of each row."""
    return np.asarray(mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1))
