"""`python -m tests.evidence.cluster.cost`: what a whole cluster costs, on paper.

Everything is computed from committed files: a default run, and what a report of many files took.
"""

import json
import re
from datetime import datetime

from bench.measure.process import ROOT

KINDS, RUNS = 100, 3
RUN, SCALE = "results/xeon.json", "results/scale.md"
BUDGET_SECONDS = 600
BESIDE = 5
"""Files of a job beside its result: its id, script and log, what was submitted, what came back."""
REPORTED = re.compile(r"^(\d+) files.*^\| the whole of `report.py` \| (\d+) \|", re.M | re.S)
PAGE = """\
# A whole cluster, on paper

{kinds} kinds of node, {runs} runs each, by `scripts/fleet.py`. Computed from committed files by
`python -m tests.evidence.cluster.cost`; no such cluster was at hand.

| | one run | all {all} |
|---|---|---|
| node hours of a default run, as of `{run}` | {hours:.2f} | {all_hours:.0f} |
| node hours with `--budget {budget}`, at most | {budget_hours:.2f} | {all_budget_hours:.0f} |
| hours on the clock, a node of each kind being free | {hours:.2f} | {clock_hours:.2f} |
| result files | {kilobytes:.0f} kB | {all}, {megabytes:.0f} MB |
| files beside them: ids, pickles and logs of the jobs | {beside} | {all_beside} |
| seconds of `report.py` | | {report:.0f} |

That run has {cells} cells, on two slow cores: a faster node takes less, a larger grid more.
The report's seconds are those of {files} files of 800 cells, {seconds} s (`{scale}`), by the number
of files. One command is a run of every kind, in a folder of its own; all three are read by
`report.py results/fleet-1 results/fleet-2 results/fleet-3 --group-runs`.
"""


def page() -> str:
    """What it comes to."""
    path = ROOT / RUN
    own = json.loads(path.read_bytes())["crossover"]
    ended, began = (datetime.fromisoformat(own["run"][name]) for name in ("finished", "started"))
    hours = (ended - began).total_seconds() / 3600
    found = REPORTED.search((ROOT / SCALE).read_text(encoding="utf-8"))
    assert found, f"{SCALE} says no seconds"
    files, seconds = map(int, found.groups())
    count, size = KINDS * RUNS, path.stat().st_size
    return PAGE.format(
        kinds=KINDS,
        runs=RUNS,
        all=count,
        run=RUN,
        cells=own["planned"],
        hours=hours,
        all_hours=hours * count,
        clock_hours=hours * RUNS,
        budget=BUDGET_SECONDS,
        budget_hours=BUDGET_SECONDS / 3600,
        all_budget_hours=BUDGET_SECONDS / 3600 * count,
        kilobytes=size / 1e3,
        megabytes=size * count / 1e6,
        beside=BESIDE,
        all_beside=BESIDE * count,
        report=seconds * count / files,
        files=files,
        seconds=seconds,
        scale=SCALE,
    )


if __name__ == "__main__":
    print(page(), end="")
