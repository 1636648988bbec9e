"""Which batch size, optimiser and side reach the target fastest?"""

from collections.abc import Iterator
from itertools import islice

from scripts.read.text import file_stems
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section
from scripts.sections.target.pictures import target_pictures
from scripts.sections.target.tables import target_tables, whole
from scripts.tables.learned import Learned
from scripts.target.source import one_source
from scripts.target.time import best_of
from scripts.words.names import place_text
from scripts.words.target.advice import (
    SINGLE_RUNS,
    contest_words,
    reached_line,
    side_lines,
    untimed_lines,
)
from scripts.words.target.learning import setting_text, time_text
from scripts.words.target.turning import saving_lines, turning_line

_NOTE = (
    "Time to the target = cold start + epochs x seconds of an epoch and of the evaluation after "
    "it. Epochs are learned once, since they do not depend on the side. They are the fewest "
    "whole ones at whose end 9 of 10 seeds stand at the target; these seeds took no part in "
    "choosing the learning rate. A first look that finds the target is not enough: the next may "
    "not. Seconds are those of the timed machine; an evaluation is counted as a third of training "
    "on as many samples. Brackets hold 95 % of single runs. An epoch is the real training set "
    "here, not the samples of a timing run."
)
_ELSEWHERE = (
    "There are too many settings for this page: those beside each side's fastest are in "
    "time_to_target.csv and contests.csv, in the folder that it was written to."
)
_EPOCHS = "Best number of epochs: "
_OF_EACH = "scripts/advise.py --workload NAME tells of every side, and what is not known."
_UNTIMED = "no file has its seconds"
_TITLE = "Which batch size reaches the target first?"


def target(report: Report) -> Iterator[Section]:
    """Yield nothing without learning files; else a section per workload, and the CSV files."""
    learned = report.learned
    if learned is None:
        return
    yield learning(learned)
    for workload in learned.workloads:
        if workload in report.work_stems:  # else nothing of it was trained, nor was it timed
            yield _of_workload(learned, workload, report.work_stems[workload])


def _of_workload(learned: Learned, workload: str, stem: str) -> Section:
    return Section(
        key="target",
        title=_TITLE,
        workload=workload,
        lines=[
            *_lines(learned, workload),
            *(Line(words, lead=_EPOCHS) for words in _turning(learned, workload)),
        ],
        pictures=target_pictures(learned, workload),
        notes=[Line(_NOTE), *([] if whole(learned) else [Line(_ELSEWHERE)])],
        tables=target_tables(learned, workload, stem),
    )


def learning(learned: Learned) -> Section:
    """Return what is said of all workloads together: an answer for each, and the CSV files."""
    lines, timed = [], False
    for workload, own in one_source(learned.epochs).groupby("workload", sort=False):
        lines.append(reached_line(own))
        times, contests = (
            learned.of(str(workload), rows) for rows in (learned.times, learned.contests)
        )
        known = len(times) > 0
        timed |= known
        answers = side_lines(own, times, contests) if known else untimed_lines(own, _UNTIMED)
        lines += islice(answers, 1) if known else answers
    lines += [SINGLE_RUNS, _OF_EACH] if timed else []
    return Section(
        key="learning",
        brief=[Line(_TITLE, tone="strong"), *map(Line, dict.fromkeys(lines))] if lines else [],
        frames=learned.tables(),
    )


def learning_only(learned: Learned) -> list[Section]:
    """Return the sections of learning files where nothing was timed."""
    stems = file_stems(learned.workloads)
    return [learning(learned), *(_of_workload(learned, *one) for one in stems.items())]


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


def _turning(learned: Learned, workload: str) -> Iterator[str]:
    """Yield of each learning file where more training makes it worse, and what stopping saves.

    A file speaks by the setting whose held-out loss was lowest.
    """
    turning = learned.of(workload, learned.turning)
    for _file, own in turning.groupby("file", sort=False) if len(turning) else ():
        row = own.sort_values("loss_best").iloc[0].to_dict()
        yield f"{turning_line(row)}."
        saved = learned.of(workload, learned.savings)
        for name in ("learned_on", "batch_size", "optimizer") if len(saved) else ():
            saved = saved[saved[name] == row["machine" if name == "learned_on" else name]]
        yield from (f"{line}." for line in saving_lines(saved))
