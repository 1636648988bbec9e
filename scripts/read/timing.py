"""Reads one timing file down to its rounds, every check made: what `table.load` makes rows of."""

from collections.abc import Iterator
from pathlib import Path

from scripts.read.cell_checks import Breach, cell_breaches, summary_breaches
from scripts.read.checks import round_breaches
from scripts.read.document import Document, ResultError, field_name
from scripts.read.rounds import Rounds
from scripts.read.study_checks import study_breaches


def checked(path: Path, document: Document) -> Rounds:
    """The rounds of a document that `read` gave; raises ResultError where it contradicts itself."""
    _require(path, document, cell_breaches(document))
    _require(path, document, study_breaches(document))
    rounds = Rounds.of(document)
    _require(path, document, round_breaches(document, rounds))
    _require(path, document, summary_breaches(document))
    return rounds


def _require(path: Path, document: Document, breaches: Iterator[Breach]) -> None:
    """Raises the first breach, if there is one."""
    for where, message in breaches:
        advice = "measure again or leave this file out"
        raise ResultError(path, field_name(document, where), f"{message}; {advice}")
