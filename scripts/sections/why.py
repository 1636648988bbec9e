"""Why? The time of a step, its causes, and what would make it faster."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.sections.columns import table
from scripts.sections.inputs import Report, first_files, line_of, one_per_file
from scripts.sections.section import Line, Section, Table
from scripts.sections.why_pictures import rooflines, step_pictures
from scripts.tables.pair import Pair
from scripts.why.faults import PER_STEP
from scripts.why.remedies import OF_RUN
from scripts.words.faults import faults_in_short
from scripts.words.steps import against_words, fit_lines, step_words
from scripts.words.why import why_lines

_STUDIES = {
    "causes": (
        "Where a step of {} goes, and what it waits for",
        "machine label batch_size cause agrees step_seconds load_share copy_share network_share "
        "evaluation_share host_share sum_share operations host_reads rate reason",
        "file side load_seconds copy_seconds forward_seconds backward_seconds "
        "optimizer_seconds evaluation_seconds suspect busy_share growth synchronisations flops "
        "uncounted minor_faults_per_step fault_share",
        "cause",
    ),
    "ladder": (
        "{}, from the loop that is taught to the lean one",
        "machine base batch_size rung:loop epoch_seconds:an_epoch saved_seconds times "
        "verdict:rung_verdict reason",
        "file side lo hi blocks",
        "rung",
    ),
    "remedies": (
        "What would make {} faster",
        "machine base batch_size remedy gain verdict",
        "file side kind lo hi blocks pays_off epochs lower upper reason",
        "remedy verdict",
    ),
}
"""The tables of studies: caption, columns, those in the CSV only, and what to filter by."""


def why(report: Report) -> Iterator[Section]:
    """Yield step times in words, pictures and numbers, workload by workload."""
    analysis = report.analysis
    for workload in report.workloads:
        shown = report.of(workload)
        pairs = report.all_of(workload)
        yield Section(
            key="why",
            title="Why?",
            workload=workload,
            lines=list(_lines(report, shown)),
            pictures=[one for pair in one_per_file(pairs) for one in step_pictures(report, pair)],
            tables=list(_tables(report, workload)) if shown else [],
        )
    studies = {
        "causes": analysis.causes,
        "page_faults": analysis.page_faults,
        "remedies": analysis.remedies,
        "ladder": analysis.ladder,
    }
    yield Section(
        key="why-by-machine",
        pictures=[picture for file in report.all_files for picture in rooflines(report, file)],
        brief=[] if len(report.rates) else first_files(_every_fault(report)),
        frames={"fits.csv": analysis.fits}
        | {f"{name}.csv": own for name, own in studies.items() if len(own)},
    )


def _every_fault(report: Report) -> list[list[Line]]:
    return [list(_faults(report, file)) for file in report.all_files]


def _faults(report: Report, file: Mapping[Any, Any]) -> Iterator[Line]:
    """Yield which steps of the plain CPU are page faults: all networks in a sentence."""
    of, analysis = file["file"], report.analysis
    faults, remedies = analysis.page_faults, analysis.remedies
    plain = faults[(faults["file"] == of) & (faults["side"] == "cpu")]
    tried = remedies[(remedies["file"] == of) & (remedies["base"] == "cpu")]
    text, typed = faults_in_short(plain, tried)
    if text:
        lead = f"{file['machine']}: " if len(report.all_files) > 1 else ""
        yield Line(text, lead=lead)
    if typed:
        yield Line(typed, tone="typed")


def _lines(report: Report, pairs: list[Pair]) -> Iterator[Line]:
    """Yield what step times say of why it is slower or faster, then causes and remedies."""
    for pair in pairs:
        rounds = report.analysis.rounds_of(pair)
        if pair.side and (text := against_words(rounds, side=pair.side, base=pair.base)):
            yield line_of(pair, text)
    for pair in one_per_file(pairs):
        for text in step_words(report.analysis.rounds_of(pair)):
            yield Line(text, lead=f"{pair.machine}, ", machine=pair.machine)
    for pair in one_per_file(pairs):
        for side, own in report.analysis.rounds_of(pair).groupby("side", sort=False):
            for text in fit_lines(own, report.analysis.fits_of(pair)):
                yield Line(text, lead=f"{pair.machine}, ", machine=pair.machine)
            for text in why_lines(report.analysis.studies(pair, str(side))):
                yield Line(text, lead=f"{pair.machine}, {side}: ", machine=pair.machine)


def _tables(report: Report, workload: str) -> Iterator[Table]:
    """Yield the seconds behind the ratios, and what the studies say; of these none is a must."""
    analysis, stem = report.analysis, report.work_stems[workload]
    yield _seconds_table(report, workload)
    causes, remedies = analysis.causes, analysis.remedies
    causes = causes[causes["epochs"].isna()].assign(rate=causes["flops"] / causes["step_seconds"])
    remedies = remedies[remedies["kind"] != OF_RUN]
    frames = {"causes": causes, "ladder": analysis.ladder, "remedies": remedies}
    for name, (caption, shown, hidden, choices) in _STUDIES.items():
        rows = frames[name]
        own = rows[(rows["workload"] == workload) & rows["file"].isin(report.files)]
        if len(own):
            words = caption.format(workload)
            yield table(own, f"{name}-{stem}", words, shown, hidden, choices=choices)


def _seconds_table(report: Report, workload: str) -> Table:
    """Return a row per machine, side and batch size: medians over the processes."""
    rounds = report.rounds_of(workload)
    key = ["file", "machine", "label", "batch_size"]
    medians = "step_seconds samples_a_second epoch_seconds cold_start_seconds"
    once = rounds[rounds["block"].notna()].drop_duplicates([*key, "block"])
    groups = once.groupby(key, sort=False)
    rows = groups[[*medians.split(), *PER_STEP]].median()
    rows = rows.assign(processes=groups.size(), doubt=groups["doubt"].first())
    known = bool(rows[PER_STEP].notna().any(axis=None))
    faults, *others = PER_STEP if known else [""]
    return table(
        rows.reset_index(),
        f"seconds-{report.work_stems[workload]}",
        f"Seconds behind the ratios of {workload}: medians over the processes",
        f"machine label batch_size {medians} {faults} processes",
        " ".join(["file", *others, "doubt"]),
    )
