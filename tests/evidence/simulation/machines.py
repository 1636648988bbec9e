"""How often intervals between machines and between times to a target hold the truth."""

from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.moderate import Array, summarise
from scripts.judge.rule import FASTER, SLOWER, interval
from scripts.machines.runs import between
from scripts.machines.two_runs import difference
from scripts.target.contest import contest
from scripts.target.time import DRAWS
from tests.evidence.simulation.clock import Plan, processes

RUN_SPREAD, SPREAD = 0.05, 0.05
"""Of the machine from run to run, and of its processes within one."""


def run_means(random: np.random.Generator, *, comparisons: int, runs: int) -> Array:
    """Log seconds of each block's geometric mean over the default grid: (comparisons, runs, 5)."""
    plan = Plan()
    shape = (comparisons, runs, plan.blocks, plan.workloads, plan.sizes)
    noise = processes(random, shape, plan, spread=SPREAD).mean(axis=(3, 4))
    return np.asarray(noise + random.normal(0.0, RUN_SPREAD, (comparisons, runs, 1)))


def of_machines(*, comparisons: int, seed: int) -> pd.DataFrame:
    """Coverage and width of two machines' geometric means: by one run's blocks, and by runs."""
    random = np.random.default_rng(seed)
    rows = []
    for runs in (1, 3, 6):
        own, base = (run_means(random, comparisons=comparisons, runs=runs) for _ in range(2))
        found = difference(summarise(own[:, 0]), summarise(base[:, 0]))
        if runs > 1:
            found = between(own.mean(axis=-1), base.mean(axis=-1))
        low, high = interval(found, level=0.05)
        rows.append(
            {"runs": runs, "comparisons": comparisons,
             "covers": float(((low <= 0) & (high >= 0)).mean()),
             "half_width": float(np.median(np.expm1((high - low) / 2)))}
        )  # fmt: skip
    return pd.DataFrame(rows)


def of_targets(*, pairs: int, seed: int) -> pd.DataFrame:
    """Coverage of the ratio of times to a target as `contest` gives it, by number of blocks.

    `wrong`: at a ratio of 1, called slower or faster with the margin of 5 %.
    """
    rows = []
    for blocks in (3, 5, 9):
        random = np.random.default_rng(seed)
        held, before, wrong = 0, 0, 0
        for _ in range(pairs):
            gpu, cpu = _sides(random, blocks)
            found = contest(gpu, cpu, margin=0.05)
            low, high = np.quantile(gpu["draws"] / cpu["draws"], [0.025, 0.975])
            before += low <= 1.0 <= high
            held += found["lo"] <= 1.0 <= found["hi"]
            wrong += found["verdict"] in (SLOWER, FASTER)
        counts = {"covers": held, "covered_before": before, "wrong": wrong}
        shares = {name: count / pairs for name, count in counts.items()}
        rows.append({"K": blocks, "pairs": pairs} | shares)
    return pd.DataFrame(rows)


def _sides(random: np.random.Generator, blocks: int) -> list[dict[str, Any]]:
    """Two equal devices' rows of `times_to_target`: draws of the same blocks, drawn again."""
    again = random.integers(blocks, size=(DRAWS, blocks))
    logs = random.normal(0.0, SPREAD, (2, blocks))
    return [
        {
            "side": name, "batch_size": 64, "blocks": blocks, "suspect": "",
            "seconds": float(np.exp(own.mean())), "draws": np.exp(own[again].mean(axis=1)),
        }
        for name, own in zip(("cuda", "cpu"), logs, strict=True)
    ]  # fmt: skip
