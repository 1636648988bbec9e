"""What the rule has to reach, and what was measured: the rule before, and the rule now."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from tests.evidence.simulation.cells import PLANS, SHORT


@dataclass(frozen=True)
class Tables:
    """Everything that is simulated."""

    cells: pd.DataFrame
    mixed: pd.DataFrame
    curves: pd.DataFrame
    looks: pd.DataFrame
    machines: pd.DataFrame
    targets: pd.DataFrame
    in_use: pd.DataFrame


@dataclass(frozen=True)
class Gate:
    """A measured number and what it has to be; NaN before: it was not to be had."""

    name: str
    before: float
    now: float
    least: float = 0.0
    most: float = math.inf

    @property
    def reached(self) -> bool:
        """Whether it is what it has to be."""
        return self.least <= self.now <= self.most

    @property
    def wanted(self) -> str:
        """`>= 0.85`, `0.93 to 0.97`."""
        if math.isinf(self.most):
            return f">= {self.least:g}"
        return f"{self.least:g} to {self.most:g}" if self.least else f"<= {self.most:g}"


def gates(tables: Tables) -> Iterator[Gate]:
    """Every gate, from the simulated tables."""
    yield from _found(tables.cells)
    yield _seconds(tables.cells)
    yield from _wrong(tables.cells)
    mixed = tables.mixed[tables.mixed["rule"] == "now"]
    wrong = float(mixed["wrong_share"].max())
    yield Gate("wrong words among those given, half of the cells on the margin", math.nan, wrong,
               most=0.05)  # fmt: skip
    strict = float(tables.mixed.loc[tables.mixed["rule"] == "strict", "any_wrong"].max())
    yield Gate("the same with --strict: runs with any wrong word", math.nan, strict, most=0.05)
    yield from _numbers(tables.curves)
    for row in tables.targets.to_dict("records"):
        name = f"time to target, K = {row['K']}: its interval holds the ratio"
        yield Gate(name, row["covered_before"], row["covers"], least=0.93, most=0.97)
    means = tables.machines.set_index("runs")["covers"]
    yield Gate("geometric means of machines, 3 runs each: the interval holds the ratio",
               float(means[1]), float(means[3]), least=0.92, most=0.98)  # fmt: skip
    yield Gate("--until-decided: words of the first look taken back", math.nan,
               float((tables.looks["taken_back"] * tables.looks["first_look"]).max()),
               most=0.005)  # fmt: skip


ASKED = (
    ("spread 5 %", 1.2, 0.85), ("spread 5 %", 1.3, 0.98), ("spread 10 %", 1.3, 0.70),
    ("spread 10 %", 1.5, 0.95), ("spread 20 %", 2.0, 0.90), ("spikes 2 %", 2.0, 0.95),
)  # fmt: skip
"""Noise, true ratio, and the share of cells that has to be found."""


def _found(cells: pd.DataFrame) -> Iterator[Gate]:
    for noise, ratio, least in ASKED:
        found = _shares(cells, "default grid", noise, ratio)
        yield Gate(f"{noise}: {ratio}x found", found["before"], found["now"], least=least)


def _seconds(cells: pd.DataFrame) -> Gate:
    """What three blocks take, where they find as much of all that is asked as five did before."""
    plans = ("default grid", SHORT)
    found = [[_shares(cells, plan, *asked[:2]) for asked in ASKED] for plan in plans]
    enough = all(short["now"] >= long["before"] for long, short in zip(*found, strict=True))
    seconds = PLANS[SHORT].seconds / PLANS["default grid"].seconds if enough else 1.0
    name = "seconds of a run that finds at least as much as five blocks did before"
    return Gate(name, 1.0, seconds, most=0.75)


def _shares(cells: pd.DataFrame, plan: str, noise: str, ratio: float) -> dict[str, float]:
    """The share of cells found, by rule."""
    own = (cells["plan"] == plan) & (cells["noise"] == noise) & (cells["ratio"] == ratio)
    return dict(cells[own].set_index("rule")["found"])


def _wrong(cells: pd.DataFrame) -> Iterator[Gate]:
    same = cells[cells["ratio"] == 1.0]
    lasting = same["noise"].str.startswith("offsets")
    for (noise, plan), own in same[lasting].groupby(["noise", "plan"]):
        wrong = own.set_index("rule")["wrong"]
        most = 0.01 if plan in ("default grid, K = 3", "one workload") else 0.005
        yield Gate(
            f"wrong words at ratio 1, {noise}: {plan}", wrong["before"], wrong["now"], most=most
        )
    worst = same[~lasting].groupby(["plan", "rule"])["wrong"].max().to_dict()
    for plan, most in (("default grid", 0.005), ("default grid, K = 9", 0.005),
                       ("default grid, K = 3", 0.01), ("one workload", 0.01)):  # fmt: skip
        name = f"wrong words at ratio 1, per cell, the worst other noise: {plan}"
        yield Gate(name, worst[plan, "before"], worst[plan, "now"], most=most)
    signs = cells[cells["ratio"] != 1.0].groupby("rule")["wrong_sign"].mean()
    yield Gate("wrong signs, all cells that differ", signs["before"], signs["now"], most=1e-4)


def _numbers(curves: pd.DataFrame) -> Iterator[Gate]:
    five = curves[curves["K"] == 5]
    plain = five[five["noise"].str.startswith("spread")]
    name = "crossover's interval holds the crossover, spread 2 to 20 %"
    yield Gate(f"{name}: least", math.nan, float(plain["covers"].min()), least=0.93, most=0.97)
    yield Gate(f"{name}: most", math.nan, float(plain["covers"].max()), least=0.93, most=0.97)
    for noise, most in (("spread 5 %", 0.5), ("spread 10 %", 1.0)):
        width = float(five.loc[five["noise"] == noise, "doublings"].max())
        yield Gate(f"its width in doublings, {noise}", math.nan, width, most=most)
