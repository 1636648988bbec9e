"""Settings of a side as people call them: each name stands here only."""

from scripts.read.sides import is_cpu
from scripts.read.text import counted
from scripts.why.ladder import LEAN
from scripts.why.remedies import PLAIN
from scripts.words.names import listed

_NAMES = {
    PLAIN: "no setting at all",
    "ieee": "true fp32",
    "tf32": "TF32",
    "bf16": "bf16 autocast",
    "compile": "torch.compile",
    "graphs": "CUDA graphs",
    "channels-last": "channels last",
    "keep-denormals": "denormals not flushed",
    "for-loop": "an optimiser that loops over parameters",
    "foreach": "foreach optimiser",
    "fused": "fused optimiser",
    "malloc=keep": "keeping freed memory",
    "malloc=hugepages": "huge pages",
    "malloc=tcmalloc": "tcmalloc",
    "malloc=jemalloc": "jemalloc",
    "placement=resident": "resident data",
    "placement=per-batch": "copying each minibatch",
    "placement=pinned": "copying out of pinned memory",
    "loader=dataloader": "a DataLoader",
    "loader=decoding": "images decoded on the fly",
    "loader=workers": "images decoded by workers",
}


def settings_words(settings: str) -> str:
    """What is said of settings as a side's name has them: `tf32+compile` -> `TF32 and ...`."""
    return listed(map(_setting_words, settings.split("+")))


def _setting_words(setting: str) -> str:
    if setting.startswith("*"):
        return f"data parallel over {setting[1:]}"
    name, _, value = setting.partition("=")
    if name == "threads":
        return counted(int(value), "thread")
    return _NAMES.get(setting, f"{_NAMES[name]} {value}" if name in _NAMES else setting)


_RUNGS = {
    "decoding": (_NAMES["loader=decoding"], ""),
    "workers": (_NAMES["loader=workers"], "decoding in the training process"),
    "course": ("as taught", "decoding images"),
    "no-evaluation": ("no evaluation in the clock", "the evaluation inside the clock"),
    "vectorised-gather": ("vectorised gather", "the Python list as index"),
    "padded": ("padded, not packed", "packing the sequences"),
    "slices": ("slices, no DataLoader", "the DataLoader"),
    "pinned": ("pinned memory", "copying out of pageable memory"),
    "lean": ("resident data (lean loop)", "copying each minibatch"),
}
_LEAN_ON_CPU = ("slices, no DataLoader (lean loop)", "the DataLoader")


def rung_words(rung: str, side: str) -> tuple[str, str]:
    """A rung's name and what it leaves out; on the CPU, where nothing is copied, the last differs.

    There the step to the lean loop is the one from a DataLoader to slices.
    """
    return _LEAN_ON_CPU if rung == LEAN and is_cpu(side) else _RUNGS[rung]
