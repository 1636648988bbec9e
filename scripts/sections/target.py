"""Which batch size, optimiser and side reach the target fastest?"""

from collections.abc import Iterator

from scripts.sections.report import Report
from scripts.sections.section import Line, Section
from scripts.sections.target_pictures import target_pictures
from scripts.sections.target_tables import target_tables, whole
from scripts.tables.learned import Learned
from scripts.target.time import best_of, one_source
from scripts.words.advice import contest_words, reached_line, side_lines
from scripts.words.learning import setting_text, time_text
from scripts.words.names import place_text

_NOTE = (
    "Time to the target = cold start + epochs to the target x seconds of an epoch. Epochs are "
    "learned once, since they do not depend on the side: the median of seeds that took no part "
    "in choosing the learning rate. Seconds are those of the timed machine. Intervals (95 %) carry "
    "the spread of the seeds and of the processes. An epoch is the real training set here, not "
    "the samples of a timing run."
)
_ELSEWHERE = (
    "There are too many settings for this page: those beside each side's fastest are in "
    "time_to_target.csv and contests.csv, in the folder that it was written to."
)
_TITLE = "Which batch size reaches the target first?"


def target(report: Report) -> Iterator[Section]:
    """Yield nothing without learning files; else a section per workload, and the CSV files."""
    learned = report.learned
    if learned is None:
        return
    yield learning(learned)
    for workload in learned.workloads:
        if workload not in report.work_stems:  # nothing of it was trained, nor was it timed
            continue
        yield Section(
            key="target",
            title=_TITLE,
            workload=workload,
            lines=list(_lines(learned, workload)),
            pictures=target_pictures(learned, workload),
            notes=[Line(_NOTE), *([] if whole(learned) else [Line(_ELSEWHERE)])],
            tables=target_tables(learned, workload, report.work_stems[workload]),
        )


def learning(learned: Learned) -> Section:
    """Return what is said of all workloads together: an answer for each, and the CSV files."""
    lines = []
    for workload, own in one_source(learned.epochs).groupby("workload", sort=False):
        lines.append(reached_line(own))
        times, contests = (
            learned.of(str(workload), rows) for rows in (learned.times, learned.contests)
        )
        if len(times):
            lines += side_lines(own, times, contests)
    return Section(
        key="learning",
        brief={("", _TITLE): list(map(Line, lines))} if lines else {},
        frames=learned.tables(),
    )


def learning_only(learned: Learned) -> list[Section]:
    """Return the sections of learning files where nothing was timed."""
    pictures = [one for workload in learned.workloads for one in target_pictures(learned, workload)]
    return [learning(learned), Section(key="target", pictures=pictures)]


def _lines(learned: Learned, workload: str) -> Iterator[Line]:
    """Yield what gets there, what is fastest of all, then each side against its base."""
    epochs = one_source(learned.of(workload, learned.epochs))
    times, contests = (learned.of(workload, own) for own in (learned.times, learned.contests))
    if epochs.empty:
        yield Line(f"No setting of {workload} was trained to the end; the table says why.")
        return
    yield Line(reached_line(epochs))
    best = best_of(times).sort_values("seconds") if len(times) else times
    if best.empty:
        why = "this network was not timed" if times.empty else "no reached batch size was timed"
        yield Line(f"How many seconds that takes is not known: {why}.")
        return
    first = best.iloc[0].to_dict()
    yield Line(f"{place_text(first)}, {setting_text(first)}: {time_text(first)}.", lead="First: ")
    for row in contests[contests["at"] == "best"].to_dict("records") if len(contests) else ():
        sizes = f"batch size {row['side_batch']} against {row['base_batch']}"
        lead = f"{row['machine']}, each at its own best: "
        yield Line(f"{contest_words(row)} ({sizes}).", lead=lead, machine=row["machine"])
