"""`python -m tests.evidence.campaign --out results/campaign`: does the suite find what was put in?

Blocks of the CPU against itself: one process as it is, one again as it is (A/A: every verdict but
`too close` or `undecided` is wrong), and one for each injected slow-down. The files are result
files like any other; slowed ones stand in them as sides `slowed:0`, `slowed:5` and so on. What they
mean: `python tests/evidence/detection.py results/campaign/*.json --out results`.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.answer import Measured, Started, Unmeasured
from bench.console.progress import RunProgress, planned_answers
from bench.grid import Side, WorkloadPlan
from bench.job import Job
from bench.machine.facts import describe_machine, run_probe
from bench.measure.blocks import Campaign
from bench.measure.death import Death
from bench.measure.journal import Header, Journal, JournalError, read_journal
from bench.measure.measurements import JournalLine, Key, Measurements
from bench.measure.process import run_worker
from bench.measure.search import measure_all
from bench.record.outcome import block_suspicions, timed
from bench.record.precision import precision_text
from bench.record.result_file import SCHEMA_VERSION, now, write_json
from bench.record.rows import block_row
from bench.record.tables import process_tables
from bench.sides.settings import Settings

SAMPLES = 512
SLOWED = "slowed:"
"""The side that is the CPU, slowed by as many per cent as follow."""


def batch_sizes_of(options: argparse.Namespace) -> tuple[int, ...]:
    """From 16 to 512, `--step` apart."""
    return tuple(range(16, SAMPLES, options.step))


def settings_of(options: argparse.Namespace, seed: int) -> Settings:
    """One run of the campaign as the settings of a run of the suite."""
    return Settings(
        preset="campaign",
        workloads=(options.workload,),
        batch_sizes=batch_sizes_of(options),
        epochs=(1,),
        sides=("cpu", *(f"{SLOWED}{percent}" for percent in options.slowdowns)),
        base="cpu",
        devices=(),
        threads=(options.threads,) if options.threads else (),
        blocks=options.blocks,
        samples=SAMPLES,
        optimizer="sgd",
        optimizer_implementation="foreach",
        learning_rate=None,
        seed=seed,
        cell_timeout_seconds=60.0,
        suspect_repeats=0,
        until_decided=False,
        find_crossover=False,
    )


def plan_of(options: argparse.Namespace) -> WorkloadPlan:
    """The CPU as it is, a side for each slow-down, and A/A."""
    cpu, sizes = Side("cpu"), batch_sizes_of(options)
    sides = {cpu: sizes, cpu._replace(again=True): (sizes[0], sizes[-1])}
    sides |= {Side(f"{SLOWED}{percent}"): sizes for percent in options.slowdowns}
    return WorkloadPlan(options.workload, sides, 1)


def run_side(threads: int, job: Job) -> Iterator[Started | Measured | Unmeasured | Death]:
    """The answers of bench's worker, or of one that slows its steps, on the CPU in either case."""
    percent = int(job.device.removeprefix(SLOWED)) if job.device.startswith(SLOWED) else 0
    job = replace(job, device="cpu", threads=threads)
    if not percent:
        return run_worker(job)
    return run_worker(job, (sys.executable, "-m", "tests.evidence.slowed_worker", str(percent)))


def rows(plan: WorkloadPlan, measurements: Measurements) -> list[dict[str, Any]]:
    """The sides' rows, as pytest-benchmark writes them. A/A repeats are measurements alone."""
    return [
        _row(Key(plan.workload, side, size), measurements)
        for side, sizes in plan.batch_sizes.items()
        if not side.again
        for size in sizes
    ]


def _row(key: Key, measurements: Measurements) -> dict[str, Any]:
    rounds = timed(measurements, key)
    data = [one.total_seconds(1) for one in rounds.values()]
    axes = {"workload": key.workload, "batch_size": key.batch_size, "epochs": 1}
    params = axes | {"device": key.side.name}
    name = f"campaign[{'-'.join(map(str, params.values()))}]"
    return {
        "name": name,
        "fullname": name,
        "params": params,
        "extra_info": {
            "side": key.side.name,
            "suspect": block_suspicions(key, rounds, measurements),
        },
        "stats": {"rounds": len(data), "data": data},
    }


def run_once(options: argparse.Namespace, number: int, console: Console) -> None:
    """One run of the campaign: measured, journalled, written; a finished one is left alone."""
    name = f"{options.workload}-{number}"
    path = options.out / f"{name}.json"
    if path.exists():
        console.print(f"{path} exists: left alone", highlight=False)
        return
    settings = settings_of(options, number)
    probe = run_probe(("cpu",), workloads=settings.workloads, samples=SAMPLES)
    about = probe["workloads"][options.workload]
    rate = about.pop("learning_rates")["sgd"]
    plan = plan_of(options)
    journal, measurements = open_journal(path.with_suffix(".journal.jsonl"))
    planned = planned_answers([plan], settings.blocks, missing=())
    started = now()
    with RunProgress(planned, console) as progress:
        campaign = Campaign(
            settings=settings,
            learning_rates={options.workload: rate},
            journal=journal,
            measurements=measurements,
            missing_devices={},
            cores=probe["torch_threads"],
            report=progress.answered,
            worker=partial(run_side, options.threads),
        )
        measure_all(campaign, [plan])
    journal.close()
    benchmarks = rows(plan, measurements)
    answers = (one.process for blocks in measurements.measured.values() for one in blocks.values())
    content = {
        "machine_info": {"node": name, "crossover": describe_machine(name, probe)},
        "benchmarks": benchmarks,
        "crossover": {
            "schema_version": SCHEMA_VERSION,
            "complete": True,
            "planned": len(benchmarks),
            "measured": len(benchmarks),
            "run": run_record(settings, started, {options.workload: rate})
            | {"precision": precision_text(answers)},
            "workloads": {options.workload: about},
            "absent": [],
            **process_tables(measurements.measured),
            "blocks": [block_row(block) for block in measurements.blocks],
        },
    }
    write_json(path, content)
    journal.path.unlink()


def run_record(settings: Settings, started: str, rates: dict[str, float]) -> dict[str, Any]:
    """The run's settings, command and times, as every result file has them."""
    record: dict[str, Any] = asdict(settings)
    del record["learning_rate"]
    return record | {
        "command": f"python -m tests.evidence.campaign {' '.join(sys.argv[1:])}",
        "started": started,
        "finished": now(),
        "learning_rates": rates,
        "looks": [settings.blocks],
    }


def open_journal(path: Path) -> tuple[Journal, Measurements]:
    """The journal of a run that was cut short, with what it holds, or a new one."""
    measurements = Measurements()
    try:
        _, lines = read_journal(path, JournalLine)
    except JournalError:
        return Journal.create(path, Header("", "", overwrites=False, identity={})), measurements
    for line in lines:
        measurements.take(line)
    return Journal.reopen(path), measurements


def main() -> None:
    """Measures the campaign's runs one after the other; run again, it goes on where it was cut."""
    parser = argparse.ArgumentParser(description="Does the suite find what was put in?")
    parser.add_argument("--out", type=Path, required=True, help="folder of the result files")
    parser.add_argument("--workload", default="mlp", help="workload (default: mlp)")
    parser.add_argument("--runs", type=int, default=8, help="runs (default: 8)")
    parser.add_argument("--blocks", type=int, default=5, help="blocks a run (default: 5)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: torch's own)")
    parser.add_argument("--step", type=int, default=8, help="between batch sizes (default: 8)")
    parser.add_argument(
        "--slowdowns",
        type=lambda text: tuple(map(int, text.split(","))),
        default=(0, 5, 10, 20),
        help="per cent of a step's own time, 0 for A/A (default: 0,5,10,20)",
    )
    options = parser.parse_args()
    console = Console()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        for number in range(options.runs):
            run_once(options, number, console)
    except (pytest.UsageError, JournalError) as error:
        sys.exit(f"python -m tests.evidence.campaign: {error}")


if __name__ == "__main__":
    main()
