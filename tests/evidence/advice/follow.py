"""`python -m tests.evidence.advice.follow FILES --workload NAME`: is the advice true when followed?

Asks for the advice as scripts/advise.py does, then trains exactly as told, on this machine's CPU:
fresh seeds that no file has seen, each in a process of its own, by a plain loop. At least 18 of 20
have to end at the target, in seconds within the interval that was told. `--out` keeps the table.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from scripts.read.metric import reached
from scripts.target.question import Question, known
from scripts.target.time import best_of, times_to_target
from scripts.words.target.advice import best_line
from tests.evidence.advice.plain import Task, Trained

ROOT = Path(__file__).resolve().parents[3]
FIRST_SEED = 1000
THREADS = "threads="
COLUMNS = [
    "workload", "target", "machine", "side", "batch_size", "optimizer", "learning_rate",
    "train_epochs", "seconds", "lo", "hi", "seeds", "standing", "inside", "median_seconds",
    "least_seconds", "most_seconds",
]  # fmt: skip


def advised(files: Sequence[Path], question: Question) -> dict[Any, Any]:
    """The CPU's row of the advice, as `times_to_target` has it."""
    rows = known(files, question)
    times = times_to_target(rows.epochs, rows.rounds)
    best = best_of(of_cpu(times)) if len(times) else times
    if best.empty:
        raise SystemExit(f"no CPU of these files has an advice for {question.workload}")
    row: dict[Any, Any] = best.sort_values("seconds").iloc[0].to_dict()
    return row


def of_cpu(times: pd.DataFrame) -> pd.DataFrame:
    """The rows of sides that the plain loop can be: the CPU, with torch's threads or others."""
    return times[times["side"].str.fullmatch(rf"cpu(\+{THREADS}\d+)?")]


def tasks(row: Mapping[Any, Any], seeds: int) -> list[Task]:
    """What the advice says to train, once for each fresh seed."""
    return [
        Task(
            workload=row["workload"],
            batch_size=int(row["batch_size"]),
            optimizer=row["optimizer"],
            learning_rate=float(row["learning_rate"]),
            epochs=int(row["train_epochs"]),
            seed=FIRST_SEED + seed,
            threads=int(row["side"].partition(THREADS)[2] or 0),
        )
        for seed in range(seeds)
    ]


def alone(task: Task) -> Trained:
    """Trains a task in a process of its own."""
    command = [sys.executable, "-m", "tests.evidence.advice.plain", json.dumps(asdict(task))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Trained(**json.loads(done.stdout))


def outcome(row: Mapping[Any, Any], runs: Sequence[Trained]) -> dict[str, Any]:
    """A row of the table: what was told, and what became of it."""
    seconds = [sum(run.seconds) for run in runs]
    standing = sum(reached(row["metric"], run.scores[-1], row["target"]) for run in runs)
    return {name: row[name] for name in COLUMNS if name in row} | {
        "seeds": len(runs),
        "standing": standing,
        "inside": sum(row["lo"] <= value <= row["hi"] for value in seconds),
        "median_seconds": round(median(seconds), 4),
        "least_seconds": round(min(seconds), 4),
        "most_seconds": round(max(seconds), 4),
    }


def write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows to a table, which has one of each workload and target."""
    kept: list[Mapping[str, Any]] = []
    if path.exists():
        told = {(row["workload"], str(row["target"])) for row in rows}
        with path.open(newline="", encoding="utf-8") as file:
            kept = [
                row for row in csv.DictReader(file) if (row["workload"], row["target"]) not in told
            ]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows([*kept, *rows])


def parser(about: str | None) -> argparse.ArgumentParser:
    """The arguments that both experiments have."""
    own = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    own.add_argument("files", nargs="+", type=Path, help="timing and learning files")
    own.add_argument("--workload", required=True)
    own.add_argument("--target", type=float, help="held-out score (default: learned)")
    own.add_argument("--machine", help="this machine's name in the files")
    own.add_argument("--out", type=Path, help="a CSV file for the table")
    return own


def main(arguments: list[str] | None = None) -> int:
    """Follows the advice and prints what came of it; 1 when it did not hold."""
    own = parser(__doc__)
    own.add_argument("--seeds", type=int, default=20)
    options = own.parse_args(arguments)
    question = Question(options.workload, target=options.target, machine=options.machine)
    row = advised(options.files, question)
    print(best_line(row), flush=True)
    runs = [alone(task) for task in tasks(row, options.seeds)]
    told = outcome(row, runs)
    print(
        f"{told['standing']} of {told['seeds']} fresh seeds end at the target, {told['inside']} "
        f"within the interval; median {told['median_seconds']:.3g} s"
    )
    if options.out:
        write(options.out, COLUMNS, [told])
    return 0 if min(told["standing"], told["inside"]) >= 0.9 * told["seeds"] else 1


if __name__ == "__main__":
    sys.exit(main())
