"""Why a side is slower and what would help, in a line each: from studies, else from seconds."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from scripts.read.sides import is_cpu
from scripts.read.text import times
from scripts.why import causes as why
from scripts.why.remedies import REMEDY
from scripts.words.faults import faults_cause
from scripts.words.names import listed
from scripts.words.remedies import best_remedies
from scripts.words.settings import settings_words
from scripts.words.steps import FIXED_COST, pays_fixed_cost
from scripts.words.why import MEANINGS

UNKNOWN = "Why is not known: pytest bench --diagnose tells."
_UNTRIED = "pytest bench --remedies all tries {}."
_NO_REMEDY = "No remedy of those tried made it surely faster."
_LEAST_GAIN = 1.1
"""What a larger batch gains is worth a word from here on."""
_FEW = 3
"""Networks that are named."""


class Known(NamedTuple):
    """What is known of a `side` against its `base` on a machine.

    `slower` are the networks on which it is slower once warm, `place` is empty or ` on devbox`.
    `causes` are of the side; `remedies`, `faults` (rows of `page_faults`) and trusted `rounds` of
    both.
    """

    side: str
    base: str
    place: str
    slower: frozenset[str]
    causes: pd.DataFrame
    remedies: pd.DataFrame
    faults: pd.DataFrame
    rounds: pd.DataFrame


class Larger(NamedTuple):
    """How many times as many samples per second a larger batch trains."""

    gain: float
    workload: str
    small: int
    large: int


def cause_sentence(known: Known) -> str:
    """Why: as it was diagnosed, else of a CPU its page faults, else what step times say."""
    of_cpu = faults_cause(known.faults) if is_cpu(known.side) else ""
    return _diagnosed(known.causes) or of_cpu or _fixed_cost(known)


def help_sentence(known: Known) -> str:
    """The best remedy, else a larger batch, and what was not tried; empty where none is needed."""
    tried = known.remedies[known.remedies["kind"] == REMEDY]
    best = best_remedies(tried)
    if len(best):
        row = best.sort_values("lo").iloc[-1]
        return (
            f"Best remedy of those tried: {settings_words(str(row['remedy']))}, "
            f"{times(row['gain'])} faster for {row['base']} on {row['workload']} at batch "
            f"{row['batch_size']}."
        )
    larger = larger_batch(known) if known.slower or is_cpu(known.side) else None
    words = _larger_words(larger, known.place) if larger else ""
    here = known.slower and not known.place
    untried = _UNTRIED.format("others" if words else "remedies") if here else ""
    return f"{words} {_NO_REMEDY if len(tried) else untried}".strip()


def larger_batch(known: Known) -> Larger | None:
    """What a larger batch gains on the side, at most: where it is slower anywhere, of these."""
    rounds = known.rounds[known.rounds["block"].notna() & (known.rounds["doubt"] == "")]
    own = rounds[rounds["side"] == known.side]
    if known.slower:
        own = own[own["workload"].isin(known.slower)]
    logs = np.log(own.set_index(["workload", "batch_size"])["samples_a_second"].dropna())
    found = []
    for workload, rates in logs.groupby(level=[0, 1]).mean().groupby(level=0):
        small, large = rates.index[0][1], rates.idxmax()[1]
        gain = float(np.exp(rates.max() - rates.iloc[0]))
        found.append(Larger(gain, str(workload), int(small), int(large)))
    best = max(found, default=None)
    return best if best and best.gain >= _LEAST_GAIN else None


def _larger_words(larger: Larger, place: str) -> str:
    return (
        f"What helps: a larger batch ({larger.workload}{place}, {larger.large} over "
        f"{larger.small}: {times(larger.gain)} the samples per second)."
    )


def _fixed_cost(known: Known) -> str:
    """What step times say of the networks; empty where they say nothing."""
    paying = [
        str(name)
        for name, own in known.rounds.groupby("workload", sort=False)
        if pays_fixed_cost(own, side=known.side, base=known.base)
    ]
    where = listed(paying) if len(paying) <= _FEW else f"{len(paying)} networks"
    return f"Why: {FIXED_COST} ({where})." if paying else ""


def _diagnosed(causes: pd.DataFrame) -> str:
    """The commonest cause at each network's smallest studied batch size."""
    warm = causes[causes["epochs"].isna() & (causes["cause"] != why.UNKNOWN)].sort_values(
        "batch_size"
    )
    if warm.empty:
        return ""
    first = warm.drop_duplicates("workload")
    own = first[first["cause"] == first["cause"].mode().iloc[0]]
    cause = str(own["cause"].iloc[0])
    return f"Why: {cause} at small batches on {listed(own['workload'])} ({MEANINGS[cause]})."
