"""Which jobs a command comes to: one per kind of node, or one per cell where it learns."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.cluster.job import BENCH, Job
from scripts.read.document import ResultError

CELL = re.compile(r"::bench_learning\[(.+)\]$")
NAME = re.compile(r"[\w.-]+")
OURS = ("--benchmark-json", "--resume", "--overwrite")
LEARNED = "learning-cluster.json"


@dataclass
class Kind:
    """A kind of node: its name, its partition, and what else sbatch is asked for."""

    name: str
    partition: str
    asked: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Jobs that are submitted together: where, and what sbatch is asked for."""

    partition: str
    asked: dict[str, Any]
    jobs: list[Job]


def kinds_of(partitions: str, slurm: Sequence[str]) -> list[Kind]:
    """Returns the kinds of `a100,fast@v100`, with options as `account=me` and `a100:gres=gpu:1`.

    Raises ResultError for what is not of this form.
    """
    kinds = []
    for typed in partitions.split(","):
        name, _, partition = typed.rpartition("@")
        kinds.append(Kind(name or partition, partition))
    names = [kind.name for kind in kinds]
    for name in names:
        if not NAME.fullmatch(name) or names.count(name) > 1:
            words = (
                f"{name!r} is no name of its own; write PARTITION or NAME@PARTITION, with commas"
            )
            raise ResultError("", "--partitions", words)
    for typed in slurm:
        option, equals, value = typed.partition("=")
        name, colon, option = option.rpartition(":")
        if not option or not equals or (colon and name not in names):
            words = f"{typed!r} is not OPTION=VALUE or KIND:OPTION=VALUE, as account=me"
            raise ResultError("", "--slurm", words)
        for kind in kinds:
            if kind.name == name or not colon:
                kind.asked[option.replace("-", "_")] = value  # as submitit writes it
    return kinds


def cells_of(options: Sequence[str]) -> list[str]:
    """Returns the learning cells that these options of `pytest bench` ask for, by their names.

    Raises ResultError with what pytest refuses, before anything waits in a queue for it.
    """
    for option in OURS:
        if any(typed.partition("=")[0] == option for typed in options):
            raise ResultError("", option, "is given to each job by --out and what lies there")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(BENCH), *options, "--collect-only", "-q"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode:
        raise ResultError("", "", refusal(lines))
    return [found.group(1) for line in lines if (found := CELL.search(line))]


def refusal(lines: Sequence[str]) -> str:
    """Returns what `pytest bench` refused, out of the lines that it said."""
    refused = [line for line in lines if line.startswith("ERROR: ") and ": usage: " not in line]
    wrong = [line.partition(": error: ")[2] for line in lines if ": error: " in line]  # argparse's
    return (refused or wrong or lines[-1:] or [""])[0].removeprefix("ERROR: ").strip()


def batches_of(
    kinds: Sequence[Kind], cells: Sequence[str], options: Sequence[str], folder: Path
) -> list[Batch]:
    """Returns a job per kind, with its node to itself; of learning an array, a job per cell.

    What is timed wants all of a node. What learns is not timed: any of the partitions will do.
    """
    here, typed = Path.cwd(), tuple(options)
    if not cells:
        return [
            Batch(
                kind.partition,
                {"exclusive": True, "mem": "0", "job_name": f"crossover-{kind.name}", **kind.asked},
                [Job(kind.name, folder / f"{kind.name}.json", str(BENCH), typed, here)],
            )
            for kind in kinds
        ]
    what = f"{BENCH / 'bench_learning.py'}::bench_learning"
    jobs = [
        Job(cell, folder / "cells" / cell / LEARNED, f"{what}[{cell}]", typed, here)
        for cell in cells
    ]
    asked = {name: value for kind in kinds for name, value in kind.asked.items()}
    partitions = ",".join(kind.partition for kind in kinds)
    return [Batch(partitions, {"job_name": "crossover-learning", **asked}, jobs)]
