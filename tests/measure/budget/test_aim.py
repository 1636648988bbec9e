"""A run with an aim: three blocks in any case, more where they end in time, the same for all."""

import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.console import Console

import bench.run
from bench.answer import Measured
from bench.grid import Side
from bench.job import DISPATCH, TASKS, Job
from bench.measure.ahead import Ahead
from bench.measure.budget import Budget
from bench.measure.journal import journal_path, read_journal
from bench.measure.measurements import Block, JournalLine, Key
from bench.record.rows import crossover_key
from bench.record.state import TimingRun
from tests.bench_fakes import SETTINGS, measured
from tests.measure.budget.fakes import TimedWorkers
from tests.run.resumed import Machine, machine

__all__ = ["machine"]  # a fixture

AIM = 480.0
ASKED = replace(
    SETTINGS, workloads=("mlp", "cnn"), sides=("cpu", "cpu+threads=1"), devices=(), blocks=5,
    aim_seconds=AIM,
)  # fmt: skip
FIRST = 3 * 8
"""Processes of the first three blocks: two networks on two sides, each side with its repeat."""


@dataclass
class Aimed:
    """A run with an aim, after its end."""

    run: TimingRun
    said: list[str]

    def blocks(self, workload: str) -> list[int]:
        key = Key(workload, Side("cpu"), 8)
        return sorted(self.run.measurements.measured[key])


@pytest.fixture
def aimed(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Aimed]:
    """Measures on fake workers, whose clock is the run's."""
    machine["workloads"]["cnn"] = deepcopy(machine["workloads"]["mlp"])

    def measure(workers: TimedWorkers, *, resume: bool = False) -> Aimed:
        monkeypatch.setattr(Ahead, "run", lambda _, job: workers(job))
        run = TimingRun(ASKED, tmp_path / "box.json", resume, False, "pytest bench")
        run.clock, text = Budget(AIM, now=workers.now), io.StringIO()
        try:
            bench.run.measure(run, list(run.by_id.values()), Console(file=text, width=200))
        finally:
            run.claim.release()
        return Aimed(run, text.getvalue().splitlines())

    return measure


def each(seconds: float) -> TimedWorkers:
    """Workers of so many seconds, whatever they do."""
    return TimedWorkers(lambda *_: 0.0, start_seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "blocks"), [(1.0, 5), (13.9, 5), (14.0, 4), (15.8, 4), (15.9, 3), (60.0, 3)]
)
def test_a_fourth_and_a_fifth_block_are_begun_only_where_they_end_in_time(
    aimed: Callable[..., Aimed], seconds: float, blocks: int
) -> None:
    workers = each(seconds)
    done = aimed(workers)
    assert [len(done.blocks(name)) for name in ("mlp", "cnn")] == [blocks, blocks]
    assert workers.clock < AIM or blocks == 3
    assert workers.jobs[-1].task == TASKS[DISPATCH]


def test_no_network_has_more_blocks_because_it_is_cheap(aimed: Callable[..., Aimed]) -> None:
    done = aimed(TimedWorkers(lambda job, _: 14.0 if job.workload == "cnn" else 0.5))
    assert done.blocks("mlp") == done.blocks("cnn") == [0, 1, 2]


def test_a_network_is_left_out_of_a_round_that_got_slower(aimed: Callable[..., Aimed]) -> None:
    workers = TimedWorkers(lambda *_: 50.0 if len(workers.jobs) > FIRST else 5.0)
    done = aimed(workers)
    assert (done.blocks("mlp"), done.blocks("cnn")) == ([0, 1, 2, 3], [0, 1, 2])
    assert any("] 3 to 4 of 5 blocks: another" in line for line in done.said)


def test_the_count_goes_down_and_one_line_says_why(aimed: Callable[..., Aimed]) -> None:
    done = aimed(each(14.0))
    assert any(line.startswith("16 cells, 66 measurements to come") for line in done.said)
    assert [line for line in done.said if "of 5 blocks" in line] == [
        "[56/58 measurements] 4 of 5 blocks: another would not end within 8 minutes; "
        "--blocks 5 measures all"
    ]
    assert done.said[-1].startswith("[58/58 measurements] ")


def test_a_file_of_fewer_blocks_is_complete_and_says_how_many(aimed: Callable[..., Aimed]) -> None:
    run = aimed(each(14.0)).run
    assert run.facts
    key = crossover_key(run, run.facts, set(run.cells))
    assert (key["complete"], key["absent"], key["planned"], key["measured"]) == (True, [], 16, 16)
    told = {name: key["run"][name] for name in ("blocks", "blocks_done", "looks", "aim_seconds")}
    assert told == {
        "blocks": 5, "blocks_done": {"mlp": 4, "cnn": 4}, "looks": [4], "aim_seconds": AIM,
    }  # fmt: skip


def test_a_resumed_run_counts_what_was_spent_and_knows_what_a_block_takes(
    aimed: Callable[..., Aimed], tmp_path: Path
) -> None:
    aimed(each(15.9))
    lines = read_journal(journal_path(tmp_path / "box.json"), JournalLine)[1]
    spent = [line.spent_seconds or 0.0 for line in lines if isinstance(line, Block)]
    assert spent[5] == pytest.approx(FIRST * 15.9)
    fast = each(1.0)
    assert aimed(fast, resume=True).blocks("cnn") == [0, 1, 2]
    assert fast.jobs == []


@pytest.mark.parametrize(
    ("seconds", "unsteady", "attempts"), [(14.0, 1, 1), (30.0, 1, 0), (30.0, FIRST - 1, 0)]
)
def test_what_is_suspect_is_repeated_only_where_all_that_is_measured_anyway_ends_in_time(
    aimed: Callable[..., Aimed], seconds: float, unsteady: int, attempts: int
) -> None:
    class Unsteady(TimedWorkers):
        def answer(self, job: Job, size: int) -> Measured:
            if len(self.jobs) != unsteady:
                return super().answer(job, size)
            return measured(job, size, epoch_seconds=[1.0, 1.0, 2.0, 2.0])

    done = aimed(Unsteady(lambda *_: 0.0, start_seconds=seconds))
    assert sum(block.attempt for block in done.run.measurements.blocks) == attempts
