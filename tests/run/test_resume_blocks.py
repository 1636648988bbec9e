"""What a run that was cut short has of its blocks, and how it goes on."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from bench.job import Job
from bench.measure.journal import journal_path, read_journal, sealed
from bench.measure.measurements import Answered, Block, JournalLine
from bench.record.rows import crossover_key
from tests.bench_fakes import SETTINGS, FakeWorkers, Say
from tests.bench_fakes import measured as answer
from tests.run.resumed import Machine, answer_by, machine, measured

__all__ = ["machine"]  # a fixture


def rewrite(journal: Path, *lines: object) -> None:
    journal.write_bytes(b"".join(map(sealed, lines)))


def _workload(line: object) -> str:
    return line.key.workload if isinstance(line, Answered) else ""


def test_a_journal_that_went_workload_by_workload_is_resumed(
    tmp_path: Path, machine: Machine
) -> None:
    asked = replace(SETTINGS, workloads=("mlp", "cnn"), blocks=5)
    machine["workloads"]["cnn"] = deepcopy(machine["workloads"]["mlp"])
    path = tmp_path / "box.json"
    whole = measured(path, asked)
    header, lines = read_journal(journal_path(path), JournalLine)
    kept = [line for line in lines if "mlp" in (getattr(line, "workload", ""), _workload(line))]
    rewrite(journal_path(path), header, *kept)
    resumed = measured(path, asked, resume=True)
    new = read_journal(journal_path(path), JournalLine)[1][len(kept) :]
    assert {line.key.workload for line in new if isinstance(line, Answered)} == {"cnn"}
    for cell in whole.cells:
        assert resumed.outcome(cell) == whole.outcome(cell)


def test_a_run_that_is_cut_has_the_cells_of_the_blocks_it_got_and_is_not_complete(
    tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rule(job: Job, size: int) -> Say:
        return KeyboardInterrupt() if len(workers.jobs) == 10 else answer(job, size)

    workers = FakeWorkers(rule)
    answer_by(workers, monkeypatch)
    run = measured(tmp_path / "box.json")
    assert run.facts
    key = crossover_key(run, run.facts, set(run.cells))
    assert (key["complete"], key["absent"]) == (False, [])
    assert key["run"]["blocks"] == 3
    assert key["run"]["blocks_done"] == {"mlp": 2}
    answer_by(FakeWorkers(), monkeypatch)
    run = measured(tmp_path / "box.json", resume=True)
    assert run.facts
    key = crossover_key(run, run.facts, set(run.cells))
    assert (key["complete"], key["run"]["blocks_done"]) == (True, {"mlp": 3})


def test_a_run_within_a_budget_goes_on_with_what_is_left_of_it(
    tmp_path: Path, machine: Machine
) -> None:
    asked = replace(SETTINGS, budget_seconds=10_000.0)
    run = measured(tmp_path / "box.json", asked)
    assert run.facts
    key = crossover_key(run, run.facts, set(run.cells))
    assert key["complete"]
    assert key["run"]["budget_seconds"] == 10_000
    assert key["run"]["budget_spent_seconds"] < 10_000
    journal = journal_path(tmp_path / "box.json")
    header, lines = read_journal(journal, JournalLine)
    late = [
        changed(line, spent_seconds=9_999.0) if isinstance(line, Block) else line
        for line in lines
        if line.block < 2
    ]
    rewrite(journal, header, *late)
    again = measured(tmp_path / "box.json", asked, resume=True)
    assert again.facts
    key = crossover_key(again, again.facts, set(again.cells))
    assert key["run"]["budget_spent_seconds"] >= 9_999
    assert (key["complete"], key["run"]["blocks_done"]) == (True, {"mlp": 2})


def test_a_damaged_line_is_refused_with_the_way_out_and_nothing_is_lost(
    tmp_path: Path, machine: Machine
) -> None:
    path = tmp_path / "box.json"
    whole = measured(path)
    journal = journal_path(path)
    damaged = journal.read_bytes().replace(b'"measured"', b'"neasured"', 1)
    line = damaged[: damaged.index(b'"neasured"')].count(b"\n") + 1
    journal.write_bytes(damaged)
    with pytest.raises(pytest.UsageError) as refused:
        measured(path, resume=True)
    assert f"--resume: {journal}: line {line} is damaged" in str(refused.value)
    assert "--overwrite, or cut the journal before that line" in str(refused.value)
    assert journal.read_bytes() == damaged
    journal.write_bytes(b"".join(damaged.splitlines(keepends=True)[: line - 1]))
    resumed = measured(path, resume=True)
    assert [resumed.outcome(cell) for cell in whole.cells] == list(map(whole.outcome, whole.cells))
