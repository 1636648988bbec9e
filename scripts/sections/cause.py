"""Why is it slower, and what would help? The first screen's lines about the leading contests."""

from collections import Counter
from collections.abc import Iterator

from scripts.judge.rule import SLOWER
from scripts.sections.inputs import Report
from scripts.tables.told import Told, machine_files
from scripts.words.answer.cause import UNKNOWN, Known, cause_sentence, help_sentence, larger_batch


def cause_lines(report: Report, *, faults: bool) -> Iterator[str]:
    """Yield the commonest cause, and what would help most; `faults`: page faults may be a cause."""
    if report.analysis.many:
        return
    known = [_contest(report, one) for one in report.leading]
    known = known or [_known(report, file, "cpu") for file in report.cpu_only]
    told = known if faults else [one._replace(faults=one.faults.head(0)) for one in known]
    causes = Counter(filter(None, map(cause_sentence, told)))
    if causes:
        yield causes.most_common(1)[0][0]
    elif any(one.slower for one in known):
        yield UNKNOWN
    if report.leading and (text := help_sentence(max(known, key=_gain))):
        yield text


def _gain(known: Known) -> float:
    """Return what a larger batch gains: of several sides, the one it helps most is told of."""
    larger = larger_batch(known)
    return larger.gain if larger else 0.0


def _contest(report: Report, one: Told) -> Known:
    side, base = one.cells[["side", "base"]].iloc[0]
    slower = frozenset(one.warm.loc[one.warm["verdict"] == SLOWER, "workload"])
    several = len({told.pair.machine for told in report.leading}) > 1
    place = f" on {one.pair.machine}" * several
    return _known(report, one.pair.file, side, base)._replace(slower=slower, place=place)


def _known(report: Report, file: str, side: str, base: str = "") -> Known:
    """Return what all files of the machine know of two sides."""
    analysis, both = report.analysis, [side, base]
    files = machine_files(analysis, file)
    causes, remedies, faults, rounds = (
        table[table["file"].isin(files)]
        for table in (analysis.causes, analysis.remedies, analysis.page_faults, analysis.trusted)
    )
    return Known(
        side=side,
        base=base,
        place="",
        slower=frozenset(),
        causes=causes[causes["side"] == side],
        remedies=remedies[remedies["base"].isin(both)],
        faults=faults[faults["side"].isin(both)],
        rounds=rounds[rounds["file"] == file],
    )
