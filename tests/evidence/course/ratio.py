"""`python -m tests.evidence.course.ratio`: the suite's course loop against a plain one like it.

Both train the same network on the same samples in one process, on one thread, epochs in turn
(ABBA); given are CPU seconds and the median ratio of the pairs with its interval.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from bench.job import Job
from bench.loop import RECURRENT, RUNGS
from bench.train.trainer import epoch_work, fresh_training, open_trainer
from models import WORKLOADS, Split, load_dataset, timed_split
from models.optimizers import make_optimizer
from tests.evidence.course import plain
from tests.evidence.loop_overhead import median_interval

SAMPLES = 256
CELLS = [("mlp", 32), ("mlp", 512), ("lstm", 128), ("cnn", 128)]
JOB = Job(
    workload="", device="cpu", threads=1, batch_sizes=(), epochs=1, samples=SAMPLES, seed=0,
    optimizer="adam", optimizer_implementation="for-loop", learning_rate=0.001,
    cell_timeout_seconds=600.0,
)  # fmt: skip
TEXT = """# The course's loop, as the suite times it and written out plainly

`python -m tests.evidence.course.ratio --pairs {pairs} --out results/course_loop.md`

`tests/evidence/course/plain.py` is the published behaviour of `UDA_pytorch_classifier_fit` and
`UDA_get_rnn_last_time_step_outputs` in code of its own. Epochs of {samples} training samples, with
the evaluation of these and of all held-out ones, in turn in one process: CPU milliseconds, one
thread, Adam by torch's loop over parameters. The ratio is the median of {pairs} pairs with its 95 %
interval.

| workload | samples | batch size | suite | plain | suite / plain |
|---|---|---|---|---|---|
{loops}

An epoch whose images are decoded whenever they are asked for, beside that of the list of tensors,
both by the suite's loop:

| workload | batch size | decoded on the fly | list | times |
|---|---|---|---|---|
{decoding}
"""


Loop = tuple[nn.Module, Callable[[int], object]]
"""A network, and what trains it for an epoch, told by its number."""


def suite(workload: str, batch_size: int, rung: str, samples: int = SAMPLES) -> Loop:
    """The suite's loop."""
    job = replace(JOB, workload=workload, samples=samples, loop=RUNGS[rung])
    trainer = open_trainer(job)
    network, optimizer = fresh_training(trainer)
    work = partial(epoch_work, trainer, network, optimizer, batch_size=batch_size)
    return network, lambda number: work(number=number)()


def plainly(
    workload: str, batch_size: int, rung: str, samples: int = SAMPLES, sampler: Any = None
) -> Loop:
    """The same by the plain loop; in the sampler's order where there is one."""
    own = WORKLOADS[workload]
    data = load_dataset(own.dataset)
    series = workload in RECURRENT
    made: Callable[[Split], Any] = plain.PilImages if rung == "decoding" else plain.samples_of
    torch.manual_seed(JOB.seed)
    built = own.build()
    network = plain.Packed(built) if series else built
    optimizer = make_optimizer(
        network.parameters(), name="adam", implementation="for-loop", learning_rate=0.001
    )
    train, held_out = made(timed_split(data.train, samples)), made(data.held_out)
    loader: Any = DataLoader(
        train, batch_size=batch_size, shuffle=sampler is None, sampler=sampler,
        collate_fn=plain.padded if series else None,
    )  # fmt: skip
    return network, lambda _: plain.train_epoch(network, optimizer, loader, held_out)


def cpu_seconds(work: Callable[[int], object], number: int) -> float:
    """CPU seconds of one epoch."""
    begun = time.process_time()
    work(number)
    return time.process_time() - begun


def compared(loops: tuple[Loop, Loop], pairs: int) -> list[str]:
    """Medians of both in milliseconds, and the ratio of the pairs; the first pair warms up."""
    (_, one), (_, other) = loops
    seconds = []
    for number in range(pairs + 1):
        order = (one, other) if number % 2 else (other, one)
        taken = {work: cpu_seconds(work, number) for work in order}
        seconds.append((taken[one], taken[other]))
    ratios = [math.log(mine / its) for mine, its in seconds[1:]]
    middle, low, high = map(math.exp, median_interval(ratios))
    medians = [statistics.median(own) * 1000 for own in zip(*seconds[1:], strict=True)]
    return [*(f"{own:.1f}" for own in medians), f"{middle:.2f} [{low:.2f}, {high:.2f}]"]


def loops(pairs: int) -> Iterator[list[str]]:
    """A row per cell: the suite's loop against the plain one."""
    for workload, size in CELLS:
        for rung in ("course", "decoding") if workload == "mlp" else ("course",):
            both = (suite(workload, size, rung), plainly(workload, size, rung))
            words = "decoded" if rung == "decoding" else "a list"
            yield [workload, words, str(size), *compared(both, pairs)]


def decoding(pairs: int) -> Iterator[list[str]]:
    """A row per cell of images: decoded on the fly against the list."""
    for workload, size in CELLS:
        if workload not in RECURRENT:
            both = (suite(workload, size, "decoding"), suite(workload, size, "course"))
            yield [workload, str(size), *compared(both, pairs)]


def said(row: list[str]) -> str:
    """Makes a line of a table, and shows it."""
    line = f"| {' | '.join(row)} |"
    print(line, flush=True)
    return line


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=30, help="pairs of epochs (default: 30)")
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    lines = {
        name: "\n".join(map(said, rows(told.pairs)))
        for name, rows in (("loops", loops), ("decoding", decoding))
    }
    told.out.write_text(TEXT.format(pairs=told.pairs, samples=SAMPLES, **lines), encoding="utf-8")


if __name__ == "__main__":
    main()
