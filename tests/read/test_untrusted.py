"""Result files are untrusted input: every odd one ends in one line, and harms nobody."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import compare, report
from scripts.machines.cells import compared
from scripts.read import document as result_file
from scripts.read import json_text, table
from scripts.read.breach import Breach
from scripts.read.checks import cells
from scripts.read.timing import TIMING
from tests.corpus import Corpus
from tests.fuzzing import at, is_number, places, put

Document = dict[str, Any]

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1, 2), "blocks": 3, "samples": 64}


def saved(folder: Path, document: Document) -> Path:
    path = folder / "odd.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(table.ResultError) as caught:
        table.load([path])
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(str(path))
    return message


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


def test_the_blocks_that_a_run_says_it_has_are_those_of_its_cells(tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["run"]["blocks_done"]["mlp"] += 1
    message = refusal(saved(tmp_path, document))
    assert "crossover.run.blocks_done.mlp: is" in message
    assert "blocks are what every timed cell has" in message


FACTS: dict[str, tuple[dict[str, Any], str]] = {
    "fewer measured than there are": ({"measured": 3}, "crossover.measured: is 3, but 4 cells"),
    "more measured than there are": ({"measured": 5}, "crossover.measured: is 5, but 4 cells"),
    "measured as text": ({"measured": "4"}, "measured: is '4': expected `int`, got `str`"),
    "fewer planned than measured": ({"planned": 3}, "crossover.planned: is 3, but 4 cells"),
    "whole and interrupted": (
        {"absent": [{"workload": "mlp", "batch_size": 9, "epochs": 1, "device": "cpu",
                     "reason": "interrupted"}]},
        "crossover.complete: is true, but 1 cells were interrupted",
    ),
    "a mark for a workload that is not there": (
        {"blocks": [{"workload": "cnn", "block": 0, "suspect": ["host loaded"]}]},
        "crossover.blocks[0].workload: names no entry of crossover.workloads",
    ),
    "an empty mark": (
        {"blocks": [{"workload": "mlp", "block": 0, "suspect": [""]}]},
        "crossover.blocks[0].suspect[0]: is '': expected `str` of length >= 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_what_a_file_says_of_itself_has_to_be_so(name: str, tmp_path: Path) -> None:
    change, words = FACTS[name]
    document = Corpus(**SMALL).result()
    document["crossover"] |= change
    assert words in refusal(saved(tmp_path, document))


def test_a_loss_that_is_finite_in_one_process_only_is_refused(tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["measurements"][1]["first_loss"] = None
    message = refusal(saved(tmp_path, document))
    assert "is null, but another process of the block had 2.31: not one work" in message


WHOLE: dict[str, tuple[object, str]] = {
    "a count with a fraction of nothing": (8.0, "is 8.0: expected `int`, got `float`"),
    "a count as a power": (10**400, "…: expected `int` <= 1000000000"),
    "a count as text": ("8", "is '8': expected `int`, got `str`"),
    "true for a count": (True, "is True: expected `int`, got `bool`"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_count_is_a_whole_number_written_as_one(name: str, tmp_path: Path) -> None:
    value, words = WHOLE[name]
    document = Corpus(**SMALL).result()
    document["benchmarks"][0]["params"]["batch_size"] = value
    message = refusal(saved(tmp_path, document))
    assert "params.batch_size" in message
    assert words in message
    assert message.endswith("measure again or leave this file out")


@pytest.mark.parametrize("seconds", [0, -0.0, -1e-9, 5e-324, 1e-13, 1e10, 1e308])
def test_a_time_that_no_clock_can_show_is_refused(seconds: float, tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["measurements"][0]["epoch_seconds"][1] = seconds
    place = "crossover.measurements[0] (mlp-8-cpu).epoch_seconds[1]"
    assert place in refusal(saved(tmp_path, document))


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


def test_a_key_of_ten_thousand_letters_is_named_in_short(tmp_path: Path) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["workloads"]["x" * 10_000] = {}
    assert len(refusal(saved(tmp_path, document))) < 1000 + len(str(tmp_path))


def _with(text: str, name: str, number: str) -> bytes:
    """The text with another number under the first key of that name."""
    changed, count = re.subn(f'"{name}": [0-9.]+', f'"{name}": {number}', text, count=1)
    assert count == 1
    return changed.encode()


TEXTS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "UTF-16": (lambda text: text.encode("utf-16"), "is not UTF-8 but UTF-16 or UTF-32"),
    "UTF-16 without a mark": (lambda text: text.encode("utf-16-le"), "NUL bytes (the first"),
    "UTF-32": (lambda text: text.encode("utf-32"), "is not UTF-8 but UTF-16 or UTF-32"),
    "latin-1": (lambda text: text.encode("latin-1"), "is not UTF-8 text (byte"),
    "UTF-7": (lambda text: text.replace("{", "+AHs-").encode(), "is not whole JSON"),
    "a gap of zeros": (lambda text: text[:99].encode() + bytes(99), "NUL bytes (the first: byte"),
    "two marks": (lambda text: ("\ufeff\ufeff" + text).encode(), "is not whole JSON"),
    "nothing": (lambda _text: b"", "is not whole JSON"),
    "blanks": (lambda _text: b" \n" * 100, "is not whole JSON"),
    "two documents": (lambda text: (text + text).encode(), "is not whole JSON (Extra data)"),
    "a comma too many": (lambda text: text.replace("}", ",}", 1).encode(), "is not whole JSON"),
    "a huge number": (lambda text: _with(text, "samples", "9" * 5000), "thousands of digits"),
    "a key twice": (lambda text: text.replace("{", '{"datetime": "", ', 1).encode(), "twice in"),
    "NaN": (lambda text: _with(text, "loss", "NaN"), "NaN is no JSON number"),
    "infinity": (lambda text: _with(text, "loss", "-Infinity"), "-Infinity is no"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_odd_text_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    change, words = TEXTS[name]
    text = json.dumps(Corpus(machine="Gr\u00f6\u00dfe", **SMALL).result(), ensure_ascii=False)
    path = tmp_path / "odd.json"
    path.write_bytes(change(text))
    message = refusal(path)
    assert words in message
    assert any(advice in message for advice in ("copy the", "save it", "leave", "--resume"))


def test_a_key_that_stands_twice_is_found_among_a_hundred_thousand_others() -> None:
    names = ",".join(f'"k{number}": 0' for number in range(100_000))
    with pytest.raises(Breach, match="'k99999' stands twice"):
        json_text.parsed(f'{{{names}, "k99999": 1}}'.encode())


def test_millions_of_empty_lists_are_refused_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_text, "MOST_CONTAINERS", 1000)
    monkeypatch.setattr("json.loads", lambda *_args, **_more: pytest.fail("parsed"))
    with pytest.raises(Breach, match="more than 1000 lists and objects"):
        json_text.parsed(b"[" + b"[]," * 2000 + b"[]]")


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(result_file.LARGEST_BYTES + 1)  # a hole: it takes no room on the disk
    monkeypatch.setattr(result_file, "parsed", lambda _content: pytest.fail("read"))
    message = refusal(path)
    assert "is larger than 128 MiB, which no result file is; leave it out" in message


def test_what_does_not_fit_into_memory_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: bytes) -> object:
        raise MemoryError

    monkeypatch.setattr(result_file, "parsed", full)
    message = refusal(Corpus(**SMALL).write(tmp_path))
    assert "does not fit into this machine's memory" in message


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (("MOST_VALUES", {"device": 1}), "have 2 values of device, and 1 can be read"),
        (("MOST_CELLS", 3), "have 4 cells in their grid, and 3 can be read"),
        (("MOST_ROUNDS", 11), "rounds, and 11 can be read"),
    ],
)
def test_a_grid_larger_than_any_run_is_refused_before_a_table_is_made(
    bound: tuple[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, Corpus(**SMALL).result())
    table.load([path])
    monkeypatch.setattr(cells, *bound)
    monkeypatch.setattr("scripts.read.rounds.Rounds.of", lambda _document: pytest.fail("flattened"))
    message = refusal(path)
    assert "benchmarks: " in message
    assert words in message


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


@pytest.mark.parametrize("main", [report.main, compare.main])
@pytest.mark.parametrize("version", [1, 0, -1, TIMING.version + 1, "2", None, 2.5])
def test_a_file_of_another_version_says_what_to_do_and_ends_with_status_two(
    main: Callable[[list[str]], int],
    version: object,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = Corpus(**SMALL).result()
    document["crossover"]["schema_version"] = version
    bad, good = saved(tmp_path, document), Corpus(**SMALL).write(tmp_path)
    assert main([str(bad), str(good)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith(f"{bad}: crossover.schema_version: is ")
    assert ("update Crossover" in said.err) == (version == TIMING.version + 1)
    assert ("measure again" in said.err) == (version != TIMING.version + 1)


def test_files_whose_names_are_shown_alike_stay_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a\n.json", tmp_path / "a\\n.json"]
    for seed, path in enumerate(paths):
        path.write_text(json.dumps(Corpus(seed=seed, **SMALL).result()))
    results = table.load_results(paths)
    shown = str(tmp_path / "a\\n.json")
    assert results.files["file"].tolist() == [shown, f"{shown} (2)"]
    assert results.rounds.groupby("file").size().nunique() == 1
    assert len(compared(results.rounds)) == 6
