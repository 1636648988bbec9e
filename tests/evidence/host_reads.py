"""`python -m tests.evidence.host_reads`: how often the host reads a number in a training step.

The course's recurrent helper (packed sequences, the last time step by a Python list) against padded
sequences and one gather. Nothing is timed: the counts are the same on every machine.
"""

import csv
import sys
from dataclasses import replace
from itertools import product
from typing import TextIO

import torch

from bench.job import Job
from bench.loop import LEAN, PARTS
from bench.train.trainer import fresh_training, open_trainer
from bench.why.diagnose import single_step
from bench.why.operations import count_operations

NETWORKS = ("rnn", "lstm")
"""Those of far symbols have the same layers."""
BATCH_SIZES = (8, 32, 128, 512)
COLUMNS = ("workload", "sequences", "gather", "batch_size", "host_reads", "operations")


def rows() -> list[tuple[str, str, str, int, int, int]]:
    """A row a workload, way through its layers and batch size (COLUMNS)."""
    found = []
    for workload, sequences, gather in product(NETWORKS, PARTS["sequences"], PARTS["gather"]):
        job = Job(
            workload=workload,
            device="cpu",
            threads=0,
            batch_sizes=BATCH_SIZES,
            epochs=1,
            samples=max(BATCH_SIZES),
            seed=0,
            optimizer="sgd",
            optimizer_implementation="foreach",
            learning_rate=0.01,
            cell_timeout_seconds=60.0,
            loop=replace(LEAN, sequences=sequences, gather=gather),
        )
        trainer = open_trainer(job)
        network, optimizer = fresh_training(trainer)
        for size in BATCH_SIZES:
            counted = count_operations(single_step(trainer, network, optimizer, size))
            counts = (counted.host_reads, counted.total)
            found.append((workload, sequences, gather, size, *counts))
    return found


def write(table: list[tuple[str, str, str, int, int, int]], file: TextIO) -> None:
    """Writes the rows as CSV."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(rows(), sys.stdout)
