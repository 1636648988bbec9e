"""Which cards were measured, on how many machines, and where do they cross? Of a collection."""

from collections.abc import Iterable, Iterator

from scripts.judge.collection import CONTEST, SORTS, by_card
from scripts.read.text import counted
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section
from scripts.words.names import is_software

_MAKERS = {
    "NVIDIA": ("nvidia", "geforce", "tesla", "quadro"),
    "AMD": ("amd radeon", "radeon", "instinct"),
    "Apple": ("apple", "mps"),
    "Intel": ("intel arc", "intel data center gpu", "xpu"),
}
"""Makers of accelerators, by what their cards are called."""
_KEY = (
    "Once warm, a machine counts once. Cross: slower than the base on small batches and faster on "
    "large ones; faster from: the first batch size called faster, median [quartiles] over machines."
)


def cards(report: Report) -> Iterator[Section]:
    """Yield what was measured by card, and whose cards nobody measured yet."""
    analysis = report.analysis
    work = analysis.work[~analysis.work["device_label"].map(is_software)]
    found = by_card(analysis.crossovers, work, analysis.results.files)
    machines = counted(analysis.results.files["machine_id"].nunique(), "machine")
    lines = [Line(" ".join([f"{machines}.", *_missing(work["device_label"])]), tone="strong")]
    shown = ["card", *CONTEST, "machines", SORTS[0], "median:first_faster", *SORTS[1:]]
    caption = "Where each card crosses, once warm"
    tables = [table(found, "cards", caption, shown, "quarter three_quarters")] if len(found) else []
    yield Section(
        key="cards",
        title="Which cards were measured?",
        part="answer",
        lines=[*lines, *([Line(_KEY)] if tables else [])],
        tables=tables,
        brief=[*lines, *tables],
    )


def _missing(labels: Iterable[str]) -> Iterator[str]:
    """Yield `No AMD or Intel card yet.`"""
    known = " ".join(labels).lower()
    absent = [maker for maker, words in _MAKERS.items() if not any(one in known for one in words)]
    if absent:
        yield f"No {' or '.join(filter(None, [', '.join(absent[:-1]), absent[-1]]))} card yet."
