"""Reads one timing file down to its rounds, every check made: what `table.load` makes rows of."""

from scripts.read.checks.cells import check_cells
from scripts.read.checks.rounds import check_rounds
from scripts.read.checks.sides import check_sides
from scripts.read.checks.studies import check_studies
from scripts.read.document import Kind
from scripts.read.records.result import ResultFile
from scripts.read.records.version_2 import OldFile
from scripts.read.rounds import Rounds
from scripts.read.version_2 import with_sides, with_variants


def checked(file: ResultFile) -> Rounds:
    """Return the rounds of a file; raises Breach where it contradicts itself."""
    check_cells(file)
    check_studies(file.crossover)
    check_sides(file)
    rounds = Rounds.of(file)
    check_rounds(rounds)
    return rounds


def _checked_old(file: OldFile) -> Rounds:
    rounds = checked(file)
    return Rounds.of(with_variants(file)) if file.crossover.variants else rounds


_MADE_BY = "pytest bench --benchmark-json"
_REPAIR = "measure again or leave this file out"
_OLD = Kind("crossover", 2, OldFile, _checked_old, _MADE_BY, _REPAIR, prepared=with_sides)
TIMING = Kind("crossover", 3, ResultFile, checked, _MADE_BY, _REPAIR, older=_OLD)
