"""Real runs that are disturbed: the trials of `tests.evidence.crashes`, as a row of the table."""

import math
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from tests.evidence.crashes.kinds import KINDS, run_trial
from tests.evidence.crashes.trial import Trial
from tests.evidence.edges.trial import Fault, Row, row, until

AT_ONCE = 2


def planned(count: int, seed: int) -> Iterator[tuple[str, int]]:
    """So many trials, every kind in turn, each with a seed of its own."""
    kinds = list(KINDS)
    yield from ((kinds[n % len(kinds)], seed + n // len(kinds)) for n in range(count))


def tried(
    count: int, seed: int, folder: Path, *, end: float = math.inf,
    run: Callable[[str, int, Path], Trial] = run_trial,
) -> Row:  # fmt: skip
    """The row of the table; no trial is begun after the `end`."""
    found, kinds, struck = [], set[str](), 0
    plan = until(end, planned(count, seed))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(plan, AT_ONCE)):
            trials = [pool.submit(run, kind, own, folder) for kind, own in some]
            for (kind, own), one in zip(some, trials, strict=True):
                trial = one.result()
                print(f"{kind}, seed {own}: {trial.problems or 'nothing lost'}", flush=True)
                shutil.rmtree(folder / trial.name, ignore_errors=True)
                found += [Fault(f"{kind}, seed {own}", problem) for problem in trial.problems]
                kinds.add(kind)
                struck += 1
    return row("disturbed real runs", struck, {"ways to disturb them": len(kinds)}, found)
