"""Reports for tests: their page without drawing a picture, and their figures without a folder."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from scripts.sections.contents import contents
from scripts.sections.inputs import Report
from scripts.sections.section import Section
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from scripts.write.page import page
from tests.corpus import Corpus

NASTY = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>'
"""A machine's name that would be an element of a page."""
DRAWN = "scripts.write.drawing.drawn"


def no_pictures(*_pictures: object, **_options: object) -> Iterable[object]:
    """In place of DRAWN: a report without any picture."""
    return []


def page_text(
    analysis: Analysis,
    *,
    learned: Learned | None = None,
    comparison: Comparison | None = None,
    small: Mapping[str, str] | None = None,
) -> str:
    """The page; `small` are the SVG files of pictures by their names."""
    report = Report(analysis, learned, comparison)
    sections = contents(report)
    known = {
        picture: small[picture.name]
        for section in sections
        for picture in section.pictures
        if small and picture.name in small
    }
    return page(report, sections, known)


def of_own_hardware(folder: Path, *plans: Corpus) -> list[Path]:
    """Files of which each is another machine's."""
    paths = []
    for number, plan in enumerate(plans):
        content = plan.result()
        content["machine_info"]["crossover"]["machine_id"] = f"{number:012x}"
        paths.append(folder / f"machine{number}.json")
        paths[-1].write_text(json.dumps(content))
    return paths


def figures_of(sections: Iterable[Section]) -> Iterator[tuple[str, Figure]]:
    """Each figure that there is to draw, with the name of its files."""
    for section in sections:
        for picture in section.pictures:
            figure = picture.draw()
            if figure is not None:
                yield picture.name, figure


def report_figures(analysis: Analysis) -> Iterator[tuple[str, Figure]]:
    """The figures of a report."""
    return figures_of(contents(Report(analysis)))
