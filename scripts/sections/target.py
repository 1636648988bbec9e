"""The part of the page about learning: which batch size, optimiser and device get there soonest."""

from collections.abc import Iterator

import pandas as pd

from scripts.read.text import counted
from scripts.sections.section import Line, Part, Picture
from scripts.sections.target_tables import (
    contests_table,
    epochs_table,
    soonest_table,
    times_table,
    untrained_table,
    whole,
)
from scripts.tables.learned import Learned, figure_name, timed_words
from scripts.target.time import best_of, by_hardware, one_source
from scripts.words.advice import contest_words, reached_line
from scripts.words.learning import setting_text, time_text
from scripts.words.names import place_text
from scripts.write.view import View

_TIMED = {
    "time": "Time to the target against batch size, a line a device, the soonest ringed",
    "curves": "Learning curves against epochs and against seconds",
    "descent": "Gradient descent by single samples, minibatches and the whole set",
}
_LEARNED = {
    "epochs": "Epochs and steps to the target against batch size, with the critical batch size",
    "rates": "How fast each learning rate was",
}


def time_to_target(view: View, workload: str) -> Iterator[Part]:
    """Epochs and time to the target of one workload; nothing where it was not learned."""
    learned = view.learned
    if learned is None or workload not in learned.workloads:
        return
    stem = view.work_stems[workload]
    epochs = one_source(learned.of(workload, learned.epochs))
    times, contests = (learned.of(workload, own) for own in (learned.times, learned.contests))
    every = whole(learned)
    contests = contests if every or contests.empty else contests[contests["at"] == "best"]
    tables = [
        soonest_table(times, epochs, stem=stem, workload=workload),
        contests_table(contests, stem=stem, workload=workload),
        times_table(times, stem=stem, workload=workload) if every else None,
        epochs_table(learned.of(workload, learned.epochs), stem=stem, workload=workload),
        untrained_table(learned.of(workload, learned.absent), stem=stem, workload=workload),
    ]
    yield Part(
        key="target",
        title="Which batch size reaches the target soonest?",
        lines=list(_lines(learned, workload, epochs, times)),
        pictures=list(_pictures(view, learned, workload, times)),
        notes=[Line(_NOTE), *([] if every else [Line(_ELSEWHERE)])],
        tables=[table for table in tables if table is not None],
    )


_NOTE = (
    "Time to the target = cold start + epochs to the target x seconds of an epoch. Epochs are "
    "learned once, since they do not depend on the device: the median of seeds that took no part "
    "in choosing the learning rate. Seconds are those of the timed machine. Intervals (95 %) carry "
    "the spread of the seeds and of the processes. An epoch is the real training set here, not "
    "the samples of a timing run."
)


_ELSEWHERE = (
    "There are too many settings for this page: those beside each device's soonest are in "
    "time_to_target.csv and best_devices.csv, in the folder that it was written to."
)


def _lines(
    learned: Learned, workload: str, epochs: pd.DataFrame, times: pd.DataFrame
) -> Iterator[Line]:
    """What gets there, what is soonest of all, then GPU against CPU on every machine."""
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
    yield Line(f"{place_text(first)}, {setting_text(first)}: {time_text(first)}.", lead="Soonest: ")
    contests = learned.of(workload, learned.contests)
    for row in contests[contests["at"] == "best"].to_dict("records") if len(contests) else []:
        threads = f" with {counted(row['threads'], 'thread')}" if row["threads"] else ""
        words = contest_words(row)
        yield Line(
            f"{words} (GPU: batch size {row['gpu_batch']}, CPU{threads}: {row['cpu_batch']}).",
            lead=f"{row['machine']}, each at its own best: ", machine=row["machine"],
        )  # fmt: skip


def _pictures(
    view: View, learned: Learned, workload: str, times: pd.DataFrame
) -> Iterator[Picture]:
    """The figures of the workload: of the learning machines, then joined with the timed ones."""
    timed = by_hardware(times) if len(times) else {}
    for machine in dict.fromkeys(learned.of(workload, learned.runs)["machine"]):
        for kind, caption in _TIMED.items():
            # Each timed computer has its times; its curves differ in the scale of seconds alone.
            for other in timed if kind == "time" else list(timed)[:1] or [""]:
                where = f"{workload}, learned on {machine}"
                where += f", timed on {timed_words(timed[other])}" if other else ""
                alone = len(timed) > 1 and timed[other]["machine"].nunique() == 1
                name = figure_name(kind, machine, workload, timed_on=other)
                yield from view.picture(
                    name, caption=f"{caption}: {where}.", machine=other if alone else "",
                    alt=f"{caption}: {where}. The tables of this part have the numbers.",
                )  # fmt: skip
        for kind, caption in _LEARNED.items():
            where = f"{workload}, learned on {machine}"
            yield from view.picture(
                figure_name(kind, machine, workload), caption=f"{caption}: {where}.",
                alt=f"{caption}: {where}. The tables of this part have the numbers.",
            )  # fmt: skip
