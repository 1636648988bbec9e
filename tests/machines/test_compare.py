import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scripts import compare
from scripts.judge.moderate import Summary, summarise
from scripts.judge.rule import interval
from scripts.machines.cells import compared
from scripts.machines.two_runs import difference, judge
from scripts.read import table
from tests.corpus import Corpus

SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4)}


def loaded(folder: Path, *plans: Corpus) -> pd.DataFrame:
    return table.load(plan.write(folder, f"file{place}") for place, plan in enumerate(plans))


def slower_cpu(_workload: str, batch_size: int) -> float:
    """1.5 times the seconds of the corpus's own CPU."""
    return 1.5 * (3e-4 + 2e-6 * batch_size)


def test_every_cell_is_compared_with_the_first_file(tmp_path: Path) -> None:
    rounds = loaded(
        tmp_path,
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", seed=1, cpu_step_seconds=slower_cpu, **SMALL),
        Corpus(machine="c", seed=2, **SMALL),
    )
    comparison = compared(rounds, base="a")
    assert len(comparison) == 2 * 2 * (2 + 2 * 2)  # machines x sides x (warm + totals)
    warm = comparison[comparison["scope"] == "warm"]
    b, c = (warm[warm["machine"] == name] for name in "bc")
    np.testing.assert_allclose(b["ratio"], 1.5, rtol=0.03)
    np.testing.assert_allclose(c["ratio"], 1.0, rtol=0.03)
    assert set(b["verdict"]) == {"slower"}
    assert set(c["verdict"]) == {"too close"}


def test_a_file_compared_with_itself_is_too_close_everywhere(tmp_path: Path) -> None:
    comparison = compared(loaded(tmp_path, Corpus(**SMALL), Corpus(**SMALL)), base="devbox")
    assert set(comparison["verdict"]) == {"too close"}
    assert (comparison["ratio"] == 1.0).all()
    assert set(comparison["machine"]) == {"devbox (2)"}


def test_the_interval_is_welchs() -> None:
    random = np.random.default_rng(3)
    one, two = random.normal(0.3, 0.2, size=5), random.normal(0.0, 0.05, size=9)

    found = difference(*(summarise(values[None]) for values in (one, two)))
    lo, hi = interval(found, level=0.05)
    expected = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    np.testing.assert_allclose([lo[0], hi[0]], [expected.low, expected.high], rtol=1e-12)


@pytest.mark.parametrize(
    ("mean", "error", "word"),
    [
        (0.2, 0.01, "slower"),
        (-0.2, 0.01, "faster"),
        (0.0, 0.01, "too close"),
        (0.0, 0.3, "undecided"),
    ],
)
def test_words_need_the_whole_interval_beyond_or_inside_the_margin(
    mean: float, error: float, word: str
) -> None:
    numbers = (mean, error, 8.0, 5.0, 0.0)
    found = Summary(*(np.array([number]) for number in numbers))
    assert judge(found, margin=0.0488, level=0.05).tolist() == [word]


def test_too_few_blocks_are_never_decided(tmp_path: Path) -> None:
    plans = [
        Corpus(machine="a", blocks=2, **SMALL),
        Corpus(machine="b", blocks=2, cpu_step_seconds=slower_cpu, **SMALL),
    ]
    comparison = compared(loaded(tmp_path, *plans), base="a")
    assert set(comparison["verdict"]) == {"undecided"}


def test_a_suspect_block_is_left_out_of_its_cell_and_said(tmp_path: Path) -> None:
    marks: dict[Any, Any] = {("mlp", 8, None, "cpu"): ["block 1: host loaded"]}
    marked = Corpus(machine="b", suspect=marks, seed=1, cpu_step_seconds=slower_cpu, **SMALL)
    comparison = compared(loaded(tmp_path, Corpus(machine="a", **SMALL), marked), base="a")
    own = comparison[(comparison["side"] == "cpu") & (comparison["batch_size"] == 8)]
    assert set(own["verdict"]) == {"slower"}
    assert set(own["reason"]) == {"b: 1 suspect repetition left out"}
    assert set(own["base_blocks"] - own["blocks"]) == {1}
    assert set(comparison.drop(own.index)["reason"]) == {""}


def test_a_suspect_side_withholds_the_verdict_and_keeps_the_ratio(tmp_path: Path) -> None:
    marked = Corpus(machine="b", suspect={("mlp", 8, None, "cpu"): ["host loaded"]}, **SMALL)
    comparison = compared(loaded(tmp_path, Corpus(machine="a", **SMALL), marked), base="a")
    suspect = comparison[comparison["verdict"] == "suspect"]
    assert set(suspect["batch_size"]) == {8}
    assert set(suspect["reason"]) == {"host loaded"}
    assert suspect["ratio"].notna().all()


def test_a_cell_that_one_side_lacks_is_a_row_with_the_reason(tmp_path: Path) -> None:
    other = Corpus(
        machine="b",
        batch_sizes=(8,),
        epochs=(1, 4),
        absent={("mlp", 8, None, "vulkan"): ("timeout", "")},
    )
    comparison = compared(loaded(tmp_path, Corpus(machine="a", **SMALL), other), base="a")
    missing = comparison[comparison["verdict"] == "not measured"]
    reasons = missing.groupby(["batch_size", "side"])["reason"].unique().map(list).to_dict()
    assert reasons == {
        (8, "vulkan"): ["b: timeout"],
        (512, "cpu"): ["b: not in its grid"],
        (512, "vulkan"): ["b: not in its grid"],
    }


def test_a_cell_that_lost_blocks_is_not_compared_by_those_that_got_through(tmp_path: Path) -> None:
    lost: dict[Any, Any] = {("mlp", 8, None, "vulkan"): ("oom", "8 GB", 3)}
    other = Corpus(machine="b", absent=lost, **SMALL)
    comparison = compared(loaded(tmp_path, Corpus(machine="a", **SMALL), other), base="a")
    cells = comparison[(comparison["side"] == "vulkan") & (comparison["batch_size"] == 8)]
    assert set(cells["verdict"]) == {"not measured"}
    assert set(cells["reason"]) == {"b: oom"}


def test_any_machine_can_be_the_base(tmp_path: Path) -> None:
    rounds = loaded(
        tmp_path,
        Corpus(machine="a", **SMALL),
        Corpus(machine="b", seed=1, cpu_step_seconds=slower_cpu, **SMALL),
    )
    forth, back = compared(rounds, base="a"), compared(rounds, base="b")
    assert set(back["base_machine"]) == {"b"}
    assert set(back["machine"]) == {"a"}
    np.testing.assert_allclose(back["ratio"], 1 / forth["ratio"])
    np.testing.assert_allclose(back["lo"], 1 / forth["hi"])
    turned = {"slower": "faster", "faster": "slower"}
    assert [turned.get(word, word) for word in forth["verdict"]] == back["verdict"].tolist()


UNLIKE: list[tuple[str, Corpus, str]] = [
    ("samples", Corpus(machine="b", samples=2048, **SMALL), "crossover.run.samples: is 2048 here"),
    (
        "precision",
        Corpus(machine="b", run={"precision": "tf32"}, **SMALL),
        "crossover.run.precision: is tf32 here and fp32 in",
    ),
    (
        "optimizer",
        Corpus(machine="b", run={"optimizer": "adam"}, **SMALL),
        "run.optimizer: is adam",
    ),
    (
        "implementation",
        Corpus(machine="b", run={"optimizer_implementation": "foreach"}, **SMALL),
        "run.optimizer_implementation: is foreach here",
    ),
    (
        "learning rate",
        Corpus(machine="b", run={"learning_rates": {"mlp": 0.2}}, **SMALL),
        "learning_rate of mlp: is 0.2 here and 0.1 in",
    ),
    ("workload", Corpus(machine="b", workloads=("cnn",), **SMALL), "no workload in common with"),
]


@pytest.mark.parametrize(
    ("plan", "message"), [case[1:] for case in UNLIKE], ids=[case[0] for case in UNLIKE]
)
def test_unlike_work_is_refused_naming_the_difference(
    plan: Corpus, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [Corpus(machine="a", **SMALL).write(tmp_path), plan.write(tmp_path)]
    target = tmp_path / "cells.csv"
    assert compare.main([*map(str, paths), "--csv", str(target)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(str(paths[1]))
    assert message in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not target.exists()


def test_another_definition_of_a_workload_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Corpus(machine="a", **SMALL).write(tmp_path)
    document = Corpus(machine="b", **SMALL).result()
    document["crossover"]["workloads"]["mlp"]["definition"] = "feedfacecafe"
    second = tmp_path / "b.json"
    second.write_text(json.dumps(document))
    assert compare.main([str(first), str(second)]) == 2
    assert "definition of mlp: is feedfacecafe here" in capsys.readouterr().err


def test_workloads_that_only_one_file_has_do_not_hinder_the_others(tmp_path: Path) -> None:
    wide = Corpus(machine="b", workloads=("mlp", "cnn"), **SMALL)
    comparison = compared(loaded(tmp_path, Corpus(machine="a", **SMALL), wide), base="a")
    reasons = comparison.groupby("workload")["reason"].unique().map(list).to_dict()
    assert reasons == {"cnn": ["a: not in its grid"], "mlp": [""]}


def test_the_comparison_is_printed_and_written_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        str(Corpus(machine="a", **SMALL).write(tmp_path)),
        str(Corpus(machine="b\x1b[2J", cpu_step_seconds=slower_cpu, **SMALL).write(tmp_path, "b")),
    ]
    target = tmp_path / "cells.csv"
    assert compare.main([*paths, "--csv", str(target)]) == 0
    words = capsys.readouterr().out
    assert "\x1b" not in words
    assert "Geometric means" in words
    assert len(pd.read_csv(target)) == 2 * (2 + 2 * 2)


@pytest.mark.parametrize("target", ["folder.csv", "absent/cells.csv"])
def test_a_table_that_cannot_be_written_is_one_line(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    paths = [str(Corpus(machine=name, **SMALL).write(tmp_path)) for name in ("a", "b")]
    assert compare.main([*paths, "--csv", str(tmp_path / target)]) == 2
    captured = capsys.readouterr()
    assert "cannot be written" in captured.err
    assert captured.out == ""


def test_one_file_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main([str(Corpus(**SMALL).write(tmp_path))]) == 2
    assert "name two result files" in capsys.readouterr().err
