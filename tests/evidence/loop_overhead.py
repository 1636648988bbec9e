"""`python -m tests.evidence.loop_overhead`: what the timed loop costs over the barest possible one.

Both loops train the same network in one process, in turn (ABBA), and the median ratio of the pairs
is printed with its interval. The bare loop is written out below, apart from the suite's own code.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from bench.train.lean_loop import train_epoch
from models import WORKLOADS, Split, load_dataset, timed_split
from models.optimizers import make_optimizer

BATCH_SIZES = (8, 32, 512)


def bare_epoch(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    split: Split,
    order: torch.Tensor,
    size: int,
) -> None:
    """Slices of a permuted tensor, forward, loss, backward, step: nothing else."""
    x, y = split.inputs[0][order], split.targets[order]
    for i in range(0, len(y), size):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x[i : i + size]), y[i : i + size])
        loss.backward()  # type: ignore[no-untyped-call]  # torch's stubs miss it
        optimizer.step()


def seconds(work: Callable[[], None]) -> float:
    """Seconds on the host's clock; the CPU needs no waiting for."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_pairs(batch_size: int, pairs: int) -> list[float]:
    """log(suite's loop / bare loop) for each pair of epochs, the order alternating."""
    workload = WORKLOADS["mlp"]
    split = timed_split(load_dataset(workload.dataset).train, 4096)
    torch.manual_seed(0)
    network = workload.build()
    optimizer = make_optimizer(
        network.parameters(), name="sgd", implementation="foreach", learning_rate=0.01
    )
    order = torch.randperm(4096)
    ours = lambda: train_epoch(  # noqa: E731 - two closures of one shape, side by side
        network, workload.loss, optimizer, split, permutation=order, batch_size=batch_size
    )
    bare = lambda: bare_epoch(network, optimizer, split, order, batch_size)  # noqa: E731
    ratios = []
    for number in range(pairs + 1):
        if number % 2:
            mine, other = seconds(ours), seconds(bare)
        else:
            other, mine = seconds(bare), seconds(ours)
        if number:  # the first pair warms both up
            ratios.append(math.log(mine / other))
    return ratios


def median_interval(values: list[float]) -> tuple[float, float, float]:
    """(median, low, high): the order-statistic 95 % interval of a median (binomial, p = 1/2)."""
    ordered = sorted(values)
    reach = 1.96 * math.sqrt(len(ordered)) / 2
    low = max(0, math.floor(len(ordered) / 2 - reach))
    high = min(len(ordered) - 1, math.ceil(len(ordered) / 2 + reach))
    return statistics.median(ordered), ordered[low], ordered[high]


def main() -> None:
    """Prints one line a batch size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=40, help="pairs of epochs (default: 40)")
    pairs = parser.parse_args().pairs
    # The loop's own cost is the host's: a second thread would add its waiting, which is noise here.
    torch.set_num_threads(1)
    print("mlp, 4096 samples an epoch, one thread: the suite's loop over the bare one, median")
    for batch_size in BATCH_SIZES:
        middle, low, high = (
            100 * math.expm1(value) for value in median_interval(measure_pairs(batch_size, pairs))
        )
        print(f"batch size {batch_size:>4}: {middle:+.2f} % [{low:+.2f}, {high:+.2f}]")


if __name__ == "__main__":
    main()
