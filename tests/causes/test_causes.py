"""Each cause on a small table whose answer is known."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read.studies import DIAGNOSIS, PARTS
from scripts.why import causes as known_causes
from scripts.why.causes import cause_of, causes, shares
from tests.frames import frame, timed

QUIET = {
    "flops": 1e6,
    "moved_bytes": 1e6,
    "matmul_flops_per_second": 1e12,
    "copy_bytes_per_second": 1e12,
    "operations": 20,
    "operation_seconds": 1e-6,
    "sequence_kernels": 0,
}


def row(batch_size: int = 64, side: str = "cuda", **known: Any) -> dict[str, Any]:
    """A diagnosed cell: a network of 3 ms and nothing else, unless it is said otherwise."""
    parts = dict.fromkeys(PARTS, 0.0) | {"forward": 1e-3, "backward": 1.5e-3, "optimizer": 5e-4}
    cell: dict[str, Any] = {f"{part}_seconds": known.pop(part, parts[part]) for part in PARTS}
    step = sum(cell.values())
    cell |= {
        "file": "a.json",
        "machine": "a",
        "workload": "mlp",
        "batch_size": batch_size,
        "side": side,
        "device_label": side,
        "step_seconds": step,
        "instrumented_step_seconds": 1.05 * step,
        "host_enqueue_seconds": 0.65 * step,
        "alone_seconds": step,
        "reason": "",
        "suspect": "",
    }
    return cell | QUIET | known


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    numbers = dict.fromkeys(["sequence_length", "growth", "device_busy_seconds"], np.nan)
    made = pd.DataFrame([numbers | one for one in rows])
    return made.reindex(columns=DIAGNOSIS)


def warm_causes(*rows: dict[str, Any], rounds: pd.DataFrame | None = None) -> list[str]:
    own = frame(timed([1.0], side="cuda")) if rounds is None else rounds
    answer = causes(table(*rows), own)
    return list(answer.loc[answer["epochs"].isna(), "cause"])


def growing(exponent: float, side: str, **known: Any) -> list[dict[str, Any]]:
    """Three batch sizes whose network seconds grow with a power of the batch size."""
    return [
        row(size, side, forward=1e-3 * (size / 8) ** exponent, backward=0.0, optimizer=0.0) | known
        for size in (8, 32, 128)
    ]


@pytest.mark.parametrize(
    ("part", "cause"),
    [("load", "data-bound"), ("copy", "transfer-bound"), ("evaluation", "evaluation")],
)
def test_the_largest_part_names_the_cause(part: str, cause: str) -> None:
    most: dict[str, Any] = {part: 4e-3}
    less: dict[str, Any] = {part: 2e-3, "host_enqueue_seconds": 1.0, "alone_seconds": 1.0}
    assert warm_causes(row(**most)) == [cause]
    assert warm_causes(row(**less)) == ["launch-bound"]


@pytest.mark.parametrize(
    ("load", "cause"), [(0.6, "data-bound"), (0.4, "memory allocation"), (math.nan, "memory allo")]
)
def test_page_faults_are_no_cause_of_a_step_that_waits_for_its_minibatch(
    load: float, cause: str
) -> None:
    shares = {"load": load, "network": 1 - load, "copy": 0.0, "evaluation": 0.0}
    cell = {f"{part}_share": share for part, share in shares.items()} | {"fault_share": 0.5}
    assert cause_of(cell)[0].startswith(cause)


def test_a_host_that_cannot_feed_the_device_makes_a_step_launch_bound() -> None:
    assert warm_causes(row(host_enqueue_seconds=0.9, alone_seconds=1.0)) == ["launch-bound"]


def test_a_host_that_waits_for_the_device_makes_a_step_compute_bound() -> None:
    assert warm_causes(row(host_enqueue_seconds=0.3, alone_seconds=1.0)) == ["compute-bound"]


def test_between_the_two_growth_over_the_batch_size_decides() -> None:
    shares_between: dict[str, Any] = {"host_enqueue_seconds": 0.65, "alone_seconds": 1.0}
    assert warm_causes(*growing(0.1, "cuda", **shares_between)) == ["launch-bound"] * 3
    assert warm_causes(*growing(0.9, "cuda", **shares_between)) == ["compute-bound"] * 3


def test_one_batch_size_between_the_two_is_unknown() -> None:
    assert warm_causes(row(host_enqueue_seconds=0.65, alone_seconds=1.0)) == ["unknown"]


def test_on_the_cpu_growth_decides() -> None:
    assert warm_causes(*growing(0.2, "cpu")) == ["call-bound"] * 3
    assert warm_causes(*growing(0.8, "cpu")) == ["compute-bound"] * 3


def test_one_batch_size_on_the_cpu_is_held_against_the_machines_peaks() -> None:
    assert warm_causes(row(side="cpu", flops=2e9)) == ["compute-bound"]
    assert warm_causes(row(side="cpu", moved_bytes=2e9)) == ["compute-bound"]
    assert warm_causes(row(side="cpu", operations=2000)) == ["call-bound"]
    assert warm_causes(row(side="cpu")) == ["unknown"]


def test_a_recurrent_layer_off_its_fused_path_is_sequential() -> None:
    waiting: dict[str, Any] = {
        "host_enqueue_seconds": 0.9,
        "alone_seconds": 1.0,
        "sequence_length": 29,
    }
    assert warm_causes(row(**waiting, operations=400)) == ["sequential"]
    assert warm_causes(row(**waiting, operations=30, sequence_kernels=2)) == ["launch-bound"]


def test_a_recurrent_layer_that_keeps_the_device_busy_is_compute_bound() -> None:
    busy: dict[str, Any] = {
        "host_enqueue_seconds": 0.2,
        "alone_seconds": 1.0,
        "sequence_length": 29,
    }
    assert warm_causes(row(**busy, operations=400)) == ["compute-bound"]


def test_a_cold_start_of_more_than_half_the_total_is_a_fixed_cost() -> None:
    rounds = frame(
        *[timed([1.0, 1.0], side="cuda", epochs=epochs, cold=3.0) for epochs in (1, 2, 4)]
    )
    answer = causes(table(row(host_enqueue_seconds=0.9, alone_seconds=1.0)), rounds)
    named = dict(zip(answer["epochs"], answer["cause"], strict=True))
    assert named[1] == named[2] == "fixed cost"
    assert named[4] == "launch-bound"
    assert list(answer.loc[answer["epochs"].isna(), "cause"]) == ["launch-bound"]


def test_a_cell_that_was_not_seen_is_unknown() -> None:
    lost = dict.fromkeys([f"{part}_seconds" for part in PARTS], np.nan)
    assert warm_causes(row() | lost | {"step_seconds": np.nan, "reason": "timeout"}) == ["unknown"]


def test_the_second_opinion_is_set_beside_the_first() -> None:
    def opinions(rows: Sequence[dict[str, Any]]) -> set[str]:
        answer = causes(table(*rows), frame(timed([1.0], side="cuda")))
        return set(answer["agrees"])

    launch: dict[str, Any] = {"host_enqueue_seconds": 0.9, "alone_seconds": 1.0}
    assert opinions(growing(0.1, "cuda", **launch)) == {"yes"}
    assert opinions(growing(0.9, "cuda", **launch)) == {"no"}
    assert opinions([row(**launch)]) == {""}
    assert opinions(growing(0.1, "cpu", operations=5000)) == {"yes"}
    assert opinions(growing(0.9, "cpu", flops=2e10)) == {"yes"}
    assert opinions(growing(0.1, "cpu", flops=2e10)) == {"no"}
    assert opinions(growing(0.1, "cpu")) == {""}


def test_growth_is_the_slope_between_the_neighbours() -> None:
    known = shares(table(*growing(0.7, "cuda")))
    assert list(known["growth"]) == pytest.approx([0.7] * 3)
    assert np.isnan(shares(table(row()))["growth"][0])


def test_growth_of_one_side_says_nothing_of_another() -> None:
    both = table(*growing(0.2, "cuda"), *growing(0.9, "cpu"))
    assert list(shares(both)["growth"]) == pytest.approx([0.2] * 3 + [0.9] * 3)


def test_shares_are_of_the_sum_of_the_parts() -> None:
    (known,) = shares(table(row(load=1e-3))).to_dict("records")
    assert known["load_share"] == pytest.approx(0.25)
    assert known["network_share"] == pytest.approx(0.75)
    assert known["looking"] == pytest.approx(0.05)
    assert known["sum_share"] == pytest.approx(1.0)
    (longer,) = shares(table(row(step_seconds=2.5e-3))).to_dict("records")
    assert longer["sum_share"] == pytest.approx(3 / 2.5)


def test_the_host_share_is_an_accelerators() -> None:
    known = shares(table(row(), row(side="cpu")))
    assert known["host_share"][0] == pytest.approx(0.65)
    assert np.isnan(known["host_share"][1])


def test_every_cause_has_a_meaning_in_words() -> None:
    from scripts.words.why import MEANINGS

    named = {name: value for name, value in vars(known_causes).items() if name.isupper()}
    assert set(MEANINGS) == {value for value in named.values() if isinstance(value, str)}
    assert len(MEANINGS) == 10


def test_a_file_without_a_diagnosis_has_no_causes() -> None:
    empty = table(row()).iloc[:0].astype({"batch_size": int})
    assert causes(empty, frame(timed([1.0], side="cuda"))).empty
