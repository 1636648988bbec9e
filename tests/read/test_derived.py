"""Derived totals: worked out again from the epochs, marked wherever they stand, and how far off."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.grid import PRESETS
from bench.train.epochs import LEAST_TIMED_SECONDS
from scripts.figures.total import total_figure
from scripts.judge.derived_errors import derived_errors
from scripts.judge.doubt import trusted
from scripts.read import rounds as reading
from scripts.read.columns import DERIVED_FROM
from scripts.read.rounds import Runs
from scripts.read.table import ResultError, load, load_results
from scripts.report import main
from scripts.tables.derived import with_mark, with_scope_mark
from scripts.words.derived import derived_line, epoch_words, errors_line
from tests.corpus import Corpus

PLAN: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 3, 100)}


def written(folder: Path, plan: Corpus, damage: Callable[[Any], None] = lambda _: None) -> Path:
    document = plan.result()
    damage(document)
    path = folder / "box.json"
    path.write_text(json.dumps(document))
    return path


def test_a_total_beyond_the_measured_epochs_counts_the_processs_median_epoch(
    tmp_path: Path,
) -> None:
    document = Corpus(**PLAN, measured_epochs=2).result()
    rounds = load([written(tmp_path, Corpus(**PLAN, measured_epochs=2))])
    own = document["crossover"]
    for row in rounds[~rounds["again"]].to_dict("records"):
        (one,) = (
            own["processes"][one["process"]] | one
            for one in own["measurements"]
            if one["batch_size"] == row["batch_size"]
            and all(
                own["processes"][one["process"]][name] == value
                for name, value in (("side", row["side"]), ("block", row["block"]))
            )
            and not own["processes"][one["process"]]["again"]
        )
        seconds = one["epoch_seconds"]  # three: two were asked for, the third is a repeat
        measured = sum(seconds[: min(2, row["epochs"])])
        total = (
            row["cold_start_seconds"] + measured + max(0, row["epochs"] - 2) * sorted(seconds)[1]
        )
        assert row["total_seconds"] == pytest.approx(total, rel=1e-12)
        assert row["derived"] == (row["epochs"] > 2)


def test_the_repeats_of_derived_cells_are_read_as_well(tmp_path: Path) -> None:
    rounds = load([written(tmp_path, Corpus(**PLAN, measured_epochs=2))])
    again = rounds[rounds["again"]]
    assert set(again["epochs"]) == {1, 3, 100}


def test_a_file_that_names_no_measured_epochs_has_measured_all_of_them(tmp_path: Path) -> None:
    results = load_results([Corpus(batch_sizes=(8,), epochs=(1, 4)).write(tmp_path)])
    assert not results.rounds["derived"].any()
    assert results.files["measured_epochs"].tolist() == [np.inf]


def cell(document: Any, *, epochs: int) -> Any:
    return next(row for row in document["benchmarks"] if row["params"]["epochs"] == epochs)


def another_total(document: Any) -> None:
    stats = cell(document, epochs=100)["stats"]
    stats["data"][0] *= 1.001


def fewer_measured(document: Any) -> None:
    document["crossover"]["run"]["measured_epochs"] = 1


def no_number(document: Any) -> None:
    del document["crossover"]["run"]["measured_epochs"]


def passed_for_measured(document: Any) -> None:
    del cell(document, epochs=100)["extra_info"]["derived"]


def passed_for_derived(document: Any) -> None:
    cell(document, epochs=1)["extra_info"]["derived"] = True


def cut_short(document: Any) -> None:
    for one in document["crossover"]["measurements"]:
        one["epoch_seconds"] = one["epoch_seconds"][:1]


DAMAGES: dict[Callable[[Any], None], tuple[str, ...]] = {
    another_total: ("stats.data[0]", "add up to"),
    fewer_measured: ("stats.data[0]", "add up to"),
    no_number: ("extra_info.derived", "is true, but all epochs"),
    passed_for_measured: ("extra_info.derived", "is false, but at most 2 epochs"),
    passed_for_derived: ("extra_info.derived", "is true, but at most 2 epochs"),
    cut_short: ("epoch_seconds", "holds fewer epochs"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_whose_derived_totals_do_not_add_up_is_refused(
    tmp_path: Path, damage: Callable[[Any], None]
) -> None:
    with pytest.raises(ResultError) as error:
        load([written(tmp_path, Corpus(**PLAN, measured_epochs=2), damage)])
    assert all(words in str(error.value) for words in DAMAGES[damage]), str(error.value)


def test_tables_and_words_tell_derived_totals_from_measured_ones(tmp_path: Path) -> None:
    path = written(tmp_path, Corpus(**PLAN, measured_epochs=2))
    assert main([str(path), "--out", str(tmp_path / "report")]) == 0
    for name in ("verdicts.csv", "crossovers.csv"):
        table = pd.read_csv(tmp_path / "report" / name)
        marked = table.groupby(table["epochs"].fillna(0).astype(int))["derived"].agg(["min", "max"])
        assert marked["min"].to_dict() == {0: False, 1: False, 3: True, 100: True}
        assert marked["min"].equals(marked["max"])
    page = (tmp_path / "report" / "report.html").read_text()
    assert "Totals of more than 2 epochs (*) are derived" in page
    assert "100*</text>" in page
    assert "a warm epoch for each" in page


def test_a_file_without_derived_totals_does_not_speak_of_them(tmp_path: Path) -> None:
    rounds = load([Corpus(batch_sizes=(8,), epochs=(1,)).write(tmp_path)])
    assert derived_line(rounds, measured_epochs=np.inf) == ""
    assert errors_line(derived_errors(trusted(rounds))) == ""


@pytest.mark.parametrize(
    ("epochs", "derived", "words"),
    [(10, False, "10"), (100, True, "100 (derived)"), (pd.NA, False, "warm")],
)
def test_a_derived_number_of_epochs_says_so(epochs: object, derived: bool, words: str) -> None:
    assert epoch_words(epochs, derived=derived) == words


def test_a_comparison_is_derived_where_either_machine_is() -> None:
    rounds = pd.DataFrame(
        {"machine": ["a", "b", "a"], "epochs": [10, 10, 1], "derived": [True, False, False]}
    )
    table = pd.DataFrame(
        {"machine": ["b", "b", "b"], "base": ["a", "a", "a"], "epochs": [10, 1, None]}
    ).astype({"epochs": "Int64"})
    assert with_mark(table, rounds, of=("machine", "base"))["derived"].tolist() == [
        True,
        False,
        False,
    ]


TIMED = {
    "two long epochs": ([0.5, 0.5, 0.5], 2),
    "the first alone is long enough, two were asked for": ([0.5, 0.01, 0.01], 2),
    "short ones go on until a tenth of a second": ([0.04, 0.04, 0.04, 0.04], 3),
    "there are no more": ([0.01, 0.01], 2),
}


@pytest.mark.parametrize("name", TIMED)
def test_a_process_of_two_epochs_would_have_timed_these(name: str) -> None:
    seconds, count = TIMED[name]
    runs = Runs.of([[9.0], seconds, [0.01]])
    assert runs.timed(2).tolist() == [1, count, 1]
    assert runs.leading(runs.timed(2)).values.tolist() == [9.0, *seconds[:count], 0.01]


def test_the_reader_knows_what_a_process_times() -> None:
    assert reading.LEAST_TIMED_SECONDS == LEAST_TIMED_SECONDS
    assert PRESETS["default"].measured_epochs == DERIVED_FROM


def test_the_error_of_a_derived_total_is_told_where_all_epochs_were_measured(
    tmp_path: Path,
) -> None:
    plan = Corpus(
        sides=("cpu",), batch_sizes=(8,), epochs=(1, 4), blocks=3, repeats=False,
        cpu_step_seconds=lambda _workload, _batch: 1.0, samples=8, measured_epochs=4,
        process_noise=0.0, epoch_noise=0.0, cold_seconds={"cpu": 0.0},
    )  # fmt: skip

    def slower_at_first(document: Any) -> None:
        for one in document["crossover"]["measurements"]:
            one["epoch_seconds"] = [2.0, 1.0, 1.0, 1.0]
        for row in document["benchmarks"]:
            total = {1: 2.0, 4: 5.0}[row["params"]["epochs"]]
            row["stats"] = {"rounds": 3, "data": [total] * 3}

    rounds = load([written(tmp_path, plan, slower_at_first)])
    errors = derived_errors(trusted(rounds))
    (row,) = errors.to_dict("records")
    assert (row["epochs"], row["side"], row["blocks"]) == (4, "cpu", 3)
    assert (row["measured_seconds"], row["derived_seconds"]) == (5.0, 2.0 + 3 * 2.0)
    assert row["error"] == pytest.approx(0.6)
    assert "of 1 cell with more would be off by 60.0%" in errors_line(errors)
    assert "The worst: +60.0%, mlp at batch size 8, 4 epochs on cpu." in errors_line(errors)


def test_derived_totals_have_hollow_dots_and_dotted_lines(tmp_path: Path) -> None:
    rounds = load([written(tmp_path, Corpus(**PLAN, measured_epochs=2, sides=("cpu",)))])
    rounds = trusted(rounds[~rounds["again"]]).assign(label="cpu")
    none = pd.DataFrame({"batch_size": [], "epochs": [], "side": []})
    figure = total_figure(rounds, none, title="mlp", measured_epochs=2)
    (dots,) = figure.axes[0].collections
    faces, edges = (np.asarray(get()) for get in (dots.get_facecolor, dots.get_edgecolor))
    assert np.asarray(dots.get_offsets())[:, 0].tolist() == [1, 3, 100]
    assert (faces.min(axis=1) == 1).tolist() == [False, True, True]
    assert edges.min() < 1
    lines = figure.axes[0].get_lines()
    solid, dotted = (np.asarray(line.get_xdata(), dtype=float) for line in lines)
    assert [line.get_linestyle() for line in lines] == ["-", ":"]
    assert (solid.max(), dotted.min()) == (2, 2)
    assert "hollow dots are derived" in figure.get_suptitle()


def test_rows_about_all_totals_of_a_machine_are_marked_where_one_of_them_is_derived() -> None:
    rounds = pd.DataFrame({"machine": ["a", "a", "b"], "derived": [True, False, False]})
    places = [(machine, scope) for machine in "ab" for scope in ("warm", "total")]
    marked = with_scope_mark(pd.DataFrame(places, columns=["machine", "scope"]), rounds)
    assert marked["derived"].tolist() == [False, True, False, False]
