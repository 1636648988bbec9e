"""The watch over NVIDIA GPUs, on a stand-in for NVML: this is as far as no GPU allows."""

import time
from typing import Any

import pytest

from bench.measure.host import gpu_watch
from bench.measure.host.gpu_watch import CardFacts, GpuWatch
from tests.nvml_fake import UUID, FakeNvml

CUDA: dict[str, Any] = {"device": "cuda", "uuid": UUID, "bus_id": None}
SAMPLES = 8


@pytest.fixture(autouse=True)
def _samples_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch's own thread sleeps; the tests sample where they say."""
    monkeypatch.setattr(gpu_watch, "SAMPLE_EVERY_SECONDS", 3600.0)
    monkeypatch.setattr(gpu_watch, "SETTLE_SECONDS", 0.0)


def watched(nvml: Any, *, sides: tuple[str, ...] = ("cpu", "cuda"), card: Any = CUDA) -> GpuWatch:
    """A block in which every side is sampled a few times."""
    with GpuWatch(("cpu", "cuda"), [card], nvml) as watch:
        for side in sides:
            with watch.side(side):
                sample(watch)
    return watch


def sample(watch: GpuWatch) -> None:
    for _ in range(SAMPLES):
        for card in watch.cards:
            watch._sample(card)


def test_a_gpu_alone_at_its_full_clock_is_not_suspect() -> None:
    watch = watched(FakeNvml())
    assert watch.suspicions() == []
    assert watch.facts() == [CardFacts("cuda", 0, 0.0, 210, 1950, 1980, [])]
    assert watch.note is None


def test_an_idle_process_on_the_gpu_is_a_note_and_makes_nothing_suspect() -> None:
    """An open notebook, a desktop that draws a little."""
    watch = watched(FakeNvml(processes=2, percent=(3, 0, 35, 4, 0, 2)))
    assert watch.suspicions() == []
    assert watch.facts()[0].other_processes == 2


@pytest.mark.parametrize("processes", [0, 1])
def test_a_gpu_at_work_while_the_cpu_side_runs_is_used_by_another_program(processes: int) -> None:
    """Listed or not: a container does not see the processes of another."""
    watch = watched(FakeNvml(processes=processes, percent=(40, 60, 50)))
    assert watch.suspicions() == ["another program uses the GPU (50 % while the CPU side ran)"]


def test_the_gpus_own_side_says_nothing_about_others() -> None:
    watch = watched(FakeNvml(processes=1, percent=(99,)), sides=("cuda", "cuda"))
    assert watch.suspicions() == []
    assert watch.facts()[0].idle_percent is None


@pytest.mark.parametrize(
    ("percents", "busy"),
    [
        ((11, 11, 0, 0, 0, 0), True),
        ((10, 10, 10, 10, 10, 10), False),
        ((90, 0, 0, 0, 0, 0), False),
        ((90, 90, 90), False),  # too few samples to tell
        ((90, 90, 90, 90), True),
        ((), False),
    ],
)
def test_more_than_a_quarter_of_the_samples_above_ten_per_cent_are_another_program(
    percents: tuple[int, ...], busy: bool
) -> None:
    assert gpu_watch.Card(None, "card", CardFacts("cuda"), list(percents)).busy() == busy


def test_what_our_own_worker_left_in_the_utilisation_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gpu_watch, "SETTLE_SECONDS", 3600.0)
    watch = watched(FakeNvml(percent=(100,)), sides=("cuda", "cpu"))
    assert watch.suspicions() == []
    assert watch.facts()[0].idle_percent is None


def test_the_watchs_own_thread_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_watch, "SAMPLE_EVERY_SECONDS", 0.001)
    deadline = time.monotonic() + 30
    with GpuWatch(("cpu", "cuda"), [CUDA], FakeNvml(percent=(80,))) as watch, watch.side("cpu"):
        while not watch.suspicions() and time.monotonic() < deadline:
            time.sleep(0.001)
    assert watch.suspicions() == ["another program uses the GPU (80 % while the CPU side ran)"]


def test_a_thermal_slowdown_is_named_and_a_power_cap_is_not() -> None:
    assert watched(FakeNvml(reasons=0x20 | 0x04)).suspicions() == [
        "throttled: software thermal slowdown on the GPU"
    ]


@pytest.mark.parametrize(
    "broken",
    [name for name in dir(FakeNvml) if name.startswith("nvmlDevice")],
)
def test_a_question_that_nvml_does_not_answer_ends_nothing(broken: str) -> None:
    watch = watched(FakeNvml(broken=(broken,), reasons=1))
    assert watch.suspicions() == []
    assert len(watch.facts()) == (watch.note is None)


def test_a_part_of_a_card_has_no_utilisation_and_its_cards_clock() -> None:
    watch = watched(FakeNvml(prefix="MIG-", mig=True, percent=(99,)))
    (facts,) = watch.facts()
    assert facts.idle_percent is None
    assert facts.sm_mhz_most == 1980
    assert watch.suspicions() == []


def test_the_card_is_found_by_its_uuid_whatever_its_number_or_visible_devices_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", f"GPU-{UUID}")
    nvml = FakeNvml()
    with GpuWatch(("cpu", "cuda:3"), [CUDA | {"device": "cuda:3"}], nvml) as watch:
        assert [card.device for card in watch.facts()] == ["cuda:3"]
    assert nvml.asked == [f"GPU-{UUID}"]


@pytest.mark.parametrize(
    ("card", "note"),
    [
        (CUDA | {"uuid": None}, "cuda is not watched: torch tells no UUID of it"),
        (CUDA | {"uuid": "0"}, "cuda is not watched: NVML does not know it"),
    ],
)
def test_a_card_that_cannot_be_watched_has_a_note_that_says_why(card: Any, note: str) -> None:
    watch = watched(FakeNvml(), card=card)
    assert (watch.facts(), watch.note) == ([], note)


def test_without_nvml_there_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_watch, "load_nvml", lambda: None)
    assert watched(None).note == "not watched: there is no NVML for this GPU"


def test_a_block_without_an_accelerator_asks_nvml_nothing() -> None:
    nvml = FakeNvml()
    with GpuWatch(("cpu",), [CUDA], nvml) as watch:
        assert (watch.facts(), watch.note) == ([], None)
    assert nvml.asked == []
