"""What a worker process is asked to do: one line of JSON on its standard input."""

from dataclasses import dataclass

import msgspec

from bench.loop import LEAN, Loop

MEASURE = "bench.train.epochs:measure"
DIAGNOSIS, DISPATCH, PEAKS = "diagnosis", "dispatch", "peaks"
TASKS = {
    "": MEASURE,
    DIAGNOSIS: "bench.why.diagnose:diagnose",
    DISPATCH: "bench.why.dispatch:dispatch",
    PEAKS: "bench.why.peaks:peaks",
}
"""The function (trainer, batch size) -> figures that a worker calls at each batch size."""
RUN_FOLDER = "CROSSOVER_FOLDER"
"""Names a folder for what workers compile and where they meet; whoever made it removes it."""


@dataclass(frozen=True)
class Job:
    """One fresh process for one (workload, device): every batch size in the given order."""

    workload: str
    device: str
    threads: int
    batch_sizes: tuple[int, ...]
    epochs: int
    samples: int
    seed: int
    optimizer: str
    optimizer_implementation: str
    learning_rate: float
    cell_timeout_seconds: float
    task: str = MEASURE
    """One of TASKS."""
    loop: Loop = LEAN
    precision: str = "ieee"
    """`ieee`: true fp32; `tf32`; `bf16`: autocast."""
    compiled: str = ""
    """A mode of torch.compile; nothing: eager."""
    memory_format: str = "contiguous"
    """Or `channels-last`."""
    flush_denormals: bool = True
    malloc: str = ""
    """One of `bench.allocators`; nothing: as it is on this machine."""
    devices: int = 1
    """Processes that train one network together, each on a device of its own."""
    rank: int = 0
    """Which of them this is; the first one answers for all."""
    meeting: str = ""
    """The file by which they find one another."""
    process_seconds: float | None = None
    """The process is ended after so many seconds, whatever it has answered; None: it is not."""

    @property
    def threads_each(self) -> int:
        """Threads of each of its processes; 0: torch's own number, of which each has its share."""
        return self.threads // self.devices

    @classmethod
    def from_line(cls, line: str) -> "Job":
        """Returns the job of a line made by `to_line`."""
        return msgspec.json.decode(line, type=cls)


def to_line(message: object) -> str:
    """Returns a job or an answer as one line of JSON."""
    return msgspec.json.encode(message).decode() + "\n"
