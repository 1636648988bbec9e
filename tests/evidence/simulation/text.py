"""The page about a simulation: the gates, then every table in Markdown."""

import math

import pandas as pd

from tests.evidence.simulation.clock import SIZE_SECONDS, START_SECONDS
from tests.evidence.simulation.gates import Tables, gates

COMMAND = "python tests/evidence/simulation/simulate.py --long results"
TEXT = """# The verdict rule's error rates on a fake clock

Made by `{command}` (seed {seed}). The rule under
test is the code that judges real files (`scripts/judge/`); only the clock is invented
(`tests/evidence/simulation/clock.py`): runs of the
default grid, 4 workloads x 5 batch sizes, K = 5 blocks unless it says otherwise, A/A repeats at two
batch sizes in the first 3 blocks. A process serves all batch sizes of its workload; 70 % of its
variance is common to them. *before* is the rule that this one replaced (each cell's own variance,
twice the noise floor as margin, Holm over all cells), simulated on the same clock.

## What is asked of the rule

{gates}

Every number is a share, but where it is said. *found*: called right. *wrong words at ratio 1*:
called slower or faster though nothing differs. *seconds*: of three blocks, where a process takes
{start} s until its first step and {size} s per batch size.

## Single cells

{runs} runs a line. *found* at ratio 1 is `too close`. *wrong*: a word that contradicts the truth.
*any wrong*: runs with such a word. *margin*: the median.

{cells}

## Of the words given, how many are wrong

Half of the cells differ by 1.3x, half lie just inside the margin.

{mixed}

## The crossover as a number

Curves that cross once inside the grid, half of them the other way round. *given*: a number was
given. *covers*: its 95 % interval holds the true crossover. *doublings*: the interval's width. What
lasts a whole run (offsets) is in no interval of that run.

{curves}

## --until-decided

Looks after 5, 9 and 15 blocks, a third of alpha each; only undecided cells get further blocks, and
the last report judges all cells again. *taken back*: of the first look's words.

{looks}

## Between machines

Two equal machines, whose runs spread by 5 %. One run each: the interval of their blocks.

{machines}

## Time to a target

*covered before*: by the percentiles of the draws, not stretched.

{targets}

## Why a round is a process

Pairs of identical cells that rules call different which take the nine epochs of each of five
processes for independent; epochs spread by 2 %.

{in_use}
"""


def page(tables: Tables, *, seed: int) -> str:
    """The whole page."""
    parts = {name: markdown(table) for name, table in vars(tables).items()}
    runs = tables.cells["runs"].iloc[0]
    return TEXT.format(
        command=COMMAND, seed=seed, runs=runs, gates=gates_table(tables),
        start=START_SECONDS, size=SIZE_SECONDS, **parts,
    )  # fmt: skip


def gates_table(tables: Tables) -> str:
    """The gates in Markdown."""
    rows = pd.DataFrame(
        {"": gate.name, "before": gate.before, "now": gate.now, "to reach": gate.wanted,
         "reached": "yes" if gate.reached else "NO"}
        for gate in gates(tables)
    )  # fmt: skip
    return markdown(rows)


def markdown(table: pd.DataFrame) -> str:
    """A Markdown table."""
    table = table.drop(columns=["runs"], errors="ignore") if "plan" in table else table
    head = [str(name).replace("_", " ") for name in table.columns]
    rows = ([_shown(value) for value in row] for row in table.itertuples(index=False))
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return ""
    return f"{value:.4f}" if abs(value) < 0.01 else f"{value:.3f}"
