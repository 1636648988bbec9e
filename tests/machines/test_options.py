"""compare.py as a user types it: many files, a chosen base, prices, unlike work."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from scripts import compare, export, import_table
from scripts.sections.machines.means import MOST_ROWS
from scripts.sections.section import Column, Section, Table
from scripts.write import terminal
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4), "sides": ("cpu",)}


def slower(factor: float) -> Any:
    return lambda _workload, batch_size: factor * (3e-4 + 2e-6 * batch_size)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    plans = {"a": 1.0, "b": 1.5, "c": 1.5, "d": 3.0}
    return [
        str(Corpus(machine=name, seed=seed, cpu_step_seconds=slower(factor), **SMALL)
            .write(tmp_path, f"file-{name}"))
        for seed, (name, factor) in enumerate(plans.items())
    ]  # fmt: skip


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", ["b", "file-b", "the path"])
def test_the_base_is_named_by_its_machine_its_file_or_its_path(
    name: str, files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "cells.csv"
    chosen = files[1] if name == "the path" else name
    assert compare.main([*files, "--base-machine", chosen, "--csv", str(target)]) == 0
    assert "Geometric means of seconds / seconds of b" in words(capsys)
    cells = pd.read_csv(target)
    assert set(cells["base_machine"]) == {"b"}
    warm = cells.query("scope == 'warm'").groupby("machine")["verdict"].unique().map(list)
    assert warm.to_dict() == {"a": ["faster"], "c": ["too close"], "d": ["slower"]}


def test_a_base_that_is_no_machine_is_refused_with_the_names(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main([*files, "--base-machine", "\x1b[2Jx"]) == 2
    said = capsys.readouterr()
    assert said.err == "--base-machine: '\\x1b[2Jx' is no machine here; name one of: a, b, c, d\n"
    assert said.out == ""


def test_many_machines_are_ranked_with_ties(files: list[str], tmp_path: Path) -> None:
    assert compare.main([*files, "--out", str(tmp_path / "out"), "--dpi", "40"]) == 0
    ranks = pd.read_csv(tmp_path / "out" / "ranks.csv")
    for _scope, own in ranks.groupby("scope"):
        assert own.set_index("machine")["rank"].to_dict() == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_two_machines_need_no_ranks(files: list[str], tmp_path: Path) -> None:
    assert compare.main([*files[:2], "--out", str(tmp_path / "out"), "--dpi", "40"]) == 0
    page = (tmp_path / "out" / "geometric_means.csv").read_text()
    assert page.count("\n") == 3


def test_a_comparison_of_two_begins_with_a_sentence_and_some_means(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert compare.main(files[:2]) == 0
    lines = capsys.readouterr().out.splitlines()
    [first] = [line for line in lines if line.startswith("b: seconds over those of a")]
    assert "once warm 1.5" in first
    [start] = [n for n, line in enumerate(lines) if line.startswith("workload")]
    rows = lines[start + 1 : lines.index(next(one for one in lines if one.startswith("a (base")))]
    assert 0 < len(rows) <= MOST_ROWS
    assert "machine" not in lines[start]
    assert len(lines) < 24


def test_of_several_machines_each_is_a_row_and_the_fastest_is_named(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(Path(files[0]).parent)  # whose name may be long
    files = [Path(file).name for file in files]
    assert compare.main([files[1], files[0], files[2]]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Fastest once warm, seconds over those of b: a on cpu, 0.6")
    [start] = [n for n, line in enumerate(lines) if line.startswith("machine ")]
    ratios = [float(line.split()[1][:-1]) for line in lines[start + 1 : start + 3]]
    assert ratios == sorted(ratios)
    assert lines[start + 3].startswith("- slower, = too close, + faster")
    assert len(lines) < 24
    assert compare.main(files[:3]) == 0
    first = "Fastest once warm, seconds over those of a: a on cpu, before b, 1.5"
    assert capsys.readouterr().out.startswith(first)


def test_a_comparison_in_markdown_is_a_table_for_a_pull_request(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main([*files[:2], "--markdown"]) == 0
    said = capsys.readouterr().out
    assert "| workload | seconds | ratio |" in said
    assert said.count("| mlp |") == 2


def test_a_price_turns_seconds_into_dollars_and_ratios_into_costs(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "cells.csv"
    prices = ["--price", "a=3.6", "--price", "b=1.2USD/h"]
    assert compare.main([*files[:3], *prices, "--csv", str(target)]) == 0
    assert "cost" in words(capsys)
    cells = pd.read_csv(target)
    own = cells[cells["machine"] == "b"]
    np.testing.assert_allclose(own["usd"], own["seconds"] * 1.2 / 3600)
    np.testing.assert_allclose(own["base_usd"], own["base_seconds"] * 3.6 / 3600)
    for name in ("ratio", "lo", "hi"):
        np.testing.assert_allclose(own[f"cost_{name}"], own[name] / 3)
    other = cells[cells["machine"] == "c"]
    assert other[["usd", "cost_ratio"]].isna().all(axis=None)


@pytest.mark.parametrize("price", ["a", "=1", "a=", "a=-1", "a=0", "a=nan", "a=inf", "a=x", "1.5"])
def test_a_price_that_is_none_is_refused(
    price: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        compare.main([*files, "--price", price])
    assert ended.value.code == 2
    assert "is not NAME=USD per hour" in capsys.readouterr().err


def test_a_price_of_a_machine_that_is_not_there_is_refused(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main([*files, "--price", "e=1"]) == 2
    assert "--price: 'e' is no machine here; name one of: a, b, c, d" in capsys.readouterr().err


def test_unlike_work_that_is_allowed_is_compared_and_marked_everywhere(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Corpus(machine="e", samples=2048, run={"learning_rates": {"mlp": 0.2}}, **SMALL)
    other, target = plan.write(tmp_path, "e"), tmp_path / "cells.csv"
    assert compare.main([files[0], files[1], str(other)]) == 2
    said = capsys.readouterr().err
    assert "crossover.run.samples: is 2048 here and 4096 in" in said
    assert "leave it out, or mark it with --allow" in said
    arguments = [files[0], files[1], str(other), "--allow", "--csv", str(target)]
    assert compare.main(arguments) == 0
    text = words(capsys)
    assert text.startswith("Warning: e did not do the same work: crossover.run.samples is 2048")
    assert "learning_rate of mlp is 0.2 here and 0.1 in" in text
    cells = pd.read_csv(target, keep_default_na=False)
    marked = cells.groupby("machine")["unlike"].apply(lambda own: (own != "").all())
    assert marked.to_dict() == {"b": False, "e": True}


def test_runs_of_one_machine_with_other_software_are_called_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for name, software, machine in (
        ("old", "1" * 12, "m" * 12), ("new", "2" * 12, "m" * 12), ("far", "1" * 12, "f" * 12)
    ):  # fmt: skip
        document = Corpus(machine=name, **SMALL).result()
        about = document["machine_info"]["crossover"]
        about |= {"software_id": software, "machine_id": machine}
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(document))
    assert compare.main([str(path) for path in paths]) == 0
    text = words(capsys)
    assert "new (the base's hardware, other software)" in text
    assert "far (" not in text


def test_long_tables_show_their_first_rows_and_say_what_has_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "MOST_ROWS", 3)
    said = shown_text(Section("s", brief=[Table("t", "", [Column("n", list(range(18)), "n")])]))
    assert said[-1] == "and 15 more rows: --out FOLDER writes them all"
    assert len(said) == 1 + 3 + 1


def test_of_hundreds_of_machines_that_tie_the_first_are_named() -> None:
    tied = ", ".join(f"machine-{number} cpu" for number in range(300))
    table = Table("ranks", "", [Column("tied_with", [tied, ""], "too close to")])
    said = [line.strip() for line in shown_text(Section("s", brief=[table]))]
    assert said[1].startswith("machine-0 cpu, machine-1 cpu")
    assert len(said[1]) == terminal.MOST_LETTERS
    assert said[1].endswith("…")


def shown_text(section: Section) -> list[str]:
    """The lines of a section on a wide terminal."""
    console = Console(file=io.StringIO(), width=500)
    terminal.show([section], console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (compare.main, ["a.json", "--csv", "new/"]),
        (export.main, ["a.json", "--out", "new.csv/"]),
        (import_table.main, ["a.csv", "--source", "x", "--licence", "y", "--out", "new.json/"]),
    ],
)
def test_a_folders_name_is_no_files(
    main: Callable[[list[str]], int], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "is a folder's name; name a file in it" in capsys.readouterr().err
