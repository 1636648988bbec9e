"""What a result or learning file says of its machine."""

from typing import Annotated

from msgspec import Meta

from scripts.read.records.fields import Device, Large, Record, Text


class Accelerator(Record):
    """A device beside the CPU; `software`: it computes on the CPU all the same."""

    device: Device
    name: Text
    software: bool
    driver: Text | int | None = None
    power_limit_watts: Annotated[float, Meta(ge=0, le=1e6)] | None = None


class Machine(Record):
    """Where it was measured; null: the machine does not tell."""

    machine: Annotated[str, Meta(min_length=1, max_length=200)]
    machine_id: Text
    software_id: Text
    accelerators: Annotated[list[Accelerator], Meta(max_length=1000)]
    cpu: Text = ""
    cores_physical: int | None = None
    cores_logical: int | None = None
    ram_bytes: Large | None = None
    os: Text = ""
    python: Text = ""
    torch: Text = ""
    accelerator_note: Text | None = None
    torch_threads: int | None = None


class MachineInfo(Record):
    """pytest-benchmark's `machine_info`, of which this project's part is read."""

    crossover: Machine
