"""Files of version 2: what they say is what a file of today would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.judge.verdicts import verdicts
from scripts.read.document import ResultError
from scripts.read.table import Results, load_results
from tests.causes.study_rows import diagnosis, peak
from tests.corpus import Corpus
from tests.older import version_2
from tests.read.files import saved

RESULTS = Path(__file__).parents[2] / "results"
REMEDIES = {"fused": 1.5, "loop=course": 0.5, "placement=per-batch": 0.9, "bf16": 1.0}
PLANS = {
    "two devices": Corpus(absent={("mlp", 8, None, "vulkan"): ("oom", "")}),
    "threads": Corpus(sides=("cpu", "cpu+threads=1", "cpu+threads=4"), workloads=("mlp", "lstm")),
    "no plain CPU": Corpus(sides=("cpu+threads=1", "cuda"), measured_epochs=2),
    "remedies": Corpus(
        sides=("cpu", "cuda"),
        batch_sizes=(8, 32),
        remedies=REMEDIES,
        absent={(None, None, None, "cpu+bf16"): ("unsupported", "no such kernel")},
    ),
}
UNTOLD = ["import_seconds", "position", "host_peak_bytes", "device_peak_bytes", "file"]
"""What variants did not say."""


def both(folder: Path, document: dict[str, Any]) -> tuple[Results, Results]:
    """What is read of a file of today, and of the same in version 2."""
    old = version_2(document)
    return load_results([saved(folder, document)]), load_results([saved(folder, old, "old")])


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    place = ["workload", "batch_size", "epochs", "side", "again", "block"]
    known = table.drop(columns=UNTOLD).sort_values(place, ignore_index=True)
    return known.assign(event_seconds=0.0)


@pytest.mark.parametrize("name", PLANS)
def test_a_file_of_before_says_what_one_of_today_does(name: str, tmp_path: Path) -> None:
    today, before = both(tmp_path, PLANS[name].result())
    pd.testing.assert_frame_equal(ordered(before.rounds), ordered(today.rounds))
    for counted in ("planned", "measured_cells", "absent_cells", "complete"):
        assert before.files[counted].tolist() == today.files[counted].tolist()
    told, said = (verdicts(own.rounds, scope="warm") for own in (today, before))
    assert len(told) > 0
    pd.testing.assert_frame_equal(said.drop(columns="file"), told.drop(columns="file"))


def test_diagnosed_cells_and_peaks_go_with_their_side(tmp_path: Path) -> None:
    plan = PLANS["threads"]
    document = plan.result()
    document["crossover"] |= {
        "diagnosis": list(diagnosis(plan)),
        "peaks": [peak(side) for side in plan.sides],
    }
    today, before = both(tmp_path, document)
    assert set(before.diagnosis["side"]) == set(plan.sides)
    expected = today.diagnosis.drop(columns="file")
    pd.testing.assert_frame_equal(before.diagnosis.drop(columns="file"), expected)


def remedies() -> dict[str, Any]:
    return version_2(PLANS["remedies"].result())


def test_what_was_said_of_a_variant_is_said_of_its_rounds_only(tmp_path: Path) -> None:
    document = remedies()
    of = {row["variant"]: row for row in document["crossover"]["variants"] if not row["again"]}
    of["fused-optimizer"]["suspect"] = ["block 1: host loaded", "throttled"]
    of["plain"]["suspect"] = ["block 2: swapping"]
    rounds = load_results([saved(tmp_path, document)]).rounds
    marked = rounds[rounds["suspect"] != ""]
    told = marked[["side", "block", "suspect"]].drop_duplicates().to_numpy().tolist()
    fused = of["fused-optimizer"]["device"] + "+fused"
    words = dict.fromkeys(range(5, 10), "throttled") | {6: "host loaded; throttled"}
    assert sorted(told) == sorted(
        [[of["plain"]["device"], 7, "swapping"], *([fused, n, text] for n, text in words.items())]
    )


def test_a_run_on_one_thread_leaves_torchs_own_number_for_its_counterpart() -> None:
    rounds = load_results([RESULTS / "xeon-one-thread.json"]).rounds
    told = rounds[["side", "base", "family"]].drop_duplicates().to_numpy().tolist()
    settings = ["for-loop", "fused", "bf16", "keep-denormals", "compile"]
    meet = [[f"cpu+threads=1+{name}", "cpu+threads=1", "cpu"] for name in settings]
    run = ["cpu+threads=1", "", "sides"]
    assert sorted(told) == sorted([run, ["cpu", "cpu+threads=1", "cpu"], *meet])


def named(own: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in own["variants"] if row["variant"] == name)


@pytest.mark.parametrize(("change", "words"), [
    (lambda own: own["variants"][0].pop("rounds"), "rounds: is missing, and no reason"),
    (lambda own: own["variants"][0]["rounds"][1].update(block=0), "has the block of another round"),
    (lambda own: own["variants"][0]["rounds"][1]["epoch_seconds"].pop(), "holds fewer epochs than"),
    (lambda own: own["variants"].append(own["variants"][0]), "]: stands in the file twice"),
    (lambda own: named(own, "bf16").update(variant="fused"), "is the side of another variant"),
    (lambda own: own["variants"][0].update(variant="\x1b[31m"), "variant"),
    (lambda own: own["variants"][0].update(reason="bored"), "reason"),
    (lambda own: own["variants"][0].update(device=5), "variants[0].device: is 5: expected `str`"),
    (lambda own: own["processes"][0].update(device="\x00"), "processes[0].device"),
    (lambda own: own["processes"][0].update(threads_asked=-1), "processes[0].threads_asked"),
    (lambda own: own["absent"].append({}), "lacks the required field `device`"),
])  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, change: Callable[[Any], object], words: str
) -> None:
    document = remedies()
    change(document["crossover"])
    with pytest.raises(ResultError) as error:
        load_results([saved(tmp_path, document)])
    assert words in str(error.value)
    assert str(error.value).startswith(str(tmp_path))


def test_more_variants_than_can_be_drawn_are_refused(tmp_path: Path) -> None:
    plan = Corpus(batch_sizes=(8,), blocks=2, remedies={f"r{n}": 1.0 for n in range(64)})
    with pytest.raises(ResultError, match=r"variants: have 65 values of variant, and 64 can"):
        load_results([saved(tmp_path, version_2(plan.result()))])
