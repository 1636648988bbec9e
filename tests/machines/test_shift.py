"""How the crossover batch size moves between machines: intervals that do not overlap."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.machines.shift import LARGER, NO_INTERVAL, OVERLAP, SMALLER, bounds, moves
from scripts.tables.analysis import Analysis
from tests.corpus import Corpus

_CURVE = {
    "workload": "mlp", "base": "cpu", "scope": "warm", "epochs": pd.NA, "side": "cuda",
    "crossings": "",
}  # fmt: skip
Side = tuple[str, int | None, int | None]


def curves(*sides: tuple[str, Side], **more: Any) -> pd.DataFrame:
    rows = [
        _CURVE | {"machine": machine, "kind": kind, "lower": lower, "upper": upper} | more
        for machine, (kind, lower, upper) in sides
    ]
    return pd.DataFrame(rows).astype({"epochs": "Int64", "lower": "Int64", "upper": "Int64"})


@pytest.mark.parametrize(
    ("own", "base", "moved"),
    [
        (("interval", 128, 512), ("interval", 8, 128), LARGER),
        (("interval", 8, 32), ("interval", 32, 128), SMALLER),
        (("interval", 8, 128), ("interval", 32, 512), OVERLAP),
        (("never", 2048, None), ("interval", 8, 32), LARGER),
        (("above the grid", 512, None), ("never", 2048, None), OVERLAP),
        (("always", None, 1), ("interval", 8, 32), SMALLER),
        (("below the grid", None, 16), ("interval", 8, 32), OVERLAP),
        (("reverse", 8, 32), ("interval", 8, 32), NO_INTERVAL),
        (("interval", 8, 32), ("undecided", None, None), NO_INTERVAL),
    ],
)
def test_a_crossover_has_moved_only_where_two_intervals_do_not_overlap(
    own: Side, base: Side, moved: str
) -> None:
    table = moves(curves(("a", base), ("b", own)), base="a")
    assert table["moves"].tolist() == [moved]
    assert table[["machine", "base_machine"]].to_numpy().tolist() == [["b", "a"]]


def test_an_open_end_reaches_to_every_batch_size_beyond_the_grid() -> None:
    assert bounds({"kind": "never", "lower": 512, "upper": None}) == (512, math.inf)
    assert bounds({"kind": "always", "lower": None, "upper": 8}) == (0, 8)


def test_another_side_stands_beside_the_only_one_of_the_base_machine() -> None:
    base = curves(("a", ("interval", 8, 32)))
    other = curves(("b", ("interval", 64, 128)), side="mps")
    [row] = moves(pd.concat([base, other]), base="a").to_dict("records")
    assert (row["side"], row["base_side"], row["moves"]) == ("mps", "cuda", LARGER)
    two = pd.concat([base, curves(("a", ("interval", 8, 32)), side="vulkan"), other])
    assert moves(two, base="a").empty


def test_measured_machines_have_a_row_for_warm_steps_and_for_every_number_of_epochs(
    tmp_path: Path,
) -> None:
    plan: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}
    slow = Corpus(machine="b", ratio=lambda _w, _d, size: 16 / size**0.5, seed=1, **plan)
    fast = Corpus(machine="a", ratio=lambda _w, _d, size: 4 / size**0.5, **plan)
    table = moves(Analysis([fast.write(tmp_path), slow.write(tmp_path)]).crossovers, base="a")
    assert table["scope"].tolist() == ["warm", "total", "total"]
    assert table["epochs"].isna().tolist() == [True, False, False]
    warm = table.iloc[0]
    assert (warm["base_lower"], warm["base_upper"]) == (8, 64)
    assert (warm["lower"], warm["upper"]) == (64, 512)
    assert warm["moves"] == LARGER


def test_without_another_machine_there_is_no_row() -> None:
    assert moves(curves(("a", ("interval", 8, 32))), base="a").empty
