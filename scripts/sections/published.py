"""What did others measure? Published tables, apart from everything that was measured here."""

from collections.abc import Iterator
from functools import partial

from scripts.figures.published import published_figure
from scripts.read.text import safe_text
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Picture, Section, Table
from scripts.tables.published import Imported
from scripts.words import published as words

TITLE = f"What others measured: {words.MARK}"
_CAPTION = (
    "GPU seconds over CPU seconds that others published: above 1 the GPU is slower. Diamonds: "
    "where a curve passes 1. Left, once it runs (or the whole training, where a table tells no "
    "more); right, the start and the epochs together."
)


def published(report: Report) -> Iterator[Section]:
    """Yield nothing without imported tables."""
    if report.published is not None:
        yield others(report.published)


def others(own: Imported) -> Section:
    """Return the section: who measured, what it comes to, the figure, every number as CSV."""
    lines = [Line(words.NO_VERDICT, tone="faint")]
    contests = words.contest_lines(own.ratios, own.crossings, own.break_even)
    lines += [Line(text, lead=f"{who}: ", tone="faint") for who, text in contests]
    lines += [Line(text, tone="faint") for text in words.target_words(own.best)]
    notes = [Line(text, tone="faint") for text in _about(own)]
    return Section(
        key="published",
        title=TITLE,
        lines=lines,
        notes=notes,
        pictures=[_picture(own)] if len(own.ratios) else [],
        tables=_tables(own),
        brief=[Line(TITLE, tone="strong"), *lines, *notes],
        frames={
            f"{name}.csv": frame
            for name, frame in {
                "published_ratios": own.ratios,
                "published_crossings": own.crossings,
                "published_break_even": own.break_even,
                "published_times_to_target": own.times,
            }.items()
            if len(frame)
        },
    )


def _about(own: Imported) -> Iterator[str]:
    for name, file in own.files.items():
        yield " ".join([words.file_words(name, file), words.not_told(file)])
        yield from (f"{name}: {safe_text(flag)}" for flag in file.flags)


def _picture(own: Imported) -> Picture:
    draw = partial(published_figure, own.ratios, own.crossings, own.break_even)
    return Picture("published", draw, caption=_CAPTION, alt=words.alt(own.crossings))


def _tables(own: Imported) -> list[Table]:
    found = []
    if len(own.ratios):
        shown = "workload side base batch_size epochs:count of ratio:points runs"
        caption = f"GPU against CPU: {words.MARK}"
        found.append(table(own.ratios, "published", caption, shown, "file source software"))
    if len(own.best):
        shown = "workload optimizer target side batch_size epochs:count seconds seeds:runs"
        caption = f"The batch size that reaches a target first: {words.MARK}"
        found.append(table(own.best, "published-targets", caption, shown, "file reached"))
    return found
