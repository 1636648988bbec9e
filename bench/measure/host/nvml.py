"""What NVIDIA's own library says of a card that torch uses. Imports no torch.

A card is found by the UUID that torch tells, else by its place on the bus: NVML counts cards in
another order than torch does. What cannot be asked is None, and nothing raises.
"""

from typing import Any

from bench.measure.ask import ask

UNKNOWN: dict[str, Any] = {
    "driver": None,
    "power_limit_watts": None,
    "persistence_mode": None,
    "mig_mode": None,
}
UUID_PREFIXES = ("GPU-", "MIG-", "")
"""torch tells a UUID without its prefix."""


def load_nvml() -> Any | None:
    """NVML, ready to be asked; None where there is none."""
    try:
        import pynvml  # noqa: PLC0415 - only where an accelerator is measured

        pynvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no library, no driver, no permission: nothing to tell
        return None
    return pynvml


def card_address(properties: object) -> dict[str, Any]:
    """`uuid` and `bus_id` of torch's device properties; None where torch does not tell them."""
    uuid = getattr(properties, "uuid", None)
    names = ("pci_domain_id", "pci_bus_id", "pci_device_id")
    domain, bus, device = (getattr(properties, name, None) for name in names)
    known = isinstance(domain, int) and isinstance(bus, int) and isinstance(device, int)
    return {
        "uuid": str(uuid) if uuid else None,
        "bus_id": f"{domain:08x}:{bus:02x}:{device:02x}.0" if known else None,
    }


def find_card(nvml: Any, address: dict[str, Any]) -> Any | None:
    """NVML's handle of the card (or part of one) at this address; None where it knows none."""
    if uuid := address.get("uuid"):
        for prefix in UUID_PREFIXES:
            handle = _by_uuid(nvml, prefix + uuid)
            if handle is not None:
                return handle
    if bus_id := address.get("bus_id"):
        return ask(lambda: nvml.nvmlDeviceGetHandleByPciBusId(bus_id))
    return None


def _by_uuid(nvml: Any, uuid: str) -> Any | None:
    return ask(lambda: nvml.nvmlDeviceGetHandleByUUID(uuid))


def card_facts(address: dict[str, Any], nvml: Any | None = None) -> dict[str, Any]:
    """Driver, power limit (watts), persistence and MIG mode (yes or no) of the card there."""
    nvml = nvml or load_nvml()
    handle = None if nvml is None else find_card(nvml, address)
    if nvml is None or handle is None:
        return dict(UNKNOWN)
    card = whole_card(nvml, handle)
    milliwatts = ask(lambda: int(nvml.nvmlDeviceGetEnforcedPowerLimit(card)))
    return {
        "driver": ask(lambda: str(nvml.nvmlSystemGetDriverVersion())),
        "power_limit_watts": None if milliwatts is None else milliwatts / 1000,
        "persistence_mode": ask(lambda: bool(nvml.nvmlDeviceGetPersistenceMode(card))),
        "mig_mode": ask(lambda: bool(nvml.nvmlDeviceGetMigMode(card)[0])),
    }


def whole_card(nvml: Any, handle: Any) -> Any:
    """The card that a part of one (MIG) is of; a whole card is its own."""
    part = ask(lambda: bool(nvml.nvmlDeviceIsMigDeviceHandle(handle)))
    card = ask(lambda: nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle)) if part else None
    return handle if card is None else card
