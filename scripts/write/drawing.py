"""Figures into files: drawn here one after the other, encoded on all cores where there are many.

Encoding takes most of the time of a report. What a figure's files hold does not depend on the
process that makes them (a test compares the bytes).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from matplotlib.figure import Figure

from scripts.figures.style import DPI, FORMATS, encoded
from scripts.read.workers import Workers
from scripts.sections.section import Picture, Section
from scripts.write.folder import Folder
from scripts.write.inline_svg import small_svg

FEWEST_FIGURES = 8
"""So many are encoded before processes are started for the rest: starting takes as long."""


def write_sections(
    folder: Folder, sections: Sequence[Section], workers: Workers, *, dpi: int
) -> dict[Picture, str]:
    """Write every CSV file and picture of the sections; return the small SVGs for the page."""
    for section in sections:
        for name, frame in section.frames.items():
            folder.write_table(name, frame)
    small = {}
    pictures = [picture for section in sections for picture in section.pictures]
    for picture, files in drawn(pictures, workers, dpi=dpi):
        for kind, content in files.whole.items():
            folder.write(f"{picture.name}.{kind}", content)
        if files.small is not None:
            small[picture] = files.small
    return small


@dataclass(frozen=True)
class Drawn:
    """A picture's files by their endings, and the small SVG for the page if it is asked for."""

    whole: dict[str, bytes]
    small: str | None


@dataclass
class _Waiting:
    """A figure on its way; its answer is there at once where this process has encoded it."""

    picture: Picture
    figure: Figure
    answer: "Future[Drawn]"


def drawn(
    pictures: Iterable[Picture], workers: Workers, *, dpi: int = DPI
) -> Iterator[tuple[Picture, Drawn]]:
    """Draw the pictures and yield their files, in order; a small one where there is a caption.

    This process encodes as well whenever the others have enough to do.
    """
    waiting: deque[_Waiting] = deque()
    for number, (picture, figure) in enumerate(_figures(pictures)):
        busy = sum(not one.answer.done() for one in waiting)
        ready, small = workers.started or number >= FEWEST_FIGURES, bool(picture.caption)
        if ready and busy < 2 * (workers.count - 1):  # at most two figures for each other process
            answer = workers.submit(encode, figure, dpi=dpi, small=small)
        else:
            answer = Future()
            answer.set_result(encode(figure, dpi=dpi, small=small))
        waiting.append(_Waiting(picture, figure, answer))
        while waiting and waiting[0].answer.done():
            yield _take(waiting.popleft(), dpi=dpi)
    while waiting:
        yield _take(waiting.popleft(), dpi=dpi)


def _figures(pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Figure]]:
    for picture in pictures:
        if (figure := picture.draw()) is not None:
            yield picture, figure


def encode(figure: Figure, *, dpi: int, small: bool) -> Drawn:
    """Return the files of one figure, made in this process."""
    files = {kind: encoded(figure, kind, dpi=dpi) for kind in FORMATS}
    return Drawn(files, small_svg(figure) if small else None)


def _take(one: _Waiting, *, dpi: int) -> tuple[Picture, Drawn]:
    """Return the figure's files: made here after all where no other process has begun, or could.

    A process may have died, the figure may be one that cannot travel; an error of the drawing
    itself comes again here.
    """
    if not one.answer.cancel():
        try:
            return one.picture, one.answer.result()
        except Exception:  # noqa: BLE001, S110 - see above
            pass
    return one.picture, encode(one.figure, dpi=dpi, small=bool(one.picture.caption))
