"""Real runs that are disturbed: the trials of `tests.evidence.crashes`, as a row of the table."""

import math
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from tests.evidence.crashes.kinds import KINDS, run_trial
from tests.evidence.crashes.trial import Trial
from tests.evidence.edges.trial import Fault, Row, row, until

AT_ONCE = 3
"""Trials at a time: much of each is waiting."""


def planned(count: int, seed: int) -> Iterator[tuple[str, int]]:
    """So many trials, every kind in turn, each with a seed of its own."""
    kinds = list(KINDS)
    yield from ((kinds[n % len(kinds)], seed + n // len(kinds)) for n in range(count))


def tried(
    count: int, seed: int, folder: Path, *, end: float = math.inf,
    run: Callable[[str, int, Path], Trial] = run_trial,
) -> Row:  # fmt: skip
    """The row of the table; no trial is begun after the `end`."""
    found, kinds, struck = list[Fault](), set[str](), 0
    running: dict[Future[Trial], tuple[str, int]] = {}

    def take(done: Iterable[Future[Trial]]) -> None:
        nonlocal struck
        for one in done:
            (kind, own), trial = running.pop(one), one.result()
            print(f"{kind}, seed {own}: {trial.problems or 'nothing lost'}", flush=True)
            shutil.rmtree(folder / trial.name, ignore_errors=True)
            found.extend(Fault(f"{kind}, seed {own}", problem) for problem in trial.problems)
            kinds.add(kind)
            struck += 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for kind, own in until(end, planned(count, seed)):
            running[pool.submit(run, kind, own, folder)] = (kind, own)
            if len(running) == AT_ONCE:
                take(wait(running, return_when=FIRST_COMPLETED).done)
        take(wait(running).done)
    return row("disturbed real runs", struck, {"ways to disturb them": len(kinds)}, found)
