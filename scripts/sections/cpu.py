"""What is fastest on a machine whose CPU only was measured? Its batch sizes, and where they end."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

import pandas as pd

from scripts.figures.host.throughput import throughput_figure
from scripts.read.text import file_stem
from scripts.sections.columns import in_short, on_page
from scripts.sections.inputs import Report, first_files
from scripts.sections.section import Line, Picture, Section, Table
from scripts.words.host.cpu import cpu_cells, cpu_line


def cpu(report: Report) -> Iterator[Section]:
    """Yield the fastest batch size of every network, machine by machine."""
    if report.cpu_only:
        machines = [*report.cpu_only.values()]
        told = [_brief(report, machine) for machine in machines]
        every = chain(*(_lines(report, machine) for machine in machines))
        yield Section(
            key="cpu",
            title="Which batch size is fastest on the CPU?",
            part=report.cpu_part,
            **on_page(told[0] if len(told) == 1 else every),
            pictures=cpu_pictures(report) if report.leading else [],  # else the answer has them
            brief=first_files(told if report.cpu_leads else []),
        )


def cpu_pictures(report: Report) -> list[Picture]:
    """Return a picture per machine: samples per second against batch size."""
    return [_picture(report, machine) for machine in report.cpu_only.values()]


def _rates(report: Report, machine: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the samples per second of each network, by side and batch size."""
    rounds = report.analysis.trusted
    cells = rounds[(rounds["machine"] == machine) & rounds["block"].notna()]
    cell = ["workload", "side", "batch_size"]
    rates = cells[cells["doubt"] == ""].groupby(cell, sort=False)["samples_a_second"].median()
    for workload, own in rates.reset_index().groupby("workload", sort=False):
        yield str(workload), own


def _lead(report: Report, machine: str) -> str:
    return f"{machine}: " if len(report.cpu_only) > 1 else ""


def _lines(report: Report, machine: str) -> Iterator[Line]:
    faults = report.analysis.page_faults
    faults = faults[faults["machine"] == machine]
    for workload, own in _rates(report, machine):
        text = cpu_line(own, faults[faults["workload"] == workload])
        yield Line(text, lead=_lead(report, machine), machine=machine)


def _brief(report: Report, machine: str) -> list[Line | Table]:
    rows = {workload: cpu_cells(own) for workload, own in _rates(report, machine)}
    short = in_short(
        "fastest-batch-sizes",
        f"{_lead(report, machine)}The fastest batch size of each network",
        rows,
    )
    return [short] if short else [*_lines(report, machine)]


def _picture(report: Report, machine: str) -> Picture:
    rounds = report.analysis.trusted
    own = rounds[rounds["machine"] == machine]
    title = f"Samples per second on {machine}"
    return Picture(
        file_stem("throughput", report.stems[machine]),
        partial(throughput_figure, own, title=title),
        caption=f"{title}, by batch size: higher is faster.",
        alt=f"{title}. {' '.join(line.text for line in _lines(report, machine))}",
        machine=machine,
    )
