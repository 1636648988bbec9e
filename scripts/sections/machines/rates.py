"""Which machine is fastest? Machines by networks, of a report about several."""

from collections.abc import Iterator
from functools import partial

from scripts.figures.machines import machines_figure, thousands
from scripts.sections.inputs import Report
from scripts.sections.section import Column, Picture, Section, Table, plain_values
from scripts.words.answer.told import overtakes_words
from scripts.words.warnings import marked

_CAPTION = "Thousands of samples per second at best, fastest machine on top"
_BRACKETS = "in brackets: from which batch size on {} beats {}"


def machine_rates(report: Report) -> Iterator[Section]:
    """Yield a row per machine, where several did the same work."""
    if len(report.rates):
        yield Section(
            key="machine-rates",
            title="Which machine is fastest?",
            tables=[rates_table(report)],
            frames={"machine_rates.csv": report.rates},
        )


def rates_table(report: Report) -> Table:
    """Return a row per machine, a column per network; in brackets where a GPU beats the CPU."""
    crossings = {
        (one.pair.machine, curve["workload"]): f" ({overtakes_words(curve)})"
        for one in reversed(report.leading)
        for curve in one.curves.to_dict("records")
    }
    words = [
        marked(thousands(row["samples_a_second"]), row)
        + crossings.get((row["machine"], row["workload"]), "")
        for row in report.rates.to_dict("records")
    ]
    rows = report.rates.assign(words=words).set_index(["machine", "workload"])
    machines, networks = (list(report.rates[name].unique()) for name in rows.index.names)
    columns = [Column("machine", machines, "machine")]
    for name in networks:
        own = rows.xs(name, level="workload").reindex(machines)
        texts = list(own["words"].fillna(""))
        columns.append(Column(name, plain_values(own["samples_a_second"]), name, texts))
    brackets = [_BRACKETS.format(*report.leading[0].names)] if crossings else []
    return Table("machine-rates", "; ".join([_CAPTION, *brackets]), columns)


def rates_picture(report: Report, *, width: float) -> Picture:
    """Return the same as a picture."""
    rows = "; ".join(" ".join(row) for row in rates_table(report).rows)
    return Picture(
        "machine-rates",
        partial(machines_figure, report.rates, width=width),
        caption=f"{_CAPTION}.",
        alt=f"{_CAPTION}: {rows}.",
    )
