"""Where does a side overtake its base? The answer for each pair, and its heat map."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from scripts.figures.heatmap import heat_map_figure, overview_figure
from scripts.read.text import file_stem
from scripts.sections.cells import verdict_table_name
from scripts.sections.columns import table
from scripts.sections.inputs import Report, line_of
from scripts.sections.section import Line, Map, Picture, Section
from scripts.tables.pair import Pair
from scripts.words import verdicts as words
from scripts.words.crossovers import crossover_words
from scripts.words.why import brief_why

MOST_MAPS = 6
"""Heat maps that are seen at once; of more, each machine's are folded."""
_BEST = "machine pair batch_size ratio:plain_ratio best_ratio best_side best_base"


def where(report: Report) -> Iterator[Section]:
    """Yield the small heat maps that are seen at once, then the rest, workload by workload."""
    first = _first(report)
    yield Section(
        key="maps",
        title="By batch size and epochs",
        part="answer",
        maps=[_map(report, pair) for pair in first],
        folded=_many_machines(first),
    )
    for workload in report.workloads:
        pairs = report.all_of(workload)
        own = [pair for pair in report.of(workload) if pair.side]
        yield Section(
            key="where",
            title="Where does it overtake its base?",
            workload=workload,
            lines=[_line(report, pair) for pair in own],
            maps=[_map(report, pair) for pair in own if pair not in first],
            pictures=[_picture(report, pair) for pair in pairs if _to_draw(report, pair)],
            **_best(report, workload),
        )
    best = report.analysis.best
    frames = {"best_against_best.csv": best} if len(best) else {}
    yield Section(key="overviews", pictures=list(_overviews(report)), frames=frames)


def _first(report: Report) -> list[Pair]:
    """The pairs whose maps are seen at once: of contests between devices.

    Of one machine the first, of several all, which are folded machine by machine where they are
    many. What epochs change between two numbers of threads is no more than noise.
    """
    contests = [one.pair for one in report.leading if one.even.size]
    found = [
        pair
        for contest in contests
        for pair in report.pairs
        if (pair.file, pair.side, pair.base) == (contest.file, contest.side, contest.base)
    ]
    return found if _many_machines(found) else found[:MOST_MAPS]


def _many_machines(pairs: list[Pair]) -> bool:
    return len(pairs) > MOST_MAPS and len({pair.machine for pair in pairs}) > 1


def _best(report: Report, workload: str) -> dict[str, Any]:
    """The small table of plain sides beside the best ones, where any has settings, and its note."""
    rows = report.analysis.best
    rows = _with_settings(rows[(rows["workload"] == workload) & rows["file"].isin(report.files)])
    if rows.empty:
        return {}
    name = f"best-{report.work_stems[workload]}"
    caption = f"{workload} once warm, plain against plain and best against best"
    hidden = "file workload side base"
    return {"notes": [Line(words.BEST)], "tables": [table(rows, name, caption, _BEST, hidden)]}


def _with_settings(best: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of files in which a device was faster with settings, as `pair`s."""
    tried = (best["best_side"] != best["side"]) | (best["best_base"] != best["base"])
    names = best["side"] + " against " + best["base"]
    return best.assign(pair=names)[tried.groupby(best["file"]).transform("any")]


def _line(report: Report, pair: Pair) -> Line:
    cells, curves, warm = _verdicts(report, pair)
    parts = (words.answer(cells, curves), words.sureness(cells, warm))
    return line_of(pair, " ".join(filter(None, parts)))


def _verdicts(report: Report, pair: Pair) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the verdicts and crossovers of a pair, and its warm crossover."""
    analysis = report.analysis
    cells, curves = analysis.of(pair, analysis.verdicts), analysis.of(pair, analysis.crossovers)
    return cells, curves, curves[curves["scope"] == "warm"].iloc[0]


def _why(report: Report, pair: Pair) -> str:
    own, other = (report.analysis.studies(pair, side) for side in (str(pair.side), pair.base))
    return brief_why(own, other, pair.base)


def _map(report: Report, pair: Pair) -> Map:
    warm = _verdicts(report, pair)[-1]
    machine, workload = report.stems[pair.machine], report.work_stems[pair.workload]
    cells = report.cells(pair.workload)
    crossover = f"Crossover batch size, once warm: {crossover_words(warm)}."
    return Map(
        name="_".join(["map", machine, workload, *_stems(pair)]),
        table=verdict_table_name(report, pair.workload),
        cells=cells[(cells["file"] == pair.file) & (cells["pair"] == pair.name)],
        title=_title(report, pair),
        caption=crossover,
        limit=report.limit,
        machine=pair.machine,
        pair=pair.name,
    )


def _title(report: Report, pair: Pair) -> str:
    """The network, and what tells the map from others of it."""
    if len(report.analysis.results.files) > 1:
        return pair.title
    return f"{pair.workload}: {pair.name}" if len(report.told) > 1 else pair.workload


def _picture(report: Report, pair: Pair) -> Picture:
    """The same heat map as a file."""
    cells, _curves, warm = _verdicts(report, pair)
    subtitle = f"crossover batch size, warm: {crossover_words(warm)}"
    name = file_stem("heatmap", report.stems[pair.machine], pair.workload, *_stems(pair))
    draw = partial(
        heat_map_figure, cells, title=pair.title, subtitle=subtitle, limit=report.limit,
        note=_why(report, pair),
    )  # fmt: skip
    return Picture(name, draw)


def _overviews(report: Report) -> Iterator[Picture]:
    """Yield a picture per pair of sides with all workloads of a file, where there are several."""
    contests: dict[tuple[str, str | None, str], list[Pair]] = {}
    for pair in report.all_pairs:
        if _to_draw(report, pair):
            contests.setdefault((pair.file, pair.side, pair.base), []).append(pair)
    for first, *others in contests.values():
        if others:
            panels = {pair.workload: _verdicts(report, pair)[0] for pair in (first, *others)}
            title = first.title.replace(f"{first.workload} on ", "", 1)
            name = file_stem("overview", report.stems[first.machine], *_stems(first))
            yield Picture(name, partial(overview_figure, panels, title=title, limit=report.limit))


def _to_draw(report: Report, pair: Pair) -> bool:
    """Whether a heat map says anything: hatched reasons do, unless the device is not there."""
    if pair.side is None:
        return False
    own = report.analysis.rounds_of(pair)
    return bool((own.loc[own["side"] == pair.side, "reason"] != "no device").any())


def _stems(pair: Pair) -> list[str]:
    """The sides in names of files; the CPU as it is goes without saying."""
    sides = [side for side in (pair.side, pair.base) if side != "cpu"]
    return [file_stem(str(side).replace("*", "x")) for side in sides]
