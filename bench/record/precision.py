"""What a file says of the precision of its figures: made of what the workers read. No torch."""

from collections.abc import Iterable

from bench.answer import Numerics

NAMES = {"ieee": "fp32 (IEEE)", "tf32": "TF32"}
UNKNOWN = "precision not known"


def precision_text(numerics: Iterable[Numerics]) -> str:
    """Returns one phrase for all workers; several where they differ, one where none told."""
    return "; ".join(dict.fromkeys(map(_text, numerics))) or UNKNOWN


def _text(read: Numerics) -> str:
    values = set(read.fp32_precision.values())
    if len(values) == 1:
        (value,) = values
        words = NAMES.get(value, value)
    else:
        words = ", ".join(f"{place} {value}" for place, value in read.fp32_precision.items())
    return f"{words}, denormals {'flushed' if read.denormals_flushed else 'kept'}"
