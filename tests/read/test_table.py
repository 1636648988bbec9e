import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read import table
from scripts.read.rounds import Runs
from tests.corpus import Corpus


def edited(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "edited.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_each_measured_round_and_each_absent_cell_is_one_row(tmp_path: Path) -> None:
    plan = Corpus(
        batch_sizes=(8, 32), epochs=(1, 2), absent={("mlp", 8, None, "vulkan"): ("oom", "12 GB")}
    )
    rows = table.load([plan.write(tmp_path)])
    # 2 x 2 CPU cells and 1 x 2 vulkan cells of 5 rounds, A/A repeats of the 4 CPU cells in the
    # first 3 blocks, 2 absent
    assert rows["block"].notna().sum() == (4 + 2) * 5 + 4 * 3
    assert rows["block"].isna().sum() == 2
    assert rows["again"].sum() == 4 * 3


def test_a_rounds_columns_are_derived_from_what_the_worker_measured(tmp_path: Path) -> None:
    document = Corpus(batch_sizes=(1024,), epochs=(2,), sides=("cpu",), blocks=1).result()
    document["crossover"]["processes"][0] |= {
        "import_seconds": 4.0,
        "context_seconds": 0.5,
        "transfer_seconds": 0.25,
        "first_step_seconds": 0.75,
        "warm_step_seconds": 0.25,
    }
    document["crossover"]["measurements"][0]["epoch_seconds"] = [8.0, 2.0, 4.0]
    document["benchmarks"][0]["stats"] = {"rounds": 1, "data": [11.25]}
    row = table.load([edited(tmp_path, document)]).iloc[0]
    assert row["cold_start_seconds"] == 1.25
    assert row["first_step_surplus_seconds"] == 0.5
    assert row["total_seconds"] == 11.25
    assert row["epoch_seconds"] == 4.0
    assert row["step_seconds"] == 1.0
    assert row["samples_a_second"] == 1024.0


def test_a_first_step_faster_than_a_warm_one_has_no_negative_surplus(tmp_path: Path) -> None:
    document = Corpus(batch_sizes=(1024,), epochs=(1,), sides=("cpu",), blocks=1).result()
    change = {"first_step_seconds": 0.25, "warm_step_seconds": 0.75}
    document["crossover"]["processes"][0] |= change | {"context_seconds": 0, "transfer_seconds": 0}
    document["crossover"]["measurements"][0]["epoch_seconds"] = [8.0]
    document["benchmarks"][0]["stats"] = {"rounds": 1, "data": [8.0]}
    row = table.load([edited(tmp_path, document)]).iloc[0]
    assert row["first_step_surplus_seconds"] == 0.0
    assert row["cold_start_seconds"] == 0.0


def test_absent_cells_keep_their_reason_and_have_no_times(tmp_path: Path) -> None:
    plan = Corpus(absent={("mlp", 8, None, "vulkan"): ("unsupported", "no such operation")})
    rows = table.load([plan.write(tmp_path)])
    absent = rows[rows["block"].isna()]
    assert set(absent["reason"]) == {"unsupported"}
    assert set(absent["detail"]) == {"no such operation"}
    assert absent["total_seconds"].isna().all()
    assert set(absent["batch_size"]) == {8}


def test_a_cell_that_lost_some_blocks_is_a_row_with_the_reason(tmp_path: Path) -> None:
    plan = Corpus(absent={("mlp", 8, None, "vulkan"): ("timeout", "60 s", 3)})
    document = plan.result()
    vulkan = [one["side"] == "vulkan" for one in document["crossover"]["processes"]]
    rows = [row for row in document["crossover"]["measurements"] if vulkan[row["process"]]]
    assert [row["batch_size"] for row in rows].count(8) == 3
    table_ = table.load([edited(tmp_path, document)])
    cells = table_[(table_["batch_size"] == 8) & (table_["side"] == "vulkan")]
    assert cells["block"].notna().sum() == 0
    assert cells["reason"].tolist() == ["timeout"] * 3


def test_a_run_that_measured_nothing_is_a_table_of_reasons(tmp_path: Path) -> None:
    plan = Corpus(absent={(None, None, None, None): ("interrupted", "Ctrl-C")}, repeats=False)
    rows = table.load([plan.write(tmp_path)])
    assert len(rows) == 4 * 3 * 2
    assert set(rows["reason"]) == {"interrupted"}
    assert rows["total_seconds"].dtype == np.float64


def test_suspicions_of_cell_block_and_worker_are_joined_on_the_row(tmp_path: Path) -> None:
    plan = Corpus(
        batch_sizes=(8,),
        epochs=(1,),
        suspect={("mlp", 8, 1, "cpu"): ["loss mismatch"]},
        block_suspect={("mlp", 2): ["loaded"]},
    )
    document = plan.result()
    for row in document["crossover"]["measurements"]:
        process = document["crossover"]["processes"][row["process"]]
        if (process["side"], process["block"]) == ("cpu", 2):
            # The cell is about one epoch, so its total does not change with the later ones.
            row["epoch_seconds"] = [row["epoch_seconds"][0] * times for times in (1, 1, 2, 2)]
    rows = table.load([edited(tmp_path, document)])
    cpu = rows[rows["side"] == "cpu"]
    first = cpu[~cpu["again"]].set_index("block")["suspect"]
    assert first[0] == "loss mismatch"
    assert first[2] == (
        "loss mismatch; loaded; "
        "unsteady worker: later epochs took 2 times the earlier ones' seconds"
    )
    vulkan = rows[(rows["side"] == "vulkan") & (rows["block"] == 0)]
    assert set(vulkan["suspect"]) == {""}


def test_a_mark_that_names_a_block_is_about_that_block_alone(tmp_path: Path) -> None:
    marks = ["block 1: host loaded", "loss mismatch"]
    plan = Corpus(
        suspect={(None, None, None, "cpu"): marks}, block_suspect={("mlp", 1): ["host loaded"]}
    )
    rows = table.load([plan.write(tmp_path)])
    cpu = rows[(rows["side"] == "cpu") & ~rows["again"]]
    assert set(cpu.loc[cpu["block"] == 0, "suspect"]) == {"loss mismatch"}
    assert set(cpu.loc[cpu["block"] == 1, "suspect"]) == {"host loaded; loss mismatch"}


def test_of_a_block_that_was_tried_again_the_last_attempt_counts(tmp_path: Path) -> None:
    document = Corpus(block_suspect={("mlp", 0): ["host loaded"]}).result()
    again = document["crossover"]["blocks"][0] | {"attempt": 1, "suspect": []}
    document["crossover"]["blocks"].append(again)
    assert set(table.load([edited(tmp_path, document)])["suspect"]) == {""}


def test_a_blocks_mark_is_about_the_batch_sizes_that_it_measured(tmp_path: Path) -> None:
    document = Corpus(block_suspect={("mlp", 0): ["host loaded"]}).result()
    document["crossover"]["blocks"][0]["batch_sizes"] = [8, 32]
    rows = table.load([edited(tmp_path, document)])
    assert set(rows.loc[rows["suspect"] != "", "batch_size"]) == {8, 32}
    assert set(rows.loc[rows["suspect"] != "", "block"]) == {0}


def test_planned_looks_are_counted_and_one_when_none_were_planned(tmp_path: Path) -> None:
    looked = Corpus(machine="a", run={"looks": [5, 9, 15]})
    rows = table.load([looked.write(tmp_path), Corpus(machine="b").write(tmp_path)])
    assert rows.groupby("machine")["looks"].unique().map(list).to_dict() == {"a": [3], "b": [1]}


def test_a_repeat_that_stopped_early_is_of_the_epochs_that_it_has(tmp_path: Path) -> None:
    document = Corpus(epochs=(1, 2)).result()
    own = document["crossover"]
    for row in own["measurements"]:
        if own["processes"][row["process"]]["again"]:
            del row["epoch_seconds"][1:]
    rows = table.load([edited(tmp_path, document)])
    assert set(rows.loc[rows["again"], "epochs"]) == {1}
    assert set(rows.loc[~rows["again"], "epochs"]) == {1, 2}


def test_a_side_names_its_device_its_base_and_its_family(tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu", "cpu+threads=1", "cuda:1+bf16"), remedies={"fused": 1.5})
    rows = table.load([plan.write(tmp_path)])
    told = rows[["side", "device", "base", "family"]].drop_duplicates()
    assert told.to_numpy().tolist() == [
        ["cpu", "cpu", "", "sides"],
        ["cpu+threads=1", "cpu", "cpu", "sides"],
        ["cuda:1+bf16", "cuda:1", "cpu", "sides"],
        ["cpu+fused", "cpu", "cpu", "cpu"],
    ]


def test_a_software_rasteriser_is_called_one(tmp_path: Path) -> None:
    rows = table.load([Corpus(sides=("cpu", "vulkan", "cuda:1")).write(tmp_path)])
    labels = rows.groupby("device")["device_label"].first()
    assert labels["vulkan"] == "vulkan (llvmpipe, a software rasteriser)"
    assert labels["cuda:1"] == "cuda:1 (NVIDIA H200)"
    assert labels["cpu"] == "cpu"


def test_two_files_of_one_machine_name_are_two_machines(tmp_path: Path) -> None:
    paths = [Corpus(seed=seed).write(tmp_path, f"run{seed}") for seed in range(3)]
    results = table.load_results(paths)
    assert results.files["machine"].tolist() == ["devbox", "devbox (2)", "devbox (3)"]
    assert set(results.rounds["machine"]) == {"devbox", "devbox (2)", "devbox (3)"}


def test_the_same_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = Corpus().write(tmp_path)
    with pytest.raises(table.ResultError, match="is given twice"):
        table.load([path, tmp_path / ".." / tmp_path.name / path.name])


def test_no_files_at_all_is_refused() -> None:
    with pytest.raises(table.ResultError, match="no result file"):
        table.load([])


def test_every_row_says_what_work_it_was(tmp_path: Path) -> None:
    plan = Corpus(workloads=("mlp", "cnn"), run={"learning_rates": {"mlp": 0.1, "cnn": 0.02}})
    rows = table.load([plan.write(tmp_path)])
    assert rows.groupby("workload")["learning_rate"].unique().map(list).to_dict() == {
        "mlp": [0.1],
        "cnn": [0.02],
    }
    assert rows.groupby("workload")["definition"].nunique().to_dict() == {"cnn": 1, "mlp": 1}
    assert set(rows["samples"]) == {4096}
    assert set(rows["precision"]) == {"fp32"}


def test_text_of_a_file_reaches_the_table_without_control_characters(tmp_path: Path) -> None:
    plan = Corpus(
        machine="\x1b[2Jbox\u202e",
        absent={("mlp", 8, None, "vulkan"): ("failed", "line\nbreak\x07 \ud800")},
    )
    results = table.load_results([plan.write(tmp_path, "odd")])
    assert results.files["machine"].tolist() == ["\\x1b[2Jbox\\u202e"]
    detail = set(results.rounds["detail"]) - {""}
    assert detail == {"line\\nbreak\\x07 \\ud800"}


def test_true_ratios_come_back_through_the_table(tmp_path: Path) -> None:
    plan = Corpus(ratio=lambda _w, _d, batch: 40 / batch, process_noise=0.0, epoch_noise=0.0)
    rows = table.load([plan.write(tmp_path)])
    warm = rows.groupby(["batch_size", "side"])["epoch_seconds"].median().unstack()
    ratios = warm["vulkan"] / warm["cpu"]
    expected = pd.Series({batch: 40 / batch for batch in (8, 32, 128, 512)})
    np.testing.assert_allclose(ratios, expected, rtol=1e-12)


def test_medians_and_leading_sums_of_unequal_lists_equal_numpys() -> None:
    lists = [[3.0, 1.0, 2.0], [5.0], [], [4.0, 4.0, 1.0, 9.0]]
    runs = Runs.of(lists)
    np.testing.assert_array_equal(runs.medians(), [2.0, 5.0, np.nan, 4.0])
    full = Runs.of([lists[0], lists[1], lists[3]])
    which, counts = np.array([2, 0, 1, 0, 2]), np.array([4, 2, 1, 3, 1])
    np.testing.assert_array_equal(full.leading_sums(which, counts), [18.0, 4.0, 5.0, 6.0, 4.0])
    first, last = runs.halves()
    np.testing.assert_array_equal(first.values, [3.0, 4.0, 4.0])
    np.testing.assert_array_equal(last.values, [2.0, 1.0, 9.0])
    np.testing.assert_array_equal(first.lengths, [1, 0, 0, 2])
