"""Page faults in place of training: CPU cells whose memory is fetched anew at every step.

An allocator that gives a large block back when it is freed gets the next one from the system, with
a page fault for every page of it. The fault share of a step is its system seconds over all its CPU
seconds: over wall seconds it would be too small on a loaded host and too large where threads work
side by side. A page fault explains SECONDS_PER_FAULT at most: what is more is threads that wait.
"""

import pandas as pd

from scripts.read.sides import is_cpu
from scripts.read.studies import CELL

QUARTER = 0.25
"""From this fault share on the cause is memory allocation."""
SECONDS_PER_FAULT = 1e-5
"""Seen are 1 to 3 microseconds."""
PER_STEP = [
    "minor_faults_per_step",
    "major_faults_per_step",
    "user_seconds_per_step",
    "system_seconds_per_step",
]
_WORDS = ["allocator", "allocator_variables"]
COLUMNS = [*CELL, "step_seconds", *PER_STEP, "fault_share", *_WORDS, "doubt"]


def page_faults(rounds: pd.DataFrame) -> pd.DataFrame:
    """A row per CPU cell whose page faults were counted (COLUMNS): medians over its blocks.

    `rounds` as of `doubt.trusted`; files of before have no counts, and no rows here.
    """
    known = rounds[rounds["minor_faults_per_step"].notna()]
    known = known[known["side"].map(is_cpu).astype(bool) & ~known["again"]]
    cells = known.drop_duplicates([*CELL, "block"]).groupby(CELL, sort=False)
    told = cells[[*_WORDS, "doubt"]].first()
    table = cells[["step_seconds", *PER_STEP]].median().join(told).reset_index()
    return table.assign(fault_share=_fault_share(table))[COLUMNS]


def _fault_share(steps: pd.DataFrame) -> pd.Series:
    system = steps["system_seconds_per_step"]
    explained = system.clip(upper=SECONDS_PER_FAULT * steps["minor_faults_per_step"])
    return explained / (steps["user_seconds_per_step"] + system)
