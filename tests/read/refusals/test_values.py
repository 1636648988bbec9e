"""Numbers that no clock shows, sums that do not add up, texts of ten thousand letters; and nothing
that is read can change unnoticed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from scripts.read import table
from scripts.read.breach import Breach
from scripts.read.document import ResultError, read
from scripts.read.records.result import ResultFile
from scripts.read.text import LONGEST_TEXT
from scripts.read.timing import TIMING
from tests.causes.study_rows import with_studies
from tests.corpus import Corpus
from tests.fuzzing import at, is_number, places, put
from tests.read.files import SMALL, refusal, saved

UNUSED = {
    "machine_info.crossover.cores_logical",
    "machine_info.crossover.ram_bytes",
    "machine_info.crossover.torch_threads",
    "machine_info.crossover.accelerators.memory_bytes",
    "benchmarks.stats.stddev",
    "benchmarks.stats.iterations",
    "crossover.run.blocks",
    "crossover.run.seed",
    "crossover.run.cell_timeout_seconds",
    "crossover.run.batch_sizes",
    "crossover.run.epochs",
    "crossover.workloads.mlp.parameters",
    "crossover.workloads.mlp.train_samples",
    "crossover.workloads.mlp.held_out_samples",
    "crossover.workloads.mlp.timed_samples",
    "crossover.processes.threads",
    "crossover.measurements.own_first_step_seconds",
    "crossover.measurements.own_warm_step_seconds",
    "crossover.blocks.block",
    "crossover.blocks.load_before",
    "crossover.blocks.load_after",
    "crossover.blocks.steal_share",
}
"""Numbers that no row, no verdict and no figure is made of."""
OUTSIDE_A_MEDIAN = {f"crossover.measurements.{kind}_seconds" for kind in ("epoch", "event")}
"""Epochs beyond those of any total: only their median counts, as the warm figure."""


def test_each_number_changed_by_a_millionth_is_refused_or_found_in_the_rows(
    tmp_path: Path,
) -> None:
    plan = Corpus(batch_sizes=(8,), epochs=(1, 2), blocks=1, samples=64, events=True)
    document = json.loads(json.dumps(plan.result()))  # nothing in it is shared
    known = table.load_results([saved(tmp_path, document)])
    silent = set()
    for where in list(places(document)):
        value = at(document, where)
        if not is_number(value):
            continue
        put(document, where, value + 1 if isinstance(value, int) else value * (1 + 1e-6))
        try:
            again = table.load_results([saved(tmp_path, document)])
        except table.ResultError:
            continue
        else:
            if known.rounds.equals(again.rounds) and known.files.equals(again.files):
                silent.add(".".join(part for part in where if isinstance(part, str)))
        finally:
            put(document, where, value)
    assert silent <= UNUSED | OUTSIDE_A_MEDIAN


@pytest.mark.parametrize("part", ["total", "epoch", "context_seconds", "first_step_seconds"])
def test_a_total_and_its_parts_cannot_be_changed_apart(part: str, tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    if part == "total":
        document["benchmarks"][0]["stats"]["data"][0] *= 1 + 1e-8
    elif part == "epoch":
        document["crossover"]["measurements"][0]["epoch_seconds"][0] *= 1 + 1e-8
    else:
        document["crossover"]["processes"][0][part] *= 1 + 1e-6
    message = refusal(saved(tmp_path, document))
    assert "stats.data[0]" in message
    assert "cold start and epochs add up to" in message


def test_pytest_benchmarks_own_summary_has_to_fit_its_data(tmp_path: Path) -> None:
    for name in ("min", "max", "mean", "median", "total"):
        document = Corpus(**SMALL).result()
        document["benchmarks"][1]["stats"][name] *= 1.001
        message = refusal(saved(tmp_path, document))
        assert f"benchmarks[1] (mlp-8-1-vulkan).stats.{name}" in message
        assert "but stats.data say" in message


@pytest.mark.parametrize("seconds", [0, -0.0, -1e-9, 5e-324, 1e-13, 1e10, 1e308])
def test_a_time_that_no_clock_can_show_is_refused(seconds: float, tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["measurements"][0]["epoch_seconds"][1] = seconds
    place = "crossover.measurements[0] (mlp-8-cpu).epoch_seconds[1]"
    assert place in refusal(saved(tmp_path, document))


@pytest.mark.parametrize(
    "field", ["matmul_flops_per_second", "copy_bytes_per_second", "host_copy_bytes_per_second"]
)
@pytest.mark.parametrize("rate", [0, -0.0, 5e-324, 1e-10, 1e31])
def test_a_rate_beyond_all_times_is_refused(field: str, rate: float, tmp_path: Path) -> None:
    document = with_studies(Corpus(**SMALL))
    document["crossover"]["peaks"][1][field] = rate
    assert f"crossover.peaks[1].{field}: is " in refusal(saved(tmp_path, document))


def test_a_number_too_large_for_a_float_is_refused_as_infinite(tmp_path: Path) -> None:
    path = saved(tmp_path, Corpus(**SMALL).result())
    text = path.read_text().replace('"first_loss": 2.31', '"first_loss": 1e400', 1)
    path.write_text(text)
    assert "first_loss: is inf: expected `float` <= 1e+300" in refusal(path)


def test_a_text_of_ten_thousand_letters_is_quoted_in_short_and_the_advice_is_still_there(
    tmp_path: Path,
) -> None:
    document = Corpus(machine="x" * 10_000, **SMALL).result()
    message = refusal(saved(tmp_path, document))
    assert "machine_info.crossover.machine: is 'xxx" in message
    assert message.endswith("expected `str` of length <= 200; measure again or leave this file out")
    assert len(message) < 300 + len(str(tmp_path))


@pytest.mark.parametrize("field", ["name", "fullname", "param"])
def test_a_long_name_of_a_cell_is_quoted_in_short_beside_the_cell(
    field: str, tmp_path: Path
) -> None:
    document = Corpus(**SMALL).result()
    document["benchmarks"][0][field] = "x" * 10_000
    end = ", and the cell is 'mlp-8-1-cpu'; measure again or leave this file out"
    assert refusal(saved(tmp_path, document)).endswith(f"…{end}")


@pytest.mark.parametrize("letter", ["x", "\u0301", "\x1b", "\ud800"])
def test_no_message_is_so_long_that_the_way_out_is_cut(letter: str, tmp_path: Path) -> None:
    def broken(_file: ResultFile) -> NoReturn:
        raise Breach(["crossover"], letter * 10_000)

    path = saved(tmp_path, Corpus(**SMALL).result())
    with pytest.raises(ResultError) as error:
        read(path, replace(TIMING, checked=broken))
    assert error.value.message.endswith("…; measure again or leave this file out")
    assert len(error.value.message) == LONGEST_TEXT


def test_a_key_of_ten_thousand_letters_is_named_in_short(tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["workloads"]["x" * 10_000] = {}
    assert len(refusal(saved(tmp_path, document))) < 1000 + len(str(tmp_path))


def test_a_marks_block_of_thousands_of_digits_is_only_a_text(tmp_path: Path) -> None:
    mark = f"block {'9' * 5000}: host loaded"
    path = saved(tmp_path, Corpus(suspect={(None, 8, 1, "cpu"): [mark]}, **SMALL).result())
    assert table.load([path])["suspect"].str.startswith("block 999").any()


def test_fields_of_a_measurement_cannot_stand_in_for_those_of_its_process(tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    known = table.load([saved(tmp_path, document)])
    for row in document["crossover"]["measurements"]:
        row |= {"block": "three", "import_seconds": -1, "rounds": 0}
    assert table.load([saved(tmp_path, document)]).equals(known)
