"""A block that the run's end tore: its circumstances are journalled, and it is measured anew."""

from pathlib import Path
from typing import Any

import pytest

from bench.answer import Measured
from bench.grid import Side
from bench.measure.host.quiet import describe_block
from bench.measure.journal import read_journal
from bench.measure.measurements import (
    Answered,
    Block,
    JournalLine,
    Key,
    Measurements,
    Resumed,
    whole,
)
from bench.measure.search import measure_all
from tests.bench_fakes import PLAN, QUIET, SETTINGS, FakeWorkers, Say, absent, campaign, measured

pytestmark = pytest.mark.usefixtures("quiet_host")
HOST = describe_block(QUIET, QUIET, cores=2)
ANSWERS = 4
"""Of a block: two arms, two batch sizes."""


class Ended(BaseException):
    """A run that is killed: nothing of it is executed any more."""


def lines_of(folder: Path, *, end_after: int, how: type[BaseException]) -> list[JournalLine]:
    """The journal of a run that ended after so many answers."""
    left = iter(range(end_after))

    def rule(job: Any, size: int) -> Any:
        return how() if next(left, None) is None else measured(job, size)

    run = campaign(folder, FakeWorkers(rule))
    if how is Ended:  # a killed process writes no last line
        note = run.record
        run.record = lambda line: None if getattr(line, "torn", False) else note(line)  # type: ignore[method-assign]
    with pytest.raises(how):
        measure_all(run, [PLAN])
    return read_journal(run.journal.path, JournalLine)[1]


def figures(lines: list[JournalLine]) -> list[tuple[int, Key]]:
    return [
        (line.block, line.key)
        for line in lines
        if isinstance(line, Answered) and isinstance(line.answer, Measured)
    ]


@pytest.mark.parametrize("end_after", range(3 * ANSWERS))
def test_an_interrupted_blocks_circumstances_are_journalled(tmp_path: Path, end_after: int) -> None:
    lines = lines_of(tmp_path, end_after=end_after, how=KeyboardInterrupt)
    blocks = [line for line in lines if isinstance(line, Block)]
    done, more = divmod(end_after, ANSWERS)
    assert [line.torn for line in blocks] == [False] * done + [True] * (more > 0)
    assert len(figures(lines)) == end_after
    if more:
        assert len(blocks[-1].batch_sizes) == min(more, 2)


@pytest.mark.parametrize("how", [KeyboardInterrupt, Ended])
@pytest.mark.parametrize("end_after", range(3 * ANSWERS))
def test_a_torn_block_is_measured_anew_as_a_whole_and_no_other_is(
    tmp_path: Path, end_after: int, how: type[BaseException]
) -> None:
    kept = whole(lines_of(tmp_path, end_after=end_after, how=how))
    assert len(figures(kept)) == end_after // ANSWERS * ANSWERS
    known = Measurements()
    for line in kept:
        known.take(line)
    workers = FakeWorkers()
    measure_all(campaign(tmp_path, workers, measurements=known), [PLAN])
    asked = sum(len(job.batch_sizes) for job in workers.jobs)
    assert asked == 3 * ANSWERS - end_after // ANSWERS * ANSWERS
    assert {line.block for line in known.blocks} == {0, 1, 2}


def test_why_a_cell_has_no_time_is_kept_of_a_torn_block_too(tmp_path: Path) -> None:
    said: list[Say] = [absent(8, "oom"), absent(64, "implied"), KeyboardInterrupt()]
    answers = iter(said)
    run = campaign(tmp_path, FakeWorkers(lambda *_: next(answers)))
    with pytest.raises(KeyboardInterrupt):
        measure_all(run, [PLAN])
    kept = whole(read_journal(run.journal.path, JournalLine)[1])
    assert [one.answer.reason for one in kept if isinstance(one, Answered)] == ["oom", "implied"]  # type: ignore[union-attr]


def test_a_torn_repeat_leaves_the_first_attempts_answers() -> None:
    key = Key("mlp", Side("cpu"), 8)

    def answered(seconds: float) -> Answered:
        return Answered(
            key, 0, measured(SETTINGS.job("cpu", workload="mlp"), 8, epoch_seconds=[seconds])
        )

    first, again = answered(1.0), answered(2.0)
    block = Block("mlp", 0, 0, ["cpu"], [8], HOST, [], None, ["host loaded"])
    torn = Block("mlp", 0, 1, ["cpu"], [8], HOST, [], None, [], torn=True)
    assert whole([first, block, again, torn]) == [first, block]
    assert whole([first, block, again]) == [first, block]
    assert whole([first, block, again, Resumed("", ""), block]) == [
        first,
        block,
        Resumed("", ""),
        block,
    ]


@pytest.mark.parametrize(("suspect", "kept"), [([], [8, 64, 8, 64]), (["host loaded"], [64, 64])])
def test_what_took_too_long_on_a_loaded_machine_is_asked_again_on_every_side(
    suspect: list[str], kept: list[int]
) -> None:
    job = SETTINGS.job("cpu", workload="mlp")
    answers: list[Any] = [absent(8, "timeout"), *(measured(job, size) for size in (64, 8, 64))]
    lines = [
        Answered(Key("mlp", Side(side), answer.batch_size or 0), 0, answer)
        for side, answer in zip(("cpu", "cpu", "cuda", "cuda"), answers, strict=True)
    ]
    block = Block("mlp", 0, 0, ["cpu", "cuda"], [8, 64], HOST, [], None, suspect)
    left = [one.key.batch_size for one in whole([*lines, block]) if isinstance(one, Answered)]
    assert left == kept
