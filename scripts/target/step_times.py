"""Seconds of a step of one side, block by block, at the batch sizes that were learned.

At a batch size that was timed they are the measured ones; between two that were, they stand on the
fitted curve of `scripts.judge.fits`, whose error they carry; anywhere else there are none.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from scripts.judge.pairs import NOT_REACHED
from scripts.judge.rule import FEWEST_BLOCKS
from scripts.read.columns import update_column
from scripts.read.text import optimizer_name

EVALUATION_BATCH = 512
"""Held-out data is looked at in minibatches of this size (`bench.learning.worker`)."""
FORWARD = 1 / 3
"""Of a training step is its forward pass; the backward pass is twice the work."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seconds:
    """Cold start and step, an entry per block; `error` is a fitted curve's (a fraction), else 0."""

    cold: Array
    step: Array
    note: str = ""
    suspect: str = ""
    error: float = 0.0


@dataclass(frozen=True)
class StepTimes:
    """One side's timed rows of a workload, as `table.load` has them, and what was assumed.

    `assumed`: they are those of another optimiser; `known`: which were timed, or made of what the
    updates of both take.
    """

    rows: pd.DataFrame
    note: str
    assumed: bool = False
    known: bool = True

    @classmethod
    def of(cls, timed: pd.DataFrame, *, definition: str, optimizer: str) -> "StepTimes":
        """Those of this network, and of this optimiser where there are any."""
        same = timed[timed["definition"] == definition]
        if same.empty:
            return cls(same, "the timed network is another one than the trained one")
        own = same[same["optimizer"] == optimizer]
        notes, known = [], True
        if assumed := own.empty:
            other = min(map(str, same["optimizer"].unique()))
            own, known = _with_update(same[same["optimizer"] == other], optimizer, other)
            note = f"seconds of {optimizer_name(other)}, "
            update = f"with {optimizer_name(optimizer)}'s update in place of its own"
            notes.append(note + (update if known else "assumed alike"))
        if (loop := str(own["loop"].iloc[0])) != "lean":
            notes.append(f"seconds of the {loop} loop")
        return cls(own, "; ".join(notes), assumed, known)

    @cached_property
    def blocks(self) -> dict[int, pd.DataFrame]:
        """By batch size the timed rows, one per block: they are the same for every `epochs`."""
        timed = self.rows[self.rows["block"].notna() & (self.rows["step_seconds"] > 0)]
        order = timed.assign(doubted=timed["suspect"] != "").sort_values(["doubted", "epochs"])
        once = order.drop_duplicates(["batch_size", "block"], keep="last").sort_values("block")
        return {int(str(size)): own for size, own in once.groupby("batch_size")}

    @cached_property
    def absences(self) -> dict[int, str]:
        """By batch size why a cell has no time."""
        gone = self.rows[self.rows["block"].isna() & ~self.rows["reason"].isin(NOT_REACHED)]
        said = zip(gone["batch_size"], gone["reason"], gone["detail"], strict=True)
        return {size: ": ".join(filter(None, words)) for size, *words in said}

    @cached_property
    def curves(self) -> pd.DataFrame:
        """The best fits of this side, a row per segment."""
        from scripts.judge.fits import fits  # noqa: PLC0415 - SciPy is slow and seldom needed

        table = fits(self.rows)
        return table[table["best"]]

    def at(self, size: int) -> Seconds | str:
        """The seconds at a batch size, or why there are none."""
        if self.rows.empty:
            return self.note
        if size in self.absences:
            return self.absences[size]
        if size in self.blocks:
            return _sound(self.blocks[size])
        return self._between(size)

    def evaluation(self, samples: float) -> float:
        """Seconds of a look at so many held-out samples: forward passes of large minibatches.

        They are not timed, but taken from training steps; none where nothing is known of either.
        """
        if math.isnan(samples) or not self.blocks:
            return 0.0
        size = min(self.blocks, key=lambda size: abs(math.log(size / EVALUATION_BATCH)))
        step = np.exp(np.log(self.blocks[size]["step_seconds"].astype(float)).mean())
        return float(FORWARD * step * samples / size)

    def _between(self, size: int) -> Seconds | str:
        nothing = f"not timed at batch size {size}"
        if len(self.blocks) < 3 or not min(self.blocks) < size < max(self.blocks):
            return nothing
        from scripts.judge.fits import predicted  # noqa: PLC0415 - as above

        table = self.curves[(self.curves["smallest"] < size) & (size < self.curves["largest"])]
        if table.empty:
            return nothing
        best = table.iloc[0]
        every = pd.concat(list(self.blocks.values()))
        seconds = _sound(_at_step(every, float(predicted(best, [size])[0])))
        error = float(best["mean_error"])
        note = f"{nothing}: on a curve that misses by {error:.0%}"
        return Seconds(seconds.cold, seconds.step, note, seconds.suspect, error)


def _with_update(rows: pd.DataFrame, own: str, timed: str) -> tuple[pd.DataFrame, bool]:
    """Rows of one optimiser as a step with another takes, where each process timed both updates.

    An update's work is that of the parameters, whatever the batch size.
    """
    names = [update_column(own), update_column(timed)]
    timed_rows = rows["block"].notna()
    if not set(names) <= set(rows) or rows.loc[timed_rows, names].isna().to_numpy().any():
        return rows, False
    return rows.assign(step_seconds=rows["step_seconds"] + rows[names[0]] - rows[names[1]]), True


def _sound(blocks: pd.DataFrame) -> Seconds:
    """Without the suspect blocks while enough others remain; with them, and saying so, if not."""
    sound = blocks[blocks["suspect"] == ""]
    suspect = ""
    if len(sound) >= FEWEST_BLOCKS:
        blocks = sound
    elif len(sound) < len(blocks):
        suspect = str(blocks.loc[blocks["suspect"] != "", "suspect"].iloc[0])
    cold, step = blocks[["cold_start_seconds", "step_seconds"]].to_numpy(dtype=np.float64).T
    return Seconds(cold, step, suspect=suspect)


def _at_step(rows: pd.DataFrame, step: float) -> pd.DataFrame:
    """A row per block whose step takes `step`, times what made the block fast or slow elsewhere."""
    log = np.log(rows["step_seconds"])
    factor = np.exp(log - log.groupby(rows["batch_size"]).transform("mean"))
    by_block = factor.groupby(rows["block"]).mean()
    blocks = rows.drop_duplicates("block")
    return blocks.assign(step_seconds=step * blocks["block"].map(by_block))
