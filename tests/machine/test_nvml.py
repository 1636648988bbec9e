"""Finding torch's card in NVML, and what is recorded of it, on a stand-in."""

from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from bench.machine.probe import describe_accelerator
from bench.measure.host.nvml import UNKNOWN, card_address, card_facts, find_card
from tests.nvml_fake import UUID, FakeNvml
from tests.torch_modules import install

BY_UUID: dict[str, Any] = {"uuid": UUID, "bus_id": None}


def test_the_stand_in_has_no_function_that_the_real_library_lacks() -> None:
    names = [name for name in dir(FakeNvml()) if name.lower().startswith("nvml")]
    assert len(names) > 10
    assert [name for name in names if not hasattr(pynvml, name)] == []


def test_an_nvidia_cards_driver_power_limit_and_modes_are_told() -> None:
    assert card_facts(BY_UUID, FakeNvml()) == {
        "driver": "580.65.06",
        "power_limit_watts": 320.0,
        "persistence_mode": True,
        "mig_mode": False,
    }


@pytest.mark.parametrize("prefix", ["GPU-", "MIG-"])
def test_a_card_is_found_by_the_uuid_that_torch_tells_without_its_prefix(prefix: str) -> None:
    nvml = FakeNvml(prefix=prefix)
    assert find_card(nvml, BY_UUID) == "card"
    assert nvml.asked[-1] == prefix + UUID


def test_the_facts_of_a_part_of_a_card_are_the_cards() -> None:
    facts = card_facts(BY_UUID, FakeNvml(prefix="MIG-", mig=True))
    assert (facts["power_limit_watts"], facts["mig_mode"]) == (320.0, True)


def test_without_a_uuid_a_card_is_found_by_its_place_on_the_bus() -> None:
    properties = SimpleNamespace(pci_domain_id=0, pci_bus_id=0x41, pci_device_id=0)
    address = card_address(properties)
    assert address == {"uuid": None, "bus_id": "00000000:41:00.0"}
    assert find_card(FakeNvml(), address) == "card"


def test_a_device_of_which_torch_tells_no_address_is_not_looked_for() -> None:
    nvml = FakeNvml()
    assert card_address(None) == {"uuid": None, "bus_id": None}
    assert card_facts(card_address(SimpleNamespace(name="a GPU")), nvml) == UNKNOWN
    assert nvml.asked == []


def test_a_card_that_nvml_does_not_know_has_no_facts() -> None:
    assert card_facts({"uuid": "00000000", "bus_id": None}, FakeNvml()) == UNKNOWN


def test_the_probe_tells_the_card_that_torch_computes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    properties = SimpleNamespace(name="NVIDIA RTX 4090", total_memory=2**34, uuid=UUID)
    install(monkeypatch, "cuda", get_device_properties=lambda _: properties)
    monkeypatch.setattr("bench.measure.host.nvml.load_nvml", FakeNvml)
    told = describe_accelerator("cuda")
    assert (told["uuid"], told["driver"]) == (UUID, "580.65.06")
    assert (told["power_limit_watts"], told["persistence_mode"]) == (320.0, True)


def test_one_fact_that_cannot_be_asked_leaves_the_others() -> None:
    nvml = FakeNvml(broken=("nvmlDeviceGetEnforcedPowerLimit", "nvmlDeviceGetMigMode"))
    facts = card_facts(BY_UUID, nvml)
    assert facts["power_limit_watts"] is facts["mig_mode"] is None
    assert (facts["driver"], facts["persistence_mode"]) == ("580.65.06", True)
