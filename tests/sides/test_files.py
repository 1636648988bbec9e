"""Any sides that are not refused make a file that the reading half reads, with all their rounds."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import product
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bench.grid import plan_workloads
from bench.measure.process import ROOT
from bench.measure.search import measure_all
from bench.record.rows import provisional
from bench.record.state import TimingRun
from bench.sides.names import SETTINGS as NAMED
from bench.sides.names import TERMS, SideError, job_of
from bench.sides.remedies import REMEDIES
from bench.sides.settings import Settings, with_sides
from bench.why.studies import own_plans, run_studies
from scripts.read.records.params import SETTINGS as TOLD
from scripts.read.sides import contest, told_settings
from scripts.read.table import load
from tests.bench_fakes import SETTINGS, FakeWorkers, campaign, diagnosed
from tests.evidence.search_saving import FACTS
from tests.run.typed import bench, read
from tests.sides.test_names import PLAIN

pytestmark = pytest.mark.usefixtures("quiet_host")


def written(folder: Path, asked: Settings) -> TimingRun:
    """A run on fake workers, as far as its provisional file."""
    run = TimingRun(asked, folder / "box.json", resume=False, overwrite=False, command="pytest")
    run.facts, run.cells = FACTS, list(run.by_id.values())
    done = replace(campaign(folder, FakeWorkers(diagnosed)), settings=asked)
    plans = plan_workloads(run.cells)
    for plan in plans:
        done.refuse(plan)
    measure_all(done, own_plans(plans, asked))
    run_studies(done, plans)
    run.measurements = done.measurements
    run.path.write_text(json.dumps(provisional(run), allow_nan=False))
    return run


def accepted(words: tuple[str, ...]) -> bool:
    """Whether these are a side."""
    try:
        return bool(job_of("+".join(words), PLAIN))
    except SideError:
        return False


WORDS = (*TERMS, "threads=1", "threads=2")
VALID = [
    "+".join(words)
    for device in ("cpu", "cuda", "mps", "xpu:1", "cpu*2", "cuda*2")
    for words in ((device,), *product((device,), WORDS), *product((device,), WORDS, WORDS))
    if accepted(words)
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plain=st.sampled_from(["cpu", "cuda", "mps"]),  # what remedies and ladder are added to
    names=st.lists(st.sampled_from(VALID), max_size=3, unique=True),
    remedies=st.lists(st.sampled_from([*REMEDIES]), max_size=2, unique=True),
    ladder=st.booleans(),
)
def test_any_sides_are_refused_by_name_or_make_a_file_that_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    plain: str,
    names: list[str],
    remedies: list[str],
    *,
    ladder: bool,
) -> None:
    asked = replace(SETTINGS, sides=(), base="", remedies=tuple(remedies), ladder=ladder, blocks=2)
    refused = ""
    try:
        asked = with_sides(asked, (plain, *names))
    except pytest.UsageError as error:
        refused = str(error)
    assert not refused or refused.startswith(("--sides ", "--devices ", "--remedies", "--ladder"))
    assume(not refused)
    run = written(tmp_path_factory.mktemp("run"), asked)
    found = load([run.path])
    rows = {name: set(own["side"]) for name, own in found.groupby("again")}
    measured = {key.side.name for key in run.measurements.measured}
    assert rows[False] >= measured
    assert set(found["side"]) == {*asked.sides, *asked.added("mlp")}
    for side in measured:
        base = contest(side, asked.sides, asked.base)[0]
        assert base == ("" if side == asked.base else asked.base_of(side))


def test_a_file_of_remedies_has_the_plain_rounds_of_both_kinds_of_blocks(tmp_path: Path) -> None:
    asked = replace(SETTINGS, remedies=("fused", "bf16"), diagnose=True, blocks=2)
    run = written(tmp_path, asked)
    content = json.loads(run.path.read_text())
    rounds = {row["extra_info"]["side"]: row["stats"]["rounds"] for row in content["benchmarks"]}
    assert rounds == {
        **dict.fromkeys(("cpu", "cuda"), 4),
        **dict.fromkeys(("cpu+fused", "cuda+fused", "cpu+bf16", "cuda+bf16"), 2),
    }
    own = content["crossover"]
    assert (own["run"]["sides"], own["run"]["base"]) == (["cpu", "cuda"], "cpu")
    assert own["run"]["remedies"] == ["fused", "bf16"]
    row = next(one for one in content["benchmarks"] if one["extra_info"]["side"] == "cuda+bf16")
    assert row["params"] == {
        "workload": "mlp",
        "batch_size": 8,
        "epochs": 1,
        "device": "cuda",
        "precision": "bf16",
        "optimizer_implementation": "foreach",
    }
    assert run.by_id[row["name"]].side == "cuda+bf16"
    assert set(own) >= {"processes", "measurements", "diagnosis", "peaks", "blocks", "absent"}
    assert "variants" not in own


@pytest.mark.slow
def test_two_processes_go_the_whole_way_to_a_report(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    code, output = bench(
        *("--sides", "cpu,cpu*2", "--workloads", "mlp", "--batch-sizes", "1,32", "--epochs", "1"),
        *("--samples", "64", "--blocks", "1", "--suspect-repeats", "0"),
        *("--benchmark-json", str(path)),
    )
    assert code == 0, output
    content = read(path)
    assert {
        row["extra_info"]["side"]: row["params"]["devices"] for row in content["benchmarks"]
    } == {
        "cpu": 1,
        "cpu*2": 2,
    }
    marks = [mark for row in content["benchmarks"] for mark in row["extra_info"]["suspect"]]
    assert not [mark for mark in marks if "loss" in mark]
    (lost,) = content["crossover"]["absent"]
    assert (lost["side"], lost["batch_size"], lost["reason"]) == ("cpu*2", 1, "unsupported")
    command = [sys.executable, "scripts/report.py", str(path), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cpu*2" in (tmp_path / "out" / "verdicts.csv").read_text()


@pytest.mark.parametrize("word", [*TERMS, "threads=2", "*2"])
def test_the_reading_half_knows_what_each_word_of_a_side_sets(word: str) -> None:
    names = (f"{device}{'+' * (word != '*2')}{word}" for device in ("cpu", "cuda"))
    name = next(one for one in names if accepted((one,)))
    job, told = job_of(name, PLAIN), told_settings(name)
    told = {setting: value for setting, value in told.items() if setting != "loop"}
    assert told == {setting: attrgetter(NAMED[setting])(job) for setting in told}
    assert told.keys() <= {*TOLD} == NAMED.keys() - {"loop"}
