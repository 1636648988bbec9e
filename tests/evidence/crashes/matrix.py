"""`python -m tests.evidence.crashes.matrix`: is anything lost, whatever ends a run?

Starts real runs of the suite (CPU, real training), ends them in every way that a long run meets,
each at a random moment, checks what is left (`crashes.checks`), resumes them and checks again.
Prints a table, and writes it with `--out`. Nothing depends on how fast the machine is.
"""

import argparse
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.corpus import Corpus
from tests.evidence.crashes.checks import CHECKED
from tests.evidence.crashes.kinds import KINDS
from tests.evidence.crashes.trial import MEASUREMENTS, Trial


def run_trial(kind: str, seed: int, folder: Path, *, stubbed: bool = False) -> Trial:
    """One trial of a kind in a folder of its own; its problems are the losses."""
    name = f"{list(KINDS).index(kind)}-{seed}"
    earlier = json.dumps(Corpus().result()).encode()
    trial = Trial(folder / name, name=name, seed=f"{kind} {seed}", earlier=earlier, stubbed=stubbed)
    trial.folder.mkdir(parents=True)
    trial.result.write_bytes(earlier)
    try:
        KINDS[kind](trial)
    except Exception as error:  # noqa: BLE001 - a trial that breaks is a finding of that trial
        trial.problem(f"the trial broke: {error!r}")
    finally:
        trial.clean()
    return trial


def table(trials: dict[str, list[Trial]]) -> Iterator[str]:
    """The matrix as Markdown."""
    yield "| what happens | trials | losses | answers by then | seconds to end | checked besides |"
    yield "|---|---|---|---|---|---|"
    for kind, done in trials.items():
        struck = sorted(trial.struck_after for trial in done if trial.struck_after is not None)
        ends = sorted(trial.seconds_to_end for trial in done if trial.seconds_to_end is not None)
        seconds = f"{ends[len(ends) // 2]:.1f} (most {ends[-1]:.1f})" if ends else ""
        yield (
            f"| {kind} | {len(done)} | {losses(done)} | {', '.join(map(str, struck))} | {seconds} "
            f"| {KINDS[kind].__doc__} |"
        )
    every = [trial for done in trials.values() for trial in done]
    yield f"| **together** | **{len(every)}** | **{losses(every)}** | | | |"


def losses(trials: list[Trial]) -> int:
    """How many trials lost something, or left what must not be left."""
    return sum(bool(trial.problems) for trial in trials)


def report(trials: dict[str, list[Trial]], command: str, minutes: float) -> Iterator[str]:
    """The table with what was checked in every trial."""
    yield "# Crash matrix"
    yield ""
    yield f"`{command}`, {minutes:.0f} minutes on {os.cpu_count()} cores."
    yield ""
    yield "After each trial, and again when the run was resumed:"
    yield ""
    yield CHECKED
    yield from table(trials)
    yield ""
    yield (
        "*Answers by then*: how many of the run's worker answers (an undisturbed one has "
        f"{MEASUREMENTS}) it had dealt with when it was struck, for every trial; both the number "
        "and a pause after it are drawn at random."
    )


def options_of(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What was typed, and the kinds that it means."""
    parser = argparse.ArgumentParser(description="Is anything lost, whatever ends a run?")
    parser.add_argument("--trials", type=int, default=64, help="trials in all (default: 64)")
    parser.add_argument("--kinds", help="only kinds whose name contains this text")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments (default: 0)")
    parser.add_argument("--parallel", type=int, default=2, help="trials at once (default: 2)")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    options = parser.parse_args(arguments)
    kinds = [kind for kind in KINDS if options.kinds is None or options.kinds in kind]
    if not kinds:
        parser.error(f"--kinds {options.kinds}: no kind has that in its name: {', '.join(KINDS)}")
    return options, kinds


def main() -> int:
    """Runs the trials; exit status 1 when anything was lost."""
    options, kinds = options_of(sys.argv[1:])
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
    command = shlex.join(["python", "-m", "tests.evidence.crashes.matrix", *sys.argv[1:]])
    lines = list(report(trials, command, (time.monotonic() - begun) / 60))
    print("\n".join(lines))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(losses(done) for done in trials.values()))


if __name__ == "__main__":
    sys.exit(main())
