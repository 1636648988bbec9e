"""What is said of jobs in a queue, which is a fake here, and when the watch ends."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.cluster.job import Job
from scripts.cluster.queue import LOCAL, RUNNING, Queue
from scripts.cluster.watch import LINE_SECONDS, LOOK_SECONDS, LOOKS, watch
from scripts.read.document import ResultError


@dataclass
class Told(Queue):
    """A queue that answers look after look what it is told, the last answer for ever."""

    answers: list[dict[str, str] | None] = field(default_factory=list)

    def states(self) -> dict[str, str] | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def job(folder: Path, name: str = "a", *options: str) -> Job:
    return Job(name, folder / f"{name}.json", "bench", options, folder)


def lines(queue: Queue, jobs: list[Job], **named: object) -> list[str]:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds
        for one in named.get("at", {}).get(clock[0], ()):  # type: ignore[attr-defined]
            one()

    return list(watch(queue, jobs, sleep, lambda: clock[0]))


def test_a_line_for_each_state_and_now_and_then_for_progress(tmp_path: Path) -> None:
    one = job(tmp_path)
    looks = round(LINE_SECONDS / LOOK_SECONDS)
    queue = Told("slurm", tmp_path, {"a": "7"}, [{"7": "pending"}, {"7": RUNNING}])
    queue.log(one).write_text("starting\n[3/9] mlp on cpu\n\n")
    assert lines(queue, [one], at={LOOK_SECONDS * (looks + 1): [one.result.touch]}) == [
        "a: pending",
        "a: running: [3/9] mlp on cpu",
        "a: running: [3/9] mlp on cpu",
        "a: finished",
    ]


def test_a_job_that_left_the_queue_without_a_result_ended_unfinished(tmp_path: Path) -> None:
    one = job(tmp_path)
    queue = Told("slurm", tmp_path, {"a": "7"}, [{"7": RUNNING}, {}])
    queue.log(one).write_text("ERROR: no such option\n")
    [_, last] = lines(queue, [one])
    assert last == f"a: ended unfinished: ERROR: no such option ({queue.log(one)})"


def test_a_result_that_comes_late_and_a_queue_that_does_not_answer_end_no_job(
    tmp_path: Path,
) -> None:
    one = job(tmp_path)
    queue = Told("slurm", tmp_path, {"a": "7"}, [{"7": RUNNING}, *[None] * LOOKS, {}])
    at = {LOOK_SECONDS * (LOOKS + 2): [one.result.touch]}
    assert lines(queue, [one], at=at) == ["a: running", "a: finished"]


def test_only_what_neither_finished_nor_waits_is_submitted_again(tmp_path: Path) -> None:
    jobs = [job(tmp_path, name) for name in "abcd"]
    ids = {"a": "1", "b": "2", "c": "3"}
    queue = Told("slurm", tmp_path, ids, [{"1": "pending", "3": "running"}])
    jobs[2].result.touch()
    assert [one.name for one in queue.missing(jobs)] == ["b", "d"]
    queue.answers = [None]
    with pytest.raises(ResultError, match="squeue does not answer"):
        queue.missing(jobs)


def test_jobs_of_other_options_are_not_taken_for_these(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"id": "7", "options": ["--blocks", "3"]}))
    queue = Queue(LOCAL, tmp_path)
    queue.find([job(tmp_path, "a", "--blocks", "3")])
    assert queue.ids == {"a": "7"}
    with pytest.raises(ResultError, match="is of --blocks 3; name another"):
        queue.find([job(tmp_path, "a", "--blocks", "4")])


def test_a_queue_that_is_not_there_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Queue("slurm", tmp_path, {"a": "1"}).states() is None


def test_a_process_that_is_no_job_of_ours_does_not_run(tmp_path: Path) -> None:
    assert Queue(LOCAL, tmp_path, {"a": "1", "b": "99999999"}).states() == {}
