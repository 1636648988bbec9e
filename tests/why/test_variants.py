"""Remedies and tasks as changes of a job, and what means nothing on a device."""

from dataclasses import replace
from typing import Any

import pytest

from bench.job import Job
from bench.loop import COURSE, LEAN, RUNGS
from bench.variants import DIAGNOSIS, PEAKS, PLAIN, REMEDIES, TASKS, applied, refusal, vary

JOB = Job("mlp", "cpu", 0, (16,), 1, 48, 0, "sgd", "foreach", 0.1, 300.0)


def test_a_plain_side_is_the_job_itself() -> None:
    assert vary(JOB, PLAIN) == vary(JOB, "") == JOB


def test_a_studys_tasks_change_the_task_alone() -> None:
    assert vary(JOB, DIAGNOSIS) == replace(JOB, task=TASKS[DIAGNOSIS])
    assert vary(JOB, PEAKS) == replace(JOB, task=TASKS[PEAKS])


def test_a_rung_changes_the_loop_alone() -> None:
    for name, loop in RUNGS.items():
        assert vary(JOB, name) == replace(JOB, loop=loop)


@pytest.mark.parametrize(
    ("remedy", "change"),
    [
        ("fused-optimizer", {"optimizer_implementation": "fused"}),
        ("compile", {"compiled": "default"}),
        ("cuda-graphs", {"compiled": "reduce-overhead"}),
        ("bf16", {"precision": "bf16"}),
        ("tf32", {"precision": "tf32"}),
        ("channels-last", {"memory_format": "channels-last"}),
        ("one-thread", {"threads": 1}),
        ("malloc-keep", {"malloc": "keep"}),
        ("malloc-hugepages", {"malloc": "hugepages"}),
        ("malloc-jemalloc", {"malloc": "jemalloc"}),
        ("malloc-tcmalloc", {"malloc": "tcmalloc"}),
    ],
)
def test_a_remedy_that_the_plain_cell_lacks_is_added(remedy: str, change: dict[str, Any]) -> None:
    assert not applied(JOB, remedy)
    assert vary(JOB, remedy) == replace(JOB, **change)


@pytest.mark.parametrize(
    ("remedy", "change"),
    [
        ("foreach-optimizer", {"optimizer_implementation": "for-loop"}),
        ("flush-denormals", {"flush_denormals": False}),
        ("resident-data", {"loop": replace(LEAN, placement="per-batch")}),
    ],
)
def test_a_remedy_that_the_plain_cell_has_is_left_out(remedy: str, change: dict[str, Any]) -> None:
    assert applied(JOB, remedy)
    assert vary(JOB, remedy) == replace(JOB, **change)


def test_resident_data_is_a_remedy_of_the_course_loop() -> None:
    job = replace(JOB, loop=COURSE)
    assert not applied(job, "resident-data")
    loop = vary(job, "resident-data").loop
    assert (loop.placement, loop.loader) == ("resident", "slices")


def test_every_remedy_changes_every_job() -> None:
    for job in (JOB, replace(JOB, loop=COURSE), replace(JOB, threads=1)):
        for remedy in REMEDIES:
            assert vary(job, remedy) != job, remedy


def test_what_means_nothing_on_a_device_is_refused_with_the_reason() -> None:
    assert refusal("tf32", "cpu") == "TF32 is a number format of cuda devices, this is cpu"
    assert refusal("cuda-graphs", "vulkan") == "CUDA graphs need a cuda device, this is vulkan"
    assert refusal("one-thread", "cuda:1") == "the number of threads is the CPU's, this is cuda"
    assert refusal("resident-data", "cpu") == "the CPU computes where the data lies, this is cpu"
    assert refusal("flush-denormals", "cuda") == (
        "flushing denormals is a setting of the CPU, this is cuda"
    )
    assert refusal("malloc-keep", "mps") == "the C allocator is the CPU's, this is mps"


def test_what_may_help_a_device_is_tried() -> None:
    for remedy, device in (
        ("tf32", "cuda:1"),
        ("cuda-graphs", "cuda"),
        ("one-thread", "cpu"),
        ("flush-denormals", "cpu"),
        ("resident-data", "vulkan"),
        ("compile", "mps"),
        (PLAIN, "cpu"),
        ("loop-course", "cpu"),
    ):
        assert refusal(remedy, device) is None


def test_an_allocator_that_this_machine_lacks_is_refused_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.allocators.in_force", lambda: "musl")
    assert refusal("malloc-keep", "cpu") == (
        "this is a setting of glibc's allocator, and musl is in force"
    )
    monkeypatch.setattr("bench.allocators.in_force", lambda: "glibc 2.36")
    assert refusal("malloc-keep", "cpu") is None
