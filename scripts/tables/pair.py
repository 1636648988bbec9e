"""Two sides that meet on a machine: what a sentence, a picture or a row is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """A workload on a machine, and a side that meets its base there (None: nothing is compared).

    `label` is the side with the name of its hardware, `device_label` its device with that.
    """

    file: str
    machine: str
    workload: str
    side: str | None = None
    base: str = ""
    label: str = ""
    device_label: str = ""

    @property
    def name(self) -> str:
        """`cuda+bf16 (NVIDIA H200) against cpu`, for switches and cells of tables."""
        return f"{self.label} against {self.base}" if self.side else ""

    @property
    def title(self) -> str:
        """`mlp on devbox: vulkan (llvmpipe, a software rasteriser) against cpu`."""
        return ": ".join(filter(None, [f"{self.workload} on {self.machine}", self.name]))

    @property
    def place(self) -> str:
        """`devbox, cuda (NVIDIA H200) against cpu`: what a sentence about a pair is about."""
        return ", ".join(filter(None, [self.machine, self.name]))
