"""Which machine is fastest: a table of machines by networks, and a sentence."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from scripts.machines.rates import rates
from scripts.sections.answer import answer
from scripts.sections.inputs import Report
from scripts.sections.section import Table
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import of_same_work
from scripts.words.machines import fastest_sentence
from tests.corpus import Corpus, falling
from tests.machines.test_options import slower
from tests.write.reports import DRAWN, no_pictures

PLAN: dict[str, Any] = {
    "batch_sizes": (8, 64, 512), "epochs": (1,), "sides": ("cpu", "cuda"), "ratio": falling,
    "process_noise": 0.0, "epoch_noise": 0.0,
}  # fmt: skip


def rounds(*cells: tuple[str, str, str, int, float, str]) -> pd.DataFrame:
    """A round per machine, network, side, batch size, samples per second and doubt."""
    names = ["machine", "workload", "side", "batch_size", "samples_a_second", "doubt"]
    return pd.DataFrame(cells, columns=names).assign(block=0, label="")


def test_a_machine_has_its_best_side_and_batch_size_and_the_nearest_to_all_stands_first() -> None:
    found = rates(
        rounds(
            ("slow", "mlp", "cpu", 8, 10.0, ""),
            ("slow", "cnn", "cpu", 8, 10.0, ""),
            ("fast", "mlp", "cpu", 8, 20.0, ""),
            ("fast", "mlp", "cuda", 512, 40.0, ""),
            ("fast", "cnn", "cuda", 8, 8.0, ""),
        )
    )
    told = found[["machine", "workload", "side", "batch_size", "samples_a_second", "share"]]
    assert told.to_numpy().tolist() == [
        ["fast", "mlp", "cuda", 512, 40.0, 1.0],
        ["fast", "cnn", "cuda", 8, 8.0, 0.8],
        ["slow", "mlp", "cpu", 8, 10.0, 0.25],
        ["slow", "cnn", "cpu", 8, 10.0, 1.0],
    ]
    assert fastest_sentence(found) == "Fastest machines: fast on mlp; slow on cnn."


def test_of_many_machines_that_are_fastest_somewhere_the_first_is_named() -> None:
    names = ("mlp", "cnn", "rnn", "lstm", "transformer")
    found = rates(
        rounds(
            *(
                (machine, name, "cpu", 8, 20.0 if place in fast else 10.0, "")
                for machine, fast in (("a", {0}), ("b", {1, 4}), ("c", {2}), ("d", {3}))
                for place, name in enumerate(names)
            )
        )
    )
    words = "Fastest machines: b on cnn and transformer; 3 others on 3 networks."
    assert fastest_sentence(found) == words


def test_a_suspect_rate_counts_only_where_there_is_no_other() -> None:
    found = rates(
        rounds(
            ("a", "mlp", "cpu", 8, 10.0, ""),
            ("a", "mlp", "cpu", 512, 90.0, "host loaded"),
            ("b", "mlp", "cpu", 8, 20.0, "host loaded"),
        )
    )
    assert found["samples_a_second"].tolist() == [20.0, 10.0]
    assert fastest_sentence(found) == "Fastest machine: b ! on mlp."


def written(folder: Path, **factors: float) -> list[Path]:
    """Files of machines, of their own hardware, whose steps take so many times as long."""
    paths = []
    for number, (name, factor) in enumerate(factors.items()):
        steps = slower(factor)
        plan = Corpus(machine=name, workloads=("mlp", "cnn"), cpu_step_seconds=steps, **PLAN)
        content = plan.result()
        content["machine_info"]["crossover"]["machine_id"] = f"{number:012x}"
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(content))
    return paths


def brief(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert report.main([*map(str, paths), "--brief"]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_report_of_several_machines_begins_with_the_fastest_on_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    paths = written(tmp_path, slow=4.0, fast=1.0, middle=2.0)
    lines = brief(paths, capsys)
    assert lines[0] == "Fastest machine: fast on every network."
    [start] = [n for n, line in enumerate(lines) if line.startswith("machine  ")]
    assert [line.split()[0] for line in lines[start + 1 : start + 4]] == ["fast", "middle", "slow"]
    assert "(6" in lines[start + 1]
    assert len(lines) <= 24
    monkeypatch.setattr(DRAWN, no_pictures)
    assert report.main([*map(str, paths), "--out", str(tmp_path / "out")]) == 0
    table = pd.read_csv(tmp_path / "out" / "machine_rates.csv")
    assert table["machine"].unique().tolist() == ["fast", "middle", "slow"]
    assert "Which machine is fastest?" in (tmp_path / "out" / "report.html").read_text()


def reported(paths: list[Path]) -> Report:
    analysis = Analysis(paths)
    files = analysis.results.files
    base = files["machine"].iloc[0]
    return Report(analysis, comparison=of_same_work(analysis, list(files["file"]), base=base))


def test_files_of_one_machine_are_one_and_other_work_is_left_out(tmp_path: Path) -> None:
    paths = written(tmp_path, first=1.0, again=1.0, other=1.0, unlike=1.0)
    for path, (name, value) in zip(
        paths[1:], (("machine_id", "0" * 12), ("machine_id", "f" * 12), ("", "")), strict=True
    ):
        content = json.loads(path.read_text())
        if name:
            content["machine_info"]["crossover"][name] = value
        else:
            content["crossover"]["workloads"]["mlp"]["definition"] = "0" * 12
            content["crossover"]["workloads"]["cnn"]["definition"] = "0" * 12
        path.write_text(json.dumps(content))
    assert set(reported(paths).rates["machine"]) == {"first", "other"}
    assert reported(paths[:2]).rates.empty


def test_of_two_machines_the_curves_stay_and_of_none_with_a_gpu_the_rates_lead(
    tmp_path: Path,
) -> None:
    [two] = answer(reported(written(tmp_path, a=1.0, b=2.0)))
    assert [picture.name for picture in two.pictures] == ["crossover"]
    paths = [
        Corpus(machine=name, **(PLAN | {"sides": ("cpu",)})).write(tmp_path, f"cpu-{name}")
        for name in ("a", "b")
    ]
    for number, path in enumerate(paths):
        content = json.loads(path.read_text())
        content["machine_info"]["crossover"]["machine_id"] = f"{number:012x}"
        path.write_text(json.dumps(content))
    [alone] = answer(reported(paths))
    assert [picture.name for picture in alone.pictures] == ["machine-rates"]
    [table] = [item for item in alone.brief if isinstance(item, Table)]
    assert "in brackets" not in table.caption


def test_a_file_of_the_cpu_alone_beside_two_of_pairs_is_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    plan = PLAN | {"workloads": ("mlp", "cnn")}
    pairs = [str(Corpus(machine=name, **plan).write(tmp_path, name)) for name in "ab"]
    alone = Corpus(machine="c", **plan | {"sides": ("cpu",)}).write(tmp_path, "c")
    out = tmp_path / "out"
    assert report.main([*pairs, str(alone), "--out", str(out)]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "The fastest batch size of each network" in page
