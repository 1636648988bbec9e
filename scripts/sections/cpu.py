"""What is fastest on a machine whose CPU only was measured? Its batch sizes, and where they end."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from scripts.figures.host.throughput import throughput_figure
from scripts.read.text import file_stem
from scripts.sections.inputs import Report, first_cpus
from scripts.sections.section import Line, Picture, Section
from scripts.words.host.cpu import cpu_line


def cpu(report: Report) -> Iterator[Section]:
    """Yield the fastest batch size of every network, machine by machine."""
    if report.cpu_only:
        lines = [list(_lines(report, machine)) for machine in report.cpu_only.values()]
        yield Section(
            key="cpu",
            title="Which batch size is fastest on the CPU?",
            part=report.cpu_part,
            lines=list(chain(*lines)),
            pictures=cpu_pictures(report) if report.leading else [],  # else the answer has them
            brief=first_cpus(lines),
        )


def cpu_pictures(report: Report) -> list[Picture]:
    """Return a picture per machine: samples per second against batch size."""
    return [_picture(report, machine) for machine in report.cpu_only.values()]


def _lines(report: Report, machine: str) -> Iterator[Line]:
    analysis = report.analysis
    rounds = analysis.trusted[analysis.trusted["machine"] == machine]
    faults = analysis.page_faults[analysis.page_faults["machine"] == machine]
    cells = rounds[rounds["block"].notna() & (rounds["doubt"] == "")]
    cell = ["workload", "side", "batch_size"]
    rates = cells.groupby(cell, sort=False)["samples_a_second"].median().reset_index()
    for workload, own in rates.groupby("workload", sort=False):
        text = cpu_line(own, faults[faults["workload"] == workload])
        yield Line(text, lead=f"{machine}: " if len(report.cpu_only) > 1 else "", machine=machine)


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
