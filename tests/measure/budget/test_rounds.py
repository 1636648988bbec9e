"""A run within a budget: never longer than asked, every network first, then as many rounds."""

from itertools import compress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.answer import Measured
from bench.grid import REPEATED_BLOCKS, Side
from bench.job import Job
from bench.measure.budget import CLOSING_SECONDS, Budget, Pace
from bench.measure.measurements import Key
from bench.record.outcome import Absent, Timed, cell_outcome
from tests.bench_fakes import measured
from tests.measure.budget.fakes import STUDIED, Spent, TimedWorkers, blocks_of, second_each, spend

pytestmark = pytest.mark.usefixtures("quiet_host")


def outcomes(spent: Spent) -> list[Timed | Absent]:
    own = spent.campaign
    return [cell_outcome(cell, own.measurements, own.settings, {}) for cell in spent.cells]


def test_rounds_go_over_all_workloads_and_the_rest_of_the_time_says_how_many(
    tmp_path: Path,
) -> None:
    # A process takes 2 + 2 x 1 seconds: a round of 8 with A/A 32, one of 4 without them 16.
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=96 + 2 * 16 + CLOSING_SECONDS + 1)
    firsts = [job.workload for job in spent.workers.jobs]
    assert firsts[:16] == ["mlp"] * 4 + ["cnn"] * 4 + ["mlp"] * 4 + ["cnn"] * 4
    assert {tuple(blocks_of(spent, name, "cuda")) for name in ("mlp", "cnn")} == {(0, 1, 2, 3, 4)}
    again = Key("cnn", Side("cuda", again=True), 8)
    assert list(spent.campaign.measurements.measured[again]) == list(range(REPEATED_BLOCKS))


def test_shares_that_are_too_short_for_any_process_are_given_up(tmp_path: Path) -> None:
    # 56 s in 8 shares, and no process answers before its 20th second.
    spent = spend(tmp_path, TimedWorkers(second_each, start_seconds=20), seconds=60)
    assert blocks_of(spent, "cnn", "cpu") == [0]


@pytest.mark.parametrize(
    ("seconds", "mlp", "cnn"),
    [(8, (1, 1), (0, 0)), (10, (2, 2), (0, 0)), (15.5, (2, 2), (1, 1)), (18, (2, 2), (2, 2))],
)
def test_where_shares_are_too_short_the_sides_of_one_network_come_first(
    tmp_path: Path, seconds: float, mlp: tuple[int, int], cnn: tuple[int, int]
) -> None:
    # A process answers after 3 and 4 seconds: a share of seven is less than that.
    spent = spend(
        tmp_path, TimedWorkers(second_each), seconds=seconds + CLOSING_SECONDS + 0.3, asking=3.0
    )
    found = {
        name: tuple(
            sum(bool(blocks_of(spent, name, side, size)) for size in (8, 64))
            for side in ("cpu", "cuda")
        )
        for name in ("mlp", "cnn")
    }
    assert found == {"mlp": mlp, "cnn": cnn}


def test_what_is_enough_for_one_side_only_is_not_halved(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=5 + CLOSING_SECONDS, asking=3.0)
    assert blocks_of(spent, "mlp", "cpu", 8) == blocks_of(spent, "mlp", "cpu", 64) == [0]


def test_what_studies_leave_of_their_part_is_the_runs(tmp_path: Path) -> None:
    # Half of the time is kept for studies, which have no cell to look at.
    slow = TimedWorkers(second_each, start_seconds=12)
    spent = spend(tmp_path, slow, seconds=60, workloads=("mlp",), **STUDIED)
    assert blocks_of(spent, "mlp", "cpu") == [0]


def test_there_are_no_more_blocks_than_asked_for(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=10_000)
    assert blocks_of(spent, "mlp", "cpu") == list(range(15))
    assert spent.budget.spent() < 1000


def test_a_third_round_is_begun_where_only_some_workloads_have_time_for_it(tmp_path: Path) -> None:
    # Two rounds of 32 seconds, and 16 of a third for one of the two workloads.
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=64 + 20 + CLOSING_SECONDS + 1)
    assert blocks_of(spent, "mlp", "cuda") == [0, 1, 2]
    assert blocks_of(spent, "cnn", "cuda") == [0, 1]


def test_one_slow_process_cannot_eat_the_time_of_the_others(tmp_path: Path) -> None:
    def cost(job: Job, _size: int) -> float:
        return 1000.0 if (job.workload, job.device) == ("mlp", "cuda") else 1.0

    spent = spend(tmp_path, TimedWorkers(cost), seconds=200)
    assert len(blocks_of(spent, "mlp", "cpu")) >= 3
    assert len(blocks_of(spent, "cnn", "cuda")) >= 3
    rows = dict(zip(spent.cells, outcomes(spent), strict=True))
    lost = {cell.workload + cell.side for cell, row in rows.items() if isinstance(row, Absent)}
    assert lost == {"mlpcuda"}
    assert {row.reason for row in rows.values() if isinstance(row, Absent)} == {"budget"}


def test_what_had_no_time_in_the_first_round_is_asked_again_in_the_end(tmp_path: Path) -> None:
    def cost(job: Job, size: int) -> float:
        return 60.0 if (job.device, size) == ("cuda", 64) else 1.0

    spent = spend(tmp_path, TimedWorkers(cost), seconds=400, workloads=("mlp",))
    assert blocks_of(spent, "mlp", "cuda", 64)


def test_too_little_for_one_process_gives_every_cell_its_reason(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=1)
    assert not spent.workers.jobs
    assert set(outcomes(spent)) == {Absent("budget", "not reached within --budget 1", 0)}


def test_a_cell_has_the_blocks_that_it_got(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=64 + 20 + CLOSING_SECONDS + 1)
    rounds = {
        cell.workload: len(row.seconds)
        for cell, row in zip(spent.cells, outcomes(spent), strict=True)
        if isinstance(row, Timed)
    }
    assert rounds == {"mlp": 3, "cnn": 2}


def test_a_suspect_block_is_repeated_after_every_workload_had_three(tmp_path: Path) -> None:
    class Unsteady(TimedWorkers):
        def answer(self, job: Job, size: int) -> Measured:
            half = [2.0, 2.0] if len(self.jobs) == 1 else [1.0, 1.0]
            return measured(job, size, epoch_seconds=[1.0, 1.0, *half])

    spent = spend(tmp_path, Unsteady(second_each), seconds=400)
    attempts = [
        (line.workload, line.block, line.attempt) for line in spent.campaign.measurements.blocks
    ]
    first = [(name, block, 0) for block in range(3) for name in ("mlp", "cnn")]
    assert attempts[:8] == [*first, ("mlp", 0, 1), ("mlp", 3, 0)]


def test_a_repeat_that_was_cut_leaves_the_first_attempts_marks(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=400, workloads=("mlp",))
    run, plan = spent.campaign, spent.plans[0]
    assert run.pace
    run.pace.until = spent.budget.spent() + 3.5  # one batch size of the first arm
    wanted = {side: list(sizes) for side, sizes in plan.batch_sizes.items()}
    before = len(run.measurements.blocks)
    run._attempt(plan, 0, wanted, 1)
    assert len(run.measurements.blocks) == before


def test_each_block_tells_what_is_spent_for_a_run_that_goes_on(tmp_path: Path) -> None:
    spent = spend(tmp_path, TimedWorkers(second_each), seconds=100)
    told = [line.spent_seconds or 0.0 for line in spent.campaign.measurements.blocks]
    assert told[0] == 16.0
    assert told == sorted(told)


def test_processes_that_share_leave_a_share_for_what_comes_later() -> None:
    clock = [0.0]
    pace = Pace(Budget(100, now=lambda: clock[0]), until=90.0)
    mlp, cnn = ("mlp", Side("cpu")), ("cnn", Side("cpu"))
    pace.share([mlp, cnn])
    assert pace.allowed(mlp) == 30.0
    clock[0] = 10.0
    pace.answered(mlp)
    pace.done(mlp)
    assert pace.allowed(cnn) == 40.0
    clock[0] = 50.0  # cut without an answer: nothing that another block would take
    assert pace.cost([mlp, cnn]) == 10.0


@pytest.mark.parametrize(
    ("opening", "seconds", "end"),
    [(0, 100, 94), (5, 100, 94), (20, 100, 86), (60, 100, 83), (60, 600, 562), (3, 20, 14)],
)
def test_more_is_kept_for_the_end_where_the_beginning_took_long(
    opening: float, seconds: float, end: float
) -> None:
    clock = [0.0]
    budget = Budget(seconds, now=lambda: clock[0], before=opening / 2, resumed=1000.0)
    clock[0] = opening / 2
    assert budget.end(cells=100) == pytest.approx(end)


def test_a_repeat_has_half_a_share() -> None:
    pace = Pace(Budget(100, now=lambda: 0.0), until=50.0)
    first, again = ("mlp", Side("cpu")), ("mlp", Side("cpu", again=True))
    pace.share([first, again])
    assert (pace.allowed(first), pace.allowed(again)) == (20.0, 10.0)


def test_a_side_that_had_no_time_is_not_repeated(tmp_path: Path) -> None:
    def cost(job: Job, size: int) -> float:
        return 1000.0 if (job.device, size) == ("cuda", 64) else 1.0

    spent = spend(tmp_path, TimedWorkers(cost), seconds=100, workloads=("mlp",))
    first = spent.workers.jobs[:4]
    assert [job.device for job in first] == ["cpu", "cuda", "cpu", "cuda"]
    assert 64 in first[2].batch_sizes
    assert first[3].batch_sizes == tuple(size for size in first[1].batch_sizes if size != 64)


costs = st.floats(0.0, 300.0) | st.sampled_from([0.01, 1.0, 1e6])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seconds=st.floats(0.5, 2000.0),
    table=st.dictionaries(
        st.tuples(st.sampled_from(["mlp", "cnn"]), st.sampled_from(["cpu", "cuda"])), costs
    ),
    later=st.floats(0.2, 5.0),
    start=st.floats(0.0, 60.0),
    study=st.booleans(),
)
def test_a_run_never_takes_longer_than_its_budget_and_no_network_is_without_rows(
    tmp_path_factory: pytest.TempPathFactory,
    seconds: float,
    table: dict[tuple[str, str], float],
    later: float,
    start: float,
    *,
    study: bool,
) -> None:
    def cost(job: Job, _size: int) -> float:
        own = table.get((job.workload, job.device), 1.0)
        return own * (later if len(workers.jobs) > 8 else 1.0)

    workers = TimedWorkers(cost, start_seconds=start)
    changes = STUDIED if study else dict[str, Any]()
    spent = spend(tmp_path_factory.mktemp("run"), workers, seconds=seconds, **changes)
    assert spent.budget.spent() <= max(0.0, spent.end) + 1e-6
    for row in outcomes(spent):
        assert isinstance(row, Timed) or row.reason == "budget"
    cheap = max([1.0, *table.values()]) * 2 + start
    if cheap * 9 < spent.end:  # a share of nine for each of eight
        own = [cell.side in spent.campaign.settings.sides for cell in spent.cells]
        assert all(isinstance(row, Timed) for row in compress(outcomes(spent), own))
