"""Reads one timing file down to its rounds, every check made: what `table.load` makes rows of."""

from scripts.read.checks.cells import check_cells
from scripts.read.checks.rounds import check_rounds
from scripts.read.checks.studies import check_studies
from scripts.read.document import Kind
from scripts.read.records.result import ResultFile
from scripts.read.rounds import Rounds


def checked(file: ResultFile) -> Rounds:
    """Return the rounds of a file; raises Breach where it contradicts itself."""
    check_cells(file)
    check_studies(file.crossover)
    rounds = Rounds.of(file)
    check_rounds(rounds)
    return rounds


TIMING = Kind(
    key="crossover",
    version=2,
    record=ResultFile,
    checked=checked,
    made_by="pytest bench --benchmark-json",
    repair="measure again or leave this file out",
)
