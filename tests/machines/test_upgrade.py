"""One machine with two software versions: regressions and improvements in the suite's words."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import compare
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison, grouped
from scripts.words.machines import contradiction_words, upgrade_words
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1,), "sides": ("cpu",)}
OLD: dict[str, Any] = {"software_id": "1" * 12, "torch": "2.14.1"}
NEW: dict[str, Any] = {"software_id": "2" * 12, "torch": "2.15.0"}


def run(folder: Path, machine: str, plan: dict[str, Any], **about: Any) -> Path:
    document = Corpus(machine=machine, **(SMALL | plan)).result()
    document["machine_info"]["crossover"] |= {"machine_id": "m" * 12} | about
    path = folder / f"{machine}.json"
    path.write_text(json.dumps(document))
    return path


def changed_seconds(_workload: str, batch_size: int) -> float:
    """Small batches 1.5 times, large ones 0.5 times the seconds of the corpus's own CPU."""
    factor = {8: 1.5, 64: 1.0, 512: 0.5}[batch_size]
    return factor * (3e-4 + 2e-6 * batch_size)


def compared(folder: Path, *paths: Path, runs: bool = False) -> Comparison:
    analysis = Analysis(paths)
    base = str(analysis.results.files["machine"].iloc[0])
    found = Comparison(analysis, analysis.rounds, base=base)
    return grouped(found) if runs else found


def test_other_software_on_the_same_hardware_is_an_upgrade_with_its_verdicts_counted(
    tmp_path: Path,
) -> None:
    changed_plan = {"cpu_step_seconds": changed_seconds}
    runs = [run(tmp_path, f"old{n}", {"seed": n}, **OLD) for n in range(3)]
    runs += [run(tmp_path, f"new{n}", {"seed": 3 + n} | changed_plan, **NEW) for n in range(3)]
    comparison = compared(tmp_path, *runs, runs=True)
    assert upgrade_words(comparison.upgrades) == (
        "new0 against old0, the same hardware (torch 2.14.1 -> 2.15.0): 2 regressions, "
        "2 improvements, 2 too close of 6 cells."
    )
    changed = comparison.changed
    assert changed["change"].tolist() == ["regression"] * 2 + ["improvement"] * 2
    assert changed["batch_size"].tolist() == [8, 8, 512, 512]
    assert changed["ratio"].tolist() == sorted(changed["ratio"].iloc[:2])[::-1] + sorted(
        changed["ratio"].iloc[2:]
    )


def test_one_run_of_each_tells_neither_a_regression_nor_an_improvement(tmp_path: Path) -> None:
    old = run(tmp_path, "old", {}, **OLD)
    new = run(tmp_path, "new", {"seed": 1, "cpu_step_seconds": changed_seconds}, **NEW)
    comparison = compared(tmp_path, old, new)
    assert upgrade_words(comparison.upgrades) == (
        "new against old, the same hardware (torch 2.14.1 -> 2.15.0): 2 slower, 2 faster, 2 too "
        "close of 6 cells. These are two runs: neither a regression nor an improvement of the "
        "software until several runs of each say so (--group-runs)."
    )
    assert comparison.changed["change"].tolist() == ["slower"] * 2 + ["faster"] * 2


@pytest.mark.parametrize(
    "about", [NEW | {"machine_id": "other"}, OLD | {"torch": "2.14.1"}], ids=["machine", "software"]
)
def test_other_hardware_or_the_same_software_is_no_upgrade(
    about: dict[str, Any], tmp_path: Path
) -> None:
    old, other = run(tmp_path, "old", {}, **OLD), run(tmp_path, "other", {"seed": 1}, **about)
    assert compared(tmp_path, old, other).upgrades.empty


def test_software_that_differs_in_no_named_version_is_said_to(tmp_path: Path) -> None:
    old = run(tmp_path, "old", {}, **OLD)
    new = run(tmp_path, "new", {"seed": 1}, **(OLD | {"software_id": "2" * 12}))
    comparison = compared(tmp_path, old, new)
    words = upgrade_words(comparison.upgrades)
    assert "torch and Python agree, drivers or other packages differ" in words
    assert comparison.changed.empty


def test_the_upgrade_is_printed_before_the_means_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = run(tmp_path, "old", {}, **OLD)
    new = run(tmp_path, "new", {"seed": 1, "cpu_step_seconds": changed_seconds}, **NEW)
    out = tmp_path / "out"
    assert compare.main([str(old), str(new), "--out", str(out), "--dpi", "40"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Upgrade check: new against old" in text
    assert "slower mlp on cpu 8 warm 1.5" in text
    lines = (out / "upgrade.csv").read_text().splitlines()
    assert len(lines) == 1 + 4


@pytest.mark.parametrize(("factor", "told"), [(3.0, True), (0.4, True), (1.3, False), (1.0, False)])
def test_a_shift_of_all_cells_contradicts_that_the_hardware_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], factor: float, told: bool
) -> None:
    def moved(_workload: str, batch_size: int) -> float:
        return factor * (3e-4 + 2e-6 * batch_size)

    paths = [run(tmp_path, "old", {}, **OLD), run(tmp_path, "new", {"cpu_step_seconds": moved})]
    assert compare.main([*map(str, paths)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert ("new calls itself the hardware of old" in said) is told
    if told:
        assert f"takes {factor:.2g} times as long" in said


def test_several_that_cannot_be_the_same_hardware_are_told_of_together() -> None:
    words = contradiction_words({"new": 0.4, "next": 3.0}, "old")
    assert words.startswith("new and next call themselves the hardware of old")
    assert "take 0.4 to 3 times as long" in words


def test_another_hardware_may_be_as_much_slower_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def moved(_workload: str, batch_size: int) -> float:
        return 3 * (3e-4 + 2e-6 * batch_size)

    plan = {"cpu_step_seconds": moved}
    paths = [run(tmp_path, "old", {}), run(tmp_path, "new", plan, machine_id="n" * 12)]
    assert compare.main([*map(str, paths)]) == 0
    assert "calls itself" not in capsys.readouterr().out
