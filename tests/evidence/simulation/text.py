"""The page about a simulation: its two tables in Markdown and sentences read from them."""

import math
import textwrap

import pandas as pd

COMMAND = "python tests/evidence/simulation/simulate.py --long results"
TEXT = """# The verdict rule's error rates on a fake clock

Made by `{command}` (seed {seed}). The rule under test is the code that
judges real results (`scripts/judge/rule.py`); only the clock is invented
(`tests/evidence/simulation/fake_clock.py`).

## Single cells

{cells} cells a line and truth. *wrong verdict*: called slower or faster at a true ratio of 1.
*wrong sign*: called the opposite at 1.10 and 1/1.10. *coverage* of the 95 % interval at a true
ratio of 1. *found*: called right at 1.10 and 1/1.10. *wrong close*: called too close there although
the margin was below 10 %. *withheld*: undecided at a true ratio of 1. *margin*: the mean margin,
from each run's own A/A cells (the last three rules of each noise use none; they take the rounds of
one process for independent ones, as is often done).

{single}

## Whole grids

{grids} grids a line, each 4 workloads x 15 batch sizes with Holm over its 60 cells, process
spread 2 %. *any wrong*: grids with at least one wrong word (the promise: at most 5 %). *wrong
words*: their mean number a grid. *decided*: cells with a word, *found*: called slower or faster.
*crossover wrong*: curves whose interval does not hold the true crossover; *crossover interval*:
curves with both ends, *doublings*: how wide those are (median).

{grid}

## What it shows

{findings}
"""


def page(single: pd.DataFrame, grid: pd.DataFrame, *, seed: int) -> str:
    """The whole page, from `simulate_cells.table` and `simulate_grid.table`."""
    return TEXT.format(
        command=COMMAND,
        seed=seed,
        cells=single["cells"].iloc[0],
        grids=grid["grids"].iloc[0],
        single=markdown(single.drop(columns="cells")),
        grid=markdown(grid.drop(columns="grids")),
        findings="\n".join(wrapped(line) for line in findings(single, grid)),
    )


def markdown(table: pd.DataFrame) -> str:
    """A Markdown table; shares in per cent."""
    head = [str(name).replace("_", " ") for name in table.columns]
    rule = "|---" * len(head) + "|"
    rows = (map(_shown, table.columns, row) for row in table.itertuples(index=False))
    return "\n".join(
        ["| " + " | ".join(head) + " |", rule, *(f"| {' | '.join(r)} |" for r in rows)]
    )


def wrapped(line: str) -> str:
    """A Markdown list item of lines that fit the page."""
    return textwrap.fill(line, 100, initial_indent="- ", subsequent_indent="  ")


def findings(single: pd.DataFrame, grid: pd.DataFrame) -> list[str]:
    """Sentences whose numbers come from the tables."""
    ours = single[single["rule"].str.startswith("blocks")]
    pooled = single[single["rule"].str.startswith("rounds pooled")]
    pooled = pooled[pooled["noise"].str.startswith("process")]
    spread = ours[ours["noise"] == "process 2 %"].set_index("rule")["found_at_10_percent"]
    covered = ours["coverage"]
    lowest = ours["noise"].iloc[int(covered.argmin())]
    bimodal = ours[ours["noise"] == "bimodal"].set_index("rule").loc["blocks, K = 9"]
    holm = grid[~grid["rule"].str.contains("no Holm")]
    return [
        f"Rounds pooled over processes call {pooled['wrong_verdict'].min():.0%} to "
        f"{pooled['wrong_verdict'].max():.0%} of identical pairs different when processes spread "
        "by 1 to 2 %: hence a round is a process.",
        f"This project's rule: at most {ours['wrong_verdict'].max():.2%} wrong verdicts under any "
        f"noise here; wrong signs: {ours['wrong_sign'].max():.2%}.",
        f"A true 10 % is found in {spread['blocks, K = 9']:.1%} of cells at 9 blocks and 2 % "
        "process spread. That is a cell judged alone: in a grid of 20 cells that all differ by "
        f"10 %, Holm lowers it to {spread['blocks, K = 9, Holm over 20 alike']:.1%}.",
        f"The interval covers the truth in {covered.min():.1%} to {covered.max():.1%} of cells, "
        f"least under {lowest} noise, where blocks are not independent of each other.",
        "Under bimodal noise the same 10 % is seldom found at 9 blocks "
        f"({bimodal['found_at_10_percent']:.0%}): the A/A cells raise the margin to "
        f"{bimodal['margin']:.0%} on average. That is the price of not being wrong.",
        f"Grids with any wrong word: at most {holm['any_wrong'].max():.1%} with Holm, even with "
        f"all cells on the edge of the margin; {grid['any_wrong'].max():.0%} without it.",
        f"Crossovers that miss the true one: {grid['crossover_wrong'].max():.2%}.",
    ]


def _shown(column: object, value: float | str) -> str:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return ""
    return f"{value:.3f}" if column in ("wrong_words_a_grid", "doublings") else f"{value:.2%}"
