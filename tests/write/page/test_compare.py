"""Machines side by side on the page: relative speed, ranks, crossovers, prices, upgrades."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import report
from scripts.sections.machines import tables as side_tables
from scripts.sections.machines.tables import side_tables as tables_of
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import of_same_work
from scripts.write import drawing
from tests.corpus import Corpus, falling
from tests.write.page.test_page import NASTY, Elements
from tests.write.reports import page_text

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4), "ratio": falling}


def slower(factor: float) -> Any:
    return lambda _workload, batch_size: factor * (3e-4 + 2e-6 * batch_size)


def compared_page(folder: Path, *plans: Corpus | dict[str, Any], **options: Any) -> Elements:
    """The page of these files; the first is the base unless it is named."""
    paths = []
    for number, plan in enumerate(plans):
        paths.append(folder / f"file{number}.json")
        document = plan.result() if isinstance(plan, Corpus) else plan
        paths[-1].write_text(json.dumps(document))
    analysis = Analysis(paths)
    files = analysis.results.files
    own: dict[str, Any] = {"base": files["machine"].iloc[0], "prices": {}, "learned": None}
    comparison = of_same_work(analysis, list(files["file"]), **(own | options))
    return Elements(page_text(analysis, comparison=comparison))


def test_the_page_says_how_fast_each_machine_is_against_the_base(tmp_path: Path) -> None:
    plans = [
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", seed=1, cpu_step_seconds=slower(1.5), **SMALL),
    ]
    said = compared_page(tmp_path, *plans).said
    assert "Compared: b against a." in said
    ratio = r"1\.\d+x \[1\.\d+ to 1\.\d+\] on cpu for mlp \(slower\)"
    assert re.search(rf"b: seconds over those of a, once warm {ratio} and ", said)
    moved = "a (vulkan: between 8 and 512); not told apart from it: b"
    assert f"mlp, crossover batch size against cpu: {moved}" in said
    assert "Ranks:" not in said
    said = compared_page(tmp_path, *plans, base="b").said
    assert "Compared: a against b." in said


def test_many_machines_are_ranked_and_each_cell_has_its_fastest(tmp_path: Path) -> None:
    plans = [
        Corpus(machine=name, seed=n, cpu_step_seconds=slower(1 + n), **SMALL)
        for n, name in enumerate("abc")
    ]
    elements = compared_page(tmp_path, *plans)
    ids = elements.ids()
    tables = ("geometric-means", "ranks", "crossover-moves", "fastest", "compared-cells")
    assert {f"t-{name}" for name in tables} <= set(ids)
    assert "t-upgrade" not in ids
    assert "mlp 8 warm a cpu" in elements.said


def test_other_work_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    plans = [
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", seed=1, **SMALL),
        Corpus(machine="c", samples=2048, **SMALL),
    ]
    said = compared_page(tmp_path, *plans).said
    assert "Compared: b against a." in said
    words = "c, since it did not do the work of a: crossover.run.samples is 2048 here and 4096 in"
    assert words in said
    assert "c: seconds over those of a" not in said


def test_when_no_other_file_did_the_same_work_only_that_is_said(tmp_path: Path) -> None:
    plans = [Corpus(machine="a", **SMALL), Corpus(machine="c", samples=2048, **SMALL)]
    elements = compared_page(tmp_path, *plans)
    assert "Left out: c, since it did not do the work of a" in elements.said
    assert "t-geometric-means" not in elements.ids()


def test_another_definition_of_one_workload_leaves_out_that_one_alone(tmp_path: Path) -> None:
    plan: dict[str, Any] = SMALL | {"workloads": ("mlp", "cnn")}
    other = Corpus(machine="b", **plan).result()
    other["crossover"]["workloads"]["mlp"]["definition"] = "f" * 12
    said = compared_page(tmp_path, Corpus(machine="a", **plan), other).said
    assert "Left out: mlp of b, since it did not do the work of a" in said
    assert "on cpu for cnn (" in said
    assert "on cpu for mlp (" not in said


def test_new_software_on_the_same_hardware_is_an_upgrade_check(tmp_path: Path) -> None:
    new = Corpus(machine="new", seed=1, cpu_step_seconds=slower(1.5), **SMALL).result()
    new["machine_info"]["crossover"] |= {"torch": "2.15.0", "software_id": "0" * 12}
    elements = compared_page(tmp_path, Corpus(machine="old", **SMALL), new)
    words = "Upgrade check: new against old, the same hardware (torch 2.14.1+cu130 -> 2.15.0): "
    assert words in elements.said
    assert "t-upgrade" in elements.ids()
    assert re.search(r"slower mlp cpu 8 warm new .*x \[.*\] slower", elements.said)


def test_prices_turn_ratios_into_costs(tmp_path: Path) -> None:
    plans = [
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", seed=1, cpu_step_seconds=slower(2), **SMALL),
    ]
    said = compared_page(tmp_path, *plans, prices={"a": 3.0, "b": 1.0}).said
    assert "cost / the base's" in said
    assert re.search(r"(1\.9\d|2\.\d)x \[[^]]+\] slower 5% \d+ 0\.6\dx \[0\.\d+ to 0\.\d+\]", said)


def test_a_large_comparison_keeps_its_cells_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = [Corpus(machine=name, **SMALL) for name in "ab"]
    analysis = Analysis([plan.write(tmp_path, plan.machine) for plan in plans])
    files = list(analysis.results.files["file"])
    comparison = of_same_work(analysis, files, base="a", prices={}, learned=None)
    assert "compared-cells" in {table.name for table in tables_of(comparison)}
    monkeypatch.setattr(side_tables, "MOST_CELLS", len(comparison.cells) - 1)
    assert "compared-cells" not in {table.name for table in tables_of(comparison)}


def test_names_stay_text_in_the_comparison(tmp_path: Path) -> None:
    def tags(name: str) -> list[str]:
        plans = [Corpus(machine="a", **SMALL), Corpus(machine=name, seed=1, **SMALL)]
        elements = compared_page(tmp_path, *plans)
        assert name in elements.said
        return [tag for tag, _attributes in elements.found if tag != "text"]

    assert tags(NASTY) == tags("b")


def test_one_machine_alone_has_no_such_part(tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = Corpus(batch_sizes=(8,), epochs=(1,), sides=("cpu",))
    assert report.main([str(plan.write(tmp_path)), "--out", str(out), "--dpi", "40"]) == 0
    assert "side-by-side" not in (out / "report.html").read_text()


def test_the_report_compares_with_the_base_that_is_named_and_writes_tables_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "FEWEST_FIGURES", 1000)  # no process for a few of them
    plan: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1,)}
    paths = [str(Corpus(machine=name, **plan).write(tmp_path, name)) for name in "ab"]
    out = tmp_path / "out"
    arguments = ["--base-machine", "b", "--price", "a=1", "--out", str(out), "--dpi", "40"]
    assert report.main([*paths, *arguments]) == 0
    names = {path.name for path in out.iterdir()}
    assert {"compared_cells.csv", "geometric_means.csv", "ranks.csv", "fastest.csv"} <= names
    assert {"relative-speed.svg", "crossover-moves.png", "fastest-mlp.svg"} <= names
    text = (out / "report.html").read_text()
    assert "Compared: </strong>a against b." in text
    assert 'data-name="relative-speed"' in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base-machine", "x"], "--base-machine: 'x' is no machine here; name one of: devbox"),
        (["--price", "x=1"], "--price: 'x' is no machine here; name one of: devbox"),
    ],
)
def test_a_base_or_a_price_of_no_machine_is_refused_in_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Corpus(**SMALL).write(tmp_path)
    assert report.main([str(path), *arguments, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert not (tmp_path / "out").exists()
