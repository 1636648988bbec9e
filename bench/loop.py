"""The training loop as a setting, and the ladder from the loop that is taught to the lean one.

Imports no torch: the command line and the record need the names only. What each setting does is in
`bench.train.course_loader` (loader), `course_loop` (placement, evaluate) and `modes` (gather,
sequences).
"""

from dataclasses import dataclass, replace

OWN_LOADER = "own"
WORKERS = 2
"""Processes of a DataLoader that has any: what students are told to type."""
DECODERS = ("decoding", "workers")
PARTS = {
    "loader": ("slices", "dataloader", *DECODERS, OWN_LOADER),
    "placement": ("resident", "per-batch", "pinned"),
    "gather": ("vectorised", "list"),
    "sequences": ("padded", "packed"),
    "evaluate": ("never", "every-epoch"),
}
"""The parts of a training loop that may be named, and what each may be."""


@dataclass(frozen=True)
class Loop:
    """How an epoch of training is written. The defaults are the lean loop.

    `loader`: minibatches are slices of one permutation, or come from a shuffling DataLoader: of a
    list of samples, of images that are decoded whenever they are asked for, by itself or by WORKERS
    processes, or the workload's own one. `placement`: the data lies on the device, or each
    minibatch is copied there (a blocking copy, or out of pinned memory). `gather`: the last real
    time step is picked by one gather, or by a Python list of zero-dimensional tensors. `sequences`:
    run padded, or sorted and packed. `evaluate`: whether everything is predicted again inside the
    clock. `deterministic`: cuDNN's setting.
    """

    loader: str = "slices"
    placement: str = "resident"
    gather: str = "vectorised"
    sequences: str = "padded"
    evaluate: str = "never"
    deterministic: bool = False

    @property
    def is_lean(self) -> bool:
        """Whether the loop itself is the lean one, whatever the network does with sequences."""
        return (self.loader, self.placement, self.evaluate) == ("slices", "resident", "never")


LEAN = Loop()
COURSE = Loop(
    loader="dataloader",
    placement="per-batch",
    gather="list",
    sequences="packed",
    evaluate="every-epoch",
    deterministic=True,
)
_DECODING = replace(COURSE, loader="decoding")
OWN = replace(LEAN, loader=OWN_LOADER, placement="per-batch")
LOOPS = {"lean": LEAN, "course": COURSE, "decoding": _DECODING, "own": OWN}

_WITHOUT_EVALUATION = replace(COURSE, evaluate="never")
_VECTORISED = replace(_WITHOUT_EVALUATION, gather="vectorised")
_PADDED = replace(_VECTORISED, sequences="padded")
_SLICES = replace(_PADDED, loader="slices")

RUNGS = {
    "decoding": _DECODING,
    "workers": replace(COURSE, loader="workers"),
    "course": COURSE,
    "no-evaluation": _WITHOUT_EVALUATION,
    "vectorised-gather": _VECTORISED,
    "padded": _PADDED,
    "slices": _SLICES,
    "pinned": replace(_SLICES, placement="pinned"),
    "lean": LEAN,
}
"""From images decoded on the fly down to the lean loop, each rung with one thing less than the one
above."""

RECURRENT = ("rnn", "lstm", "rnn-far", "lstm-far")
"""Workloads whose recurrent layer takes packed sequences (a test holds this to be so)."""
IMAGES = ("mlp", "cnn")
"""Workloads whose samples are images (a test holds this to be so)."""
_FOR_SEQUENCES = ("vectorised-gather", "padded")
_FOR_COPIES = ("slices", "pinned")


def rungs(workload: str, device: str) -> list[str]:
    """The rungs on which something changes: no sequences in an image, no copies on the CPU."""
    left_out = () if workload in IMAGES else DECODERS
    left_out = left_out if workload in RECURRENT else (*left_out, *_FOR_SEQUENCES)
    left_out = (*left_out, *_FOR_COPIES) if device == "cpu" else left_out
    return [name for name in RUNGS if name not in left_out]
