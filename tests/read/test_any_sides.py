"""Any list of sides that a run may have makes a file that every door reads."""

import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scripts import advise, compare, export, report, undecided
from scripts.judge.verdicts import verdicts
from scripts.read.sides import contest, default_base
from scripts.read.table import load
from scripts.read.workers import Workers
from scripts.tables import many
from scripts.tables.analysis import Analysis
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.write.reports import DRAWN, no_pictures

DEVICES = ("cpu", "cuda", "cuda:1", "cuda*2", "cpu*2", "mps", "vulkan")
SETTINGS = (
    "threads=1", "threads=4", "bf16", "tf32", "compile", "compile=max-autotune", "graphs", "fused",
    "channels-last", "keep-denormals", "loop=course", "placement=per-batch", "malloc=keep",
)  # fmt: skip
SIDE = st.builds(
    lambda device, words: "+".join([device, *words]),
    st.sampled_from(DEVICES),
    st.lists(st.sampled_from(SETTINGS), max_size=2, unique=True),
)
ABSENT = ("unsupported", "no such operation")


@st.composite
def plans(draw: st.DrawFn) -> Corpus:
    """A run of any sides, some of which could not be measured, with any remedies after it."""
    sides = draw(st.lists(SIDE | st.sampled_from(DEVICES), min_size=1, max_size=5, unique=True))
    lost = draw(st.lists(st.sampled_from(sides), max_size=2, unique=True))
    tried = draw(st.lists(st.sampled_from(SETTINGS), max_size=3, unique=True))
    return Corpus(
        sides=sides,
        batch_sizes=draw(st.sampled_from([(8,), (8, 64, 512)])),
        epochs=draw(st.sampled_from([(1,), (1, 4)])),
        blocks=draw(st.sampled_from([1, 3])),
        remedies=dict.fromkeys(tried, draw(st.sampled_from([0.5, 1.0, 2.0]))),
        absent={("mlp", 8, None, side): ABSENT for side in lost},
        repeats=draw(st.booleans()),
    )


def said(door: Callable[[Sequence[str]], int], *arguments: object) -> str:
    """What a door prints; it ends with status 0."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        assert door(list(map(str, arguments))) == 0
    out.seek(0)
    return out.read()


def contests(path: Path, plan: Corpus) -> None:
    """Every side of the run meets its base, and every remedy the plain side of its device."""
    table = verdicts(load([path]), scope="warm")
    base = default_base(plan.sides)
    every = {side: contest(side, plan.sides, base) for side in (*plan.sides, *plan.remedy_sides)}
    judged = table[["side", "base", "family"]].drop_duplicates().to_numpy().tolist()
    met = [[side, *meets] for side, meets in every.items() if meets[0]]
    lost = [side for *_, side in plan.absent]  # nothing is tried on what could not be measured
    gone = {
        side for side in plan.remedy_sides if every[side][0] in lost and len(plan.batch_sizes) < 2
    }
    assert sorted(judged) == sorted(one for one in met if one[0] not in gone)


@settings(
    max_examples=settings().max_examples // 12, deadline=None, phases=[Phase.generate],
    derandomize=True, database=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(plan=plans(), data=st.data())
def test_a_file_of_any_sides_goes_through_every_door(plan: Corpus, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(DRAWN, no_pictures)
        folder = Path(name)
        path = plan.write(folder, "one")
        contests(path, plan)
        base = data.draw(st.sampled_from([None, *plan.sides]))
        asked = [] if base is None else ["--base", base]
        words = said(report.main, path, "--out", folder / "report", *asked)
        if len(plan.sides) > 1:
            assert any(name in words for name in ("the CPU", "thread", base or plan.sides[0]))
        assert (folder / "report" / "report.html").stat().st_size > 10_000
        two = plan.write(folder, "two")
        said(compare.main, path, two, "--csv", folder / "cells.csv", *asked)
        said(export.main, path, "--out", folder / "rounds.csv")
        said(undecided.main, path, *asked)
        learned = LearnCorpus(batch_sizes=(8,), optimizers=("sgd",)).write(folder)
        assert "mlp to 90 % accuracy" in said(advise.main, path, learned, "--workload", "mlp")


PLAN = Corpus(sides=("cpu", "cpu+threads=1", "cuda"), batch_sizes=(8, 512), epochs=(1,))


@pytest.mark.parametrize("door", [report.main, compare.main, undecided.main])
def test_a_base_that_a_file_lacks_is_refused_in_one_line_with_the_sides_that_it_has(
    door: Callable[[Sequence[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(PLAN.write(tmp_path))
    assert door([path, "--base", "cuda:1"]) == 2
    assert capsys.readouterr().err == (
        f"{path}: --base: 'cuda:1' is no side of this file; it has: cpu, cpu+threads=1, cuda\n"
    )


@pytest.mark.parametrize(("base", "others"), [
    (None, {"cpu+threads=1", "cuda"}), ("cuda", {"cpu", "cpu+threads=1"}),
])  # fmt: skip
def test_undecided_cells_are_named_by_their_side_and_what_it_meets(
    base: str | None, others: set[str], tmp_path: Path
) -> None:
    plan = replace(PLAN, blocks=1, remedies={"bf16": 2.0})  # too few blocks decide nothing
    words = said(undecided.main, plan.write(tmp_path), *(["--base", base] if base else []))
    rows = [json.loads(line) for line in words.splitlines()]
    assert {tuple(row) for row in rows} == {("workload", "batch_size", "side", "base", "why")}
    known = {(row["batch_size"], row["side"], row["base"], row["why"]) for row in rows}
    assert known == {(n, side, base or "cpu", "undecided") for n in (8, 512) for side in others}


def test_a_collection_is_judged_against_another_base_as_its_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST_FILES", 3)
    monkeypatch.setattr(many, "_judged", lambda batches, _workers: map(many.judge, batches))
    paths = [replace(PLAN, seed=seed).write(tmp_path, f"m{seed}") for seed in range(4)]
    together = many.analysed(paths, Workers(), base="cuda")
    assert together.many
    alone = Analysis(paths[:1], base="cuda").verdicts
    own = together.verdicts[together.verdicts["file"] == str(paths[0])].reset_index(drop=True)
    pd.testing.assert_frame_equal(own.drop(columns="machine"), alone.drop(columns="machine"))
