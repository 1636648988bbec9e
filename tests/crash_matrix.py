"""`python -m tests.crash_matrix`: is anything lost, whatever ends a run?

Starts real runs of the suite (CPU, real training), ends them in every way that a long run meets,
each at a random moment, and checks after each: the journal reads; every finished answer is in it;
no truncated cell counts as timed; no process is left behind; the earlier result file is intact or
replaced by a whole one; `--resume` ends with the cells of an undisturbed run, measures nothing
twice, and leaves one file that the loader accepts. Prints a table, and writes it with `--out`.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.corpus import Corpus
from tests.crash_kinds import KINDS
from tests.crash_trial import Trial, clean


def run_trial(kind: str, seed: int, folder: Path) -> Trial:
    """One trial of a kind in a folder of its own; its problems are the losses."""
    name = f"{list(KINDS).index(kind)}-{seed}"
    earlier = json.dumps(Corpus().result()).encode()
    dice = random.Random(f"{kind} {seed}")  # noqa: S311 - moments, not secrets
    trial = Trial(folder=folder / name, name=name, dice=dice, earlier=earlier)
    trial.folder.mkdir(parents=True)
    trial.result.write_bytes(earlier)
    try:
        KINDS[kind](trial)
    except Exception as error:  # noqa: BLE001 - a trial that breaks is a finding of that trial
        trial.problem(f"the trial broke: {error!r}")
    finally:
        clean(trial)
    return trial


def table(trials: dict[str, list[Trial]]) -> Iterator[str]:
    """The matrix as Markdown."""
    yield "| what happens to the run | trials | losses | seconds to its end |"
    yield "|---|---|---|---|"
    for kind, done in trials.items():
        ends = sorted(trial.seconds_to_end for trial in done if trial.seconds_to_end is not None)
        seconds = f"{ends[len(ends) // 2]:.1f} (most {ends[-1]:.1f})" if ends else ""
        losses = sum(bool(trial.problems) for trial in done)
        yield f"| {kind} | {len(done)} | {losses} | {seconds} |"
    every = [trial for done in trials.values() for trial in done]
    losses = sum(bool(trial.problems) for trial in every)
    yield f"| **together** | **{len(every)}** | **{losses}** | |"


def main() -> int:
    """Runs the trials; exit status 1 when anything was lost."""
    parser = argparse.ArgumentParser(description="Is anything lost, whatever ends a run?")
    parser.add_argument("--trials", type=int, default=56, help="trials in all (default: 56)")
    parser.add_argument("--kinds", help="only kinds whose name contains this text")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments (default: 0)")
    parser.add_argument("--parallel", type=int, default=2, help="trials at once (default: 2)")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if options.kinds is None or options.kinds in kind]
    if not kinds:
        parser.error(f"--kinds {options.kinds}: no kind has that in its name: {', '.join(KINDS)}")
    trials: dict[str, list[Trial]] = {kind: [] for kind in kinds}
    plan = [(kinds[n % len(kinds)], options.seed + n // len(kinds)) for n in range(options.trials)]
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(max_workers=options.parallel) as pool,
    ):
        futures = [pool.submit(run_trial, *each, Path(folder)) for each in plan]
        for (kind, seed), future in zip(plan, futures, strict=True):
            trials[kind].append(future.result())
            problems = trials[kind][-1].problems
            print(f"{kind}, seed {seed}: {problems or 'nothing lost'}", flush=True)
    lines = list(table(trials))
    print("\n".join(lines), f"\n{(time.monotonic() - begun) / 60:.1f} minutes")
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(trial.problems for done in trials.values() for trial in done))


if __name__ == "__main__":
    sys.exit(main())
