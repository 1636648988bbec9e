"""The bound by arithmetic, on numbers whose answer is known."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.bound.cards import ANY_CARD, Card, Range, cards, host, published
from scripts.bound.floor import bounds, cpu_cells
from scripts.read.table import Results, load_results
from tests.bound.rows import HOST_SECONDS, cpu_file

BOX = Card("box", "Box", Range(1e12, 2e12), Range(1e11, 1e11))
RESULTS = Path(__file__).resolve().parents[2] / "results"


def known(folder: Path, **plan: Any) -> pd.DataFrame:
    results = load_results([cpu_file(folder, **plan)])
    return bounds(results.rounds, results.dispatch, [BOX]).set_index(["card", "batch_size"])


def test_a_step_takes_what_the_host_does_outside_of_kernels_and_a_launch_for_each(
    tmp_path: Path,
) -> None:
    floor = known(tmp_path)["floor_seconds"]
    assert host().launch_seconds.low == 1.5e-6
    assert floor["any"].to_list() == pytest.approx([HOST_SECONDS] * 4)


def test_a_card_takes_its_flops_over_the_most_that_it_computes(tmp_path: Path) -> None:
    floor = known(tmp_path)["floor_seconds"]
    flops = [2e6 * size / 2e12 for size in (8, 32, 128, 512)]
    assert floor["box"].to_list() == pytest.approx([HOST_SECONDS] * 3 + flops[3:])
    assert flops[3] > HOST_SECONDS > flops[2]


def test_the_cpu_stands_with_its_fastest_side_and_its_slowest_process_is_kept(
    tmp_path: Path,
) -> None:
    factors = {"cpu": [1.0, 1.5, 1.0], "cpu+threads=1": [1.0, 1.0, 1.0]}
    path = cpu_file(
        tmp_path,
        sides=tuple(factors),
        blocks=3,
        block_factors=factors,
        ratio=lambda _workload, _side, batch: 0.5 if batch < 32 else 2.0,
    )
    cells = cpu_cells(load_results([path]).rounds)
    assert cells["side"].to_list() == ["cpu+threads=1", "cpu", "cpu", "cpu"]
    assert cells["step_seconds"].iloc[1] == pytest.approx(3e-4 + 2e-6 * 32)
    assert cells["slowest_seconds"].iloc[1] == pytest.approx(1.5 * (3e-4 + 2e-6 * 32))


def test_a_gpu_pays_after_its_context_over_what_an_epoch_can_save(tmp_path: Path) -> None:
    rows = known(tmp_path, cpu_step_seconds=lambda _workload, _batch: 1e-2, cold_seconds={"cpu": 0})
    box = rows.xs(("box", 8))
    saved = (1e-2 - HOST_SECONDS) * 512  # 4,096 samples
    assert box["least_epochs"] == 1  # a tenth of a second is less than one epoch saves
    assert box["least_epochs_if_slow"] == np.ceil(5 / saved) == 2


def test_where_the_bound_is_no_faster_no_number_of_epochs_pays(tmp_path: Path) -> None:
    rows = known(tmp_path, cpu_step_seconds=lambda _workload, _batch: 3e-4)
    assert np.isinf(rows["least_epochs"]).all()
    assert (rows["best_speedup"] < 1).all()


def test_sides_that_compute_otherwise_are_not_this_cpus(tmp_path: Path) -> None:
    results = load_results([cpu_file(tmp_path, sides=("cpu", "cpu+bf16"))])
    assert set(cpu_cells(results.rounds)["side"]) == {"cpu"}


def test_every_number_of_a_card_is_a_range_with_a_source() -> None:
    table = published()
    assert (table["low"] <= table["high"]).all()
    assert (table["low"] > 0).all()
    assert table["source"].str.len().min() > 20
    assert not table.duplicated(["card", "quantity"]).any()
    assert all(one.flops_per_second and one.bytes_per_second for one in cards().values())
    assert ANY_CARD.key not in cards()


def told_of(results: Results) -> pd.DataFrame:
    """What the file says of its host, or else what it counted on its accelerator."""
    if len(results.dispatch):
        return results.dispatch
    seen = results.diagnosis[results.diagnosis["device"] != "cpu"].sort_values("batch_size")
    counted = seen.drop_duplicates("workload")
    return counted[["file", "workload"]].assign(
        step_seconds=1e-4,  # less than any training step's Python
        kernel_seconds=0.0,
        launches=counted["operations"],
        flops_per_sample=counted["flops"] / counted["batch_size"],
        suspect="",
    )


def accelerated() -> list[Path]:
    """The committed files of an accelerator whose steps were counted."""
    known = {path: path.read_text(encoding="utf-8") for path in sorted(RESULTS.glob("*.json"))}
    device = re.compile(r'"device": *"(?!cpu)')
    return [path for path, text in known.items() if '"operations"' in text and device.search(text)]


@pytest.mark.parametrize("path", accelerated(), ids=lambda path: path.stem)
def test_the_bound_never_exceeds_what_an_accelerator_took(path: Path) -> None:
    results = load_results([path])
    found = bounds(results.rounds, told_of(results), cards().values())
    real = found[found["card"] != ANY_CARD.key]
    fastest = real.groupby(["workload", "batch_size"])["floor_seconds"].min()
    rounds = results.rounds[(results.rounds["device"] != "cpu") & results.rounds["block"].notna()]
    least = rounds.groupby(["workload", "batch_size"])["step_seconds"].min()
    both = pd.concat([fastest, least], axis="columns", join="inner")
    assert len(both) >= 4
    assert (both["floor_seconds"] <= both["step_seconds"]).all()


def test_there_is_an_accelerator_to_hold_the_bound_against() -> None:
    assert accelerated()
