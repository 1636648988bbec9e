"""Which column of a table is what: the names that people give them, and their units."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.published.numbers import UNITS
from scripts.read.breach import Breach

TEXTS = (
    "workload", "dataset", "device", "device_name", "machine", "optimizer", "source", "licence",
    "software", "year", "note",
)  # fmt: skip
WHOLE = (
    "batch_size", "samples_per_epoch", "steps_per_epoch", "epochs", "untimed_epochs", "round",
    "rounds", "epoch", "target_epochs",
)  # fmt: skip
SECONDS = (
    "epoch_seconds", "total_seconds", "step_seconds", "cold_start_seconds",
)  # fmt: skip
FRACTIONS = ("samples_per_second", "learning_rate", "noise_floor", "spread", "score", "target")
NAMES = (*TEXTS, *WHOLE, *SECONDS, *FRACTIONS, "drop_last", "process")

_KNOWN_AS = {
    "workload": "network|model|net|netz|netzwerk|modell|architecture",
    "dataset": "data|datensatz|data_set",
    "device": "gerät|device_type",
    "device_name": "gpu|gpu_name|gpu_type|cpu_name|hardware|accelerator|grafikkarte",
    "machine": "host|instance|server|maschine|rechner",
    "optimizer": "optimiser|optimierer",
    "source": "quelle",
    "licence": "license|lizenz",
    "software": "framework",
    "year": "date|jahr|datum",
    "note": "notes|comment|bemerkung",
    "batch_size": "batch|bs|batchsize|minibatch|minibatch_size|batchgröße|batchgrösse|batchgroesse",
    "samples_per_epoch": "samples|dataset_size|train_samples|num_samples|beispiele",
    "steps_per_epoch": "steps|iterations|iterations_per_epoch|num_steps|schritte",
    "epochs": "num_epochs|n_epochs|epochen",
    "untimed_epochs": "warmup_epochs|warm_up_epochs",
    "round": "run|repeat|repetition|trial|runde|lauf",
    "rounds": "runs|repeats|n_runs",
    "epoch": "epoch_number|epoche",
    "target_epochs": "target_epoch|epochs_to_target",
    "samples_per_second": "samples_per_sec|samples_s|throughput|images_per_second|images_s|img_s|"
    "images_per_sec|images_sec|samples_sec|examples_per_second|examples_sec",
    "learning_rate": "lr|lernrate",
    "spread": "std|stddev|stdev|sd",
    "score": "accuracy|val_acc|val_accuracy|acc|genauigkeit",
    "target": "target_metric|target_score|ziel",
    "drop_last": "droplast",
    "process": "pid|process_id",
}
_ALIASES = {name: name for name in NAMES} | {
    alias: name for name, words in _KNOWN_AS.items() for alias in words.split("|")
}
_TIMED = {
    "epoch_seconds": {"epoch", "epochs", "epoche", "epochendauer"},
    "step_seconds": {"step", "batch", "iteration", "iter", "minibatch", "schritt"},
    "total_seconds": {
        *("total", "training", "train", "whole", "overall"),
        *("gesamt", "gesamtzeit", "trainingszeit", "trainingsdauer"),
    },
    "cold_start_seconds": {"cold", "startup", "coldstart"},
}
_TIME_WORDS = {"time", "duration", "dauer", "zeit"}
_FILLERS = {
    *("per", "a", "an", "pro", "je", "of", "in", "mean", "median", "average", "avg", "start"),
    *("wall", "clock", "elapsed"),
}
_MINIMUM = re.compile(r"min(?!\W*(/|per\b|pro\b))\W+\w")
"""`min epoch time`, which is a minimum; `min/epoch` is minutes."""
_RATE = re.compile(r"(/|\bper\b|\bpro\b|_per_)\s*([^\W\d_]+)\W*$")
"""What is counted in so many seconds: `steps/s`."""


@dataclass(frozen=True)
class Column:
    """A column that is read: what it is, how it is called in the table, and its unit."""

    name: str
    written: str
    factor: float = 1.0
    unit_told: bool = True


def columns_of(header: Sequence[str], named: Mapping[str, str]) -> dict[int, Column]:
    """Return the columns that are known by their place; `named` say more, ours to the table's.

    Raises Breach for a name that the table lacks, and where two columns are the same thing.
    """
    for name, written in named.items():
        if written not in header:
            words = f"is no column of it ({', '.join(header)})"
            raise Breach([f"--column {name}={written}"], words, "name one of these")
    ours = {written: name for name, written in named.items()}
    found: dict[int, Column] = {}
    for place, written in enumerate(header):
        column = _column(written, header, ours.get(written))
        if column is None or (column.name in named and written not in ours):
            continue
        twin = next((one for one in found.values() if one.name == column.name), None)
        if twin is not None:
            words = f"are both {column.name}"
            way = f"choose: --column {column.name}={written}"
            raise Breach([f"columns {twin.written} and {written}"], words, way)
        found[place] = column
    return found


def _column(written: str, header: Sequence[str], name: str | None) -> Column | None:
    words = _words(written)
    units = {UNITS[word] for word in words if word in UNITS}
    if name is None:
        alias = "_".join(words)
        name = _ALIASES.get(alias) or _ALIASES.get(alias.removeprefix("throughput_"))
        name = name or _timed(words, written, header)
    if name not in SECONDS:
        return None if name is None else Column(name, written)
    if len(units) > 1 or _MINIMUM.match(written.lower().replace("_", " ")):
        why = "may be minutes or a minimum" if "min" in words else "has two units"
        raise Breach([f"column {written}"], why, "rename it, as epoch time (s)")
    return Column(name, written, next(iter(units), 1.0), unit_told=bool(units))


def _timed(words: Sequence[str], written: str, header: Sequence[str]) -> str | None:
    """What a column of seconds times: `epoch_ms`, `time per step`, `Gesamtzeit (s)`."""
    known = [word for word in words if word.endswith(tuple(_TIME_WORDS))]
    rate = _RATE.search(written.lower())
    if not known and (not UNITS.keys() & {*words} or (rate and rate[2] in UNITS)):
        return None
    rest = {*words} - UNITS.keys() - _FILLERS - _TIME_WORDS
    for name, meant in _TIMED.items():
        if rest & meant and rest <= meant | {"train", "training"}:
            return name
    counted = any(_ALIASES.get("_".join(_words(one))) == "epoch" for one in header)
    return "epoch_seconds" if not rest and counted else None


def _words(written: str) -> list[str]:
    """`Epoch time [ms]` -> epoch, time, ms."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", written)
    return [word for word in re.split(r"[^\w]+|_", spaced.lower()) if word]
