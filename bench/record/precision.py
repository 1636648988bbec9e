"""What a file says of the precision of its figures: made of what the workers read. No torch."""

from collections.abc import Iterable, Mapping
from typing import Any

NAMES = {"ieee": "fp32 (IEEE)", "tf32": "TF32"}
UNKNOWN = "precision not known"


def precision_text(answers: Iterable[Mapping[str, Any]]) -> str:
    """One phrase for all answers of workers; several where they differ, one where none told."""
    texts = {_text(answer): None for answer in answers if answer.get("fp32_precision")}
    return "; ".join(texts) or UNKNOWN


def _text(answer: Mapping[str, Any]) -> str:
    places: dict[str, str] = answer["fp32_precision"]
    values = set(places.values())
    if len(values) == 1:
        (value,) = values
        words = NAMES.get(value, value)
    else:
        words = ", ".join(f"{place} {value}" for place, value in places.items())
    return f"{words}, denormals {'flushed' if answer['denormals_flushed'] else 'kept'}"
