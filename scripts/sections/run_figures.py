"""Which figures a report has, and the names of their files."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from scripts.figures.heatmap import heat_map_figure, overview_figure, shared_limit
from scripts.figures.seconds import seconds_figure
from scripts.figures.shares import collection_figures
from scripts.figures.speed import speed_figure
from scripts.figures.total import total_figure
from scripts.judge.collection import shares
from scripts.read.text import file_stem
from scripts.sections.study_figures import study_figures
from scripts.tables.analysis import Analysis, Pair
from scripts.words.verdicts import crossover_words
from scripts.words.why import brief_why
from scripts.write.folder import file_stems


def figures(analysis: Analysis) -> Iterator[tuple[str, Figure]]:
    """Each figure with the name of its file; of many machines, those of all of them together."""
    if analysis.many:
        yield from collection_figures(shares(analysis.verdicts))
        return
    limit = shared_limit(analysis.verdicts)
    stems = file_stems(list(analysis.results.files["machine"]))
    for file, machine in zip(
        analysis.results.files["file"], analysis.results.files["machine"], strict=True
    ):
        pairs = list(analysis.pairs(file))
        yield from _workload_figures(analysis, pairs, stem=stems[machine])
        for pair in pairs:
            if _to_draw(analysis, pair):
                name = file_stem("heatmap", stems[machine], pair.workload, *_pair_stem(pair))
                yield name, _heat_map(analysis, pair, limit=limit)
        yield from _overviews(analysis, pairs, stem=stems[machine], limit=limit)
        yield from study_figures(analysis, file, stem=stems[machine], machine=machine)


def _workload_figures(
    analysis: Analysis, pairs: list[Pair], *, stem: str
) -> Iterator[tuple[str, Figure]]:
    """The figures about all devices of a workload; seconds alone where nothing can be compared."""
    for pair in {pair.workload: pair for pair in pairs}.values():
        rounds = analysis.rounds_of(pair)
        if rounds["block"].isna().all():
            continue
        title = f"{pair.workload} on {pair.machine}"
        even = analysis.break_even
        even = even[(even["file"] == pair.file) & (even["workload"] == pair.workload)]
        fitted = analysis.fits_of(pair)
        yield file_stem("speed", stem, pair.workload), speed_figure(rounds, fitted, title=title)
        most = analysis.measured_epochs(pair.file)
        total = total_figure(rounds, even, title=title, measured_epochs=most)
        yield file_stem("total", stem, pair.workload), total
        same = [other for other in pairs if other.workload == pair.workload]
        if not any(_compared(analysis, other) for other in same):
            for label in rounds.loc[rounds["block"].notna(), "label"].unique():
                name = file_stem("seconds", stem, pair.workload, label.partition(" (")[0])
                whole = rounds[rounds["label"] == label]
                yield name, seconds_figure(whole, title=f"{title}: {label}")


def _heat_map(analysis: Analysis, pair: Pair, *, limit: float) -> Figure:
    curves = analysis.of(pair, analysis.crossovers)
    warm = curves[curves["scope"] == "warm"].iloc[0].to_dict()
    subtitle = f"crossover batch size, warm: {crossover_words(warm)}"
    cells = analysis.of(pair, analysis.verdicts)
    own, cpu = (analysis.studies(pair, device) for device in (str(pair.device), "cpu"))
    return heat_map_figure(
        cells, title=pair.title, subtitle=subtitle, limit=limit, note=brief_why(own, cpu)
    )


def _overviews(
    analysis: Analysis, pairs: list[Pair], *, stem: str, limit: float
) -> Iterator[tuple[str, Figure]]:
    """One figure a device pair with all workloads of a machine, where there are several."""
    for first in {(pair.device, pair.threads): pair for pair in pairs if pair.device}.values():
        own = [p for p in pairs if (p.device, p.threads) == (first.device, first.threads)]
        panels = {
            pair.workload: analysis.of(pair, analysis.verdicts)
            for pair in own
            if _to_draw(analysis, pair)
        }
        if len(panels) > 1:
            title = first.title.replace(f"{first.workload} on ", "", 1)
            name = file_stem("overview", stem, *_pair_stem(first))
            yield name, overview_figure(panels, title=title, limit=limit)


def _compared(analysis: Analysis, pair: Pair) -> bool:
    """Whether there is anything to draw: cells with a ratio, be they suspect or undecided."""
    return bool(analysis.of(pair, analysis.verdicts)["ratio"].notna().any())


def _to_draw(analysis: Analysis, pair: Pair) -> bool:
    """Whether a heat map says anything: hatched reasons do, unless the machine lacks the device."""
    if pair.device is None:
        return False
    own = analysis.rounds_of(pair)
    return bool((own.loc[own["device"] == pair.device, "reason"] != "no device").any())


def _pair_stem(pair: Pair) -> list[str]:
    threads = [f"threads-{pair.threads}"] if pair.threads else []
    return [str(pair.device), *threads]
