"""The parts of the page about one workload: the answer, why, break-even, every cell, absences."""

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from scripts.read.text import file_stem
from scripts.sections.heatmap import HeatMap, heat_map
from scripts.sections.section import Line, Part, Picture
from scripts.sections.tables import (
    absent_table,
    break_even_table,
    seconds_table,
    verdict_table,
    verdict_table_name,
)
from scripts.sections.target import time_to_target
from scripts.sections.why import why_tables
from scripts.tables.analysis import Pair
from scripts.words.steps import against_words, step_words
from scripts.words.verdicts import answer, crossover_words, sureness
from scripts.words.why import brief_why, why_lines
from scripts.write.view import View


def where_it_overtakes(view: View, workload: str) -> Iterator[Part]:
    """The answer in words, how sure it is, and the heat maps."""
    lines, maps = [], []
    for place, pair in enumerate(view.of(workload)):
        if pair.device is None:
            text = "no device pair was measured, so there is nothing to compare."
            lines.append(Line(text, lead=f"{pair.machine}: ", machine=pair.machine))
            continue
        lines.append(_answer(view, pair))
        cells = view.cells(workload)
        maps.append(_map(view, pair, cells[cells["place"] == place]))
    yield Part(key="where", title="Where does the GPU overtake the CPU?", lines=lines, maps=maps)


def why(view: View, workload: str) -> Iterator[Part]:
    """Step times in words, pictures and numbers: the fixed cost of a step."""
    lines = [line for pair in view.of(workload) for line in _against(view, pair)]
    pictures = []
    for pair in view.machines_of(workload):
        words = step_words(view.analysis.rounds_of(pair))
        lines += [Line(text, lead=f"{pair.machine}, ", machine=pair.machine) for text in words]
        pictures += [*_pictures(view, pair, alt=" ".join(words))]
    for pair in view.of(workload):
        lines += [*_causes(view, pair)]
    yield Part(
        key="why",
        title="Why? The time of a step, and the cold start",
        lines=lines,
        pictures=pictures,
        tables=[seconds_table(view, workload), *why_tables(view, workload)],
    )


def break_even(view: View, workload: str) -> Iterator[Part]:
    """After how many epochs the cold start has paid off."""
    table = break_even_table(view, workload)
    if table.rows:
        yield Part(key="break-even", title="After how many epochs?", tables=[table])


def every_cell(view: View, workload: str) -> Iterator[Part]:
    """The table of verdicts, and what has no time."""
    table = verdict_table(view, workload)
    if table.rows:
        yield Part(key="cells", title="Every cell", tables=[table])
    absent = absent_table(view, workload)
    if absent is not None:
        yield Part(key="absent", title="Not measured, and why", tables=[absent])


PARTS: tuple[Callable[[View, str], Iterable[Part]], ...] = (
    where_it_overtakes,
    why,
    break_even,
    time_to_target,
    every_cell,
)
"""What the page says of each workload, in this order. A further question is a further function:
from the view and the workload's name to parts, which are plain data (`page_parts`)."""

UNTIMED: tuple[Callable[[View, str], Iterable[Part]], ...] = (time_to_target,)
"""The same of a workload that was trained and not timed."""


def _answer(view: View, pair: Pair) -> Line:
    analysis = view.analysis
    cells, curves = analysis.of(pair, analysis.verdicts), analysis.of(pair, analysis.crossovers)
    warm = curves[curves["scope"] == "warm"].iloc[0].to_dict()
    text = " ".join(filter(None, (answer(cells, curves), sureness(cells, warm))))
    lead = f"{pair.place}: "
    return Line(text, lead=lead, machine=pair.machine, pair=pair.name)


def _against(view: View, pair: Pair) -> Iterator[Line]:
    """What step times say of why it is slower or faster."""
    if pair.device is None:
        return
    rounds = view.analysis.rounds_of(pair)
    text = against_words(rounds, device=pair.device, threads=pair.threads)
    if text:
        lead = f"{pair.place}: "
        yield Line(text, lead=lead, machine=pair.machine, pair=pair.name)


def _causes(view: View, pair: Pair) -> Iterator[Line]:
    """Causes and remedies, where the file has a diagnosis or variants."""
    for device in dict.fromkeys(filter(None, (pair.device, "cpu"))):
        for text in why_lines(view.analysis.studies(pair, device)):
            lead = f"{pair.machine}, {pair.cpu if device == 'cpu' else device}: "
            yield Line(text, lead=lead, machine=pair.machine, pair=pair.name)


def _map(view: View, pair: Pair, cells: pd.DataFrame) -> HeatMap:
    analysis = view.analysis
    curves = analysis.of(pair, analysis.crossovers)
    warm = curves[curves["scope"] == "warm"].iloc[0].to_dict()
    machine, workload = view.stems[pair.machine], view.work_stems[pair.workload]
    threads = [f"threads-{pair.threads}"] if pair.threads else []
    own, cpu = (analysis.studies(pair, device) for device in (str(pair.device), "cpu"))
    why = brief_why(own, cpu)
    crossover = f"Crossover batch size, once warm: {crossover_words(warm)}."
    return heat_map(
        cells,
        name="_".join(["map", machine, workload, str(pair.device).replace(":", "."), *threads]),
        table=verdict_table_name(view, pair.workload),
        machine=pair.machine,
        pair=pair.name,
        title=pair.title,
        caption=f"{crossover} {why}".strip(),
        limit=view.limit,
    )


def _pictures(view: View, pair: Pair, *, alt: str) -> Iterator[Picture]:
    machine, place = view.stems[pair.machine], f"{pair.workload} on {pair.machine}"
    lines = {
        "speed": "Seconds a step and samples a second against batch size",
        "total": "Total seconds against epochs, cold start included; break-even where lines cross",
        "parts": "Where the time of a step goes, by batch size",
        "ladder": "From the training loop that is taught to the lean one",
        "remedies": "What each remedy gains, by batch size",
    }
    for kind, caption in lines.items():
        yield from view.picture(
            file_stem(kind, machine, pair.workload), caption=f"{caption}: {place}.",
            alt=f"{caption}, a line a device, {place}. {alt}", machine=pair.machine,
        )  # fmt: skip
    labels = view.analysis.rounds_of(pair)["label"].unique()
    for label in labels:
        name = file_stem("seconds", machine, pair.workload, label.partition(" (")[0])
        caption = f"Seconds by batch size and epochs: {place}, {label}."
        alt = f"{caption} The numbers are in the tables of this workload."
        yield from view.picture(name, caption=caption, alt=alt, machine=pair.machine)
