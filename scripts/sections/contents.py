"""The questions of a report, in order. A further question is a file here and a line in SECTIONS."""

from collections.abc import Callable, Iterable

from scripts.sections.answer import answer
from scripts.sections.bound import bound
from scripts.sections.break_even import break_even
from scripts.sections.cells import cells
from scripts.sections.cpu import cpu
from scripts.sections.inputs import Report
from scripts.sections.machines.about import hardware, software, sure
from scripts.sections.machines.collection import collection
from scripts.sections.machines.rates import machine_rates
from scripts.sections.machines.side_by_side import side_by_side
from scripts.sections.published import published
from scripts.sections.section import Section
from scripts.sections.target.kinds import kinds
from scripts.sections.target.question import target
from scripts.sections.totals import totals
from scripts.sections.warnings import warnings
from scripts.sections.where import where
from scripts.sections.why import why

SECTIONS: tuple[Callable[[Report], Iterable[Section]], ...] = (
    warnings,
    answer,
    cpu,
    bound,
    where,
    break_even,
    kinds,
    collection,
    why,
    target,
    cells,
    machine_rates,
    side_by_side,
    totals,
    hardware,
    published,
    software,
    sure,
)


def contents(report: Report) -> list[Section]:
    """Return all sections of a report."""
    return [section for question in SECTIONS for section in question(report)]
