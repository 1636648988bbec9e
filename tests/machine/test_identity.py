"""By what two machines are told apart, and what does not make another one of a machine."""

from pathlib import Path
from typing import Any

import pytest

from bench.machine import identity
from bench.machine.identity import digest, hardware, nvidia_cards, two_figures

CPU: dict[str, Any] = {
    "brand_raw": "AMD EPYC",
    "family": 25,
    "model": 1,
    "stepping": 1,
    "flags": ["avx2", "fma"],
    "l1_data_cache_size": 32768,
    "l2_cache_size": 524288,
    "l3_cache_size": 33554432,
}
FACTS: dict[str, Any] = {"cpu": "AMD EPYC", "cores_logical": 8, "ram_bytes": 33_410_000_000}


class Cards:
    """NVML with some cards; asking for the third one fails."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 - NVML's name, as those below
        return len(self.names)

    def nvmlDeviceGetHandleByIndex(self, place: int) -> str:  # noqa: N802
        if place == 2:
            raise RuntimeError("NVML: lost")
        return self.names[place]

    def nvmlDeviceGetUUID(self, handle: str) -> str:  # noqa: N802
        return handle


@pytest.fixture(autouse=True)
def no_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "load_nvml", lambda: None)


def told(cpu: dict[str, Any] | None = None, **facts: Any) -> str:
    return digest(hardware(CPU | (cpu or {}), FACTS | facts))


@pytest.mark.parametrize(
    "other",
    [
        {"model": 17},
        {"stepping": 2},
        {"flags": ["avx2", "avx512f", "fma"]},
        {"flags": ["avx2", "fma", "hypervisor"]},
        {"l3_cache_size": 268435456},
    ],
    ids=lambda other: str(*other),
)
def test_a_cpu_of_the_same_name_that_is_another_one_is_another_machine(
    other: dict[str, Any],
) -> None:
    assert told(other) != told()


@pytest.mark.parametrize("facts", [{"cores_logical": 4}, {"ram_bytes": 67_000_000_000}], ids=str)
def test_other_cores_or_memory_are_another_machine(facts: dict[str, Any]) -> None:
    assert told(**facts) != told()


def test_memory_that_a_kernel_keeps_and_the_order_of_flags_make_no_other_machine() -> None:
    assert told({"flags": ["fma", "avx2"]}, ram_bytes=33_180_000_000) == told()


def test_two_containers_of_a_host_are_one_machine_and_no_file_of_an_installation_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(identity, "_CONTAINERS", (tmp_path / "mark",))
    monkeypatch.setattr(identity, "_CONTROL_GROUPS", tmp_path / "groups")
    outside = told()
    (tmp_path / "groups").write_text("0::/docker/5f1c\n")
    one = told()
    (tmp_path / "groups").write_text("0::/docker/99ab\n")
    assert told() == one != outside
    (tmp_path / "groups").write_text("0::/init.scope\n")
    assert told() == outside
    (tmp_path / "mark").touch()
    assert told() == one


def test_cards_count_whichever_of_them_a_run_uses_and_in_any_order() -> None:
    both = nvidia_cards(Cards("GPU-a", "GPU-b"))
    assert len(both) == 2
    assert both == nvidia_cards(Cards("GPU-b", "GPU-a"))
    assert nvidia_cards(Cards("GPU-a")) != both
    assert nvidia_cards(Cards("GPU-a", "GPU-b", "GPU-c")) == both
    assert "GPU-a" not in str(both)
    assert nvidia_cards(None) == []


def test_a_cpu_that_tells_nothing_still_has_an_identity() -> None:
    facts = FACTS | {"ram_bytes": None, "cores_logical": None}
    assert len(digest(hardware({}, facts))) == 12


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(33_410_000_000, 33_000_000_000), (995, 1000), (7, 7), (0, 0), (None, None)],
)
def test_two_significant_figures(value: int | None, rounded: int | None) -> None:
    assert two_figures(value) == rounded
