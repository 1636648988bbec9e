"""Figures into files: drawn here one after the other, encoded on all cores where there are many.

Encoding takes most of the time of a report. What a figure's files hold does not depend on the
process that makes them (a test compares the bytes).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from matplotlib.figure import Figure

from scripts.figures.style import DPI, FORMATS, encoded
from scripts.read.workers import Workers
from scripts.write.folder import Folder
from scripts.write.pictures import small_svg

FEWEST_FIGURES = 8
"""So many are encoded before processes are started for the rest: starting takes as long."""


@dataclass(frozen=True)
class Drawn:
    """A figure's name, its files by their endings, and the small SVG for the page if asked for."""

    name: str
    files: dict[str, bytes]
    small: str | None


@dataclass
class _Waiting:
    """A figure on its way; its answer is there at once where this process has encoded it."""

    name: str
    figure: Figure
    small: bool
    answer: "Future[Drawn]"


def drawn(
    figures: Iterable[tuple[str, Figure]],
    workers: Workers,
    *,
    dpi: int = DPI,
    small: Callable[[str], bool] = lambda _name: False,
) -> Iterator[Drawn]:
    """The figures' files, in order; `small` says by its name whether the page shows a figure.

    This process encodes as well whenever the others have enough to do.
    """
    waiting: deque[_Waiting] = deque()
    for number, (name, figure) in enumerate(figures):
        busy = sum(not one.answer.done() for one in waiting)
        ready, shown = workers.started or number >= FEWEST_FIGURES, small(name)
        if ready and busy < 2 * (workers.count - 1):  # at most two figures for each other process
            answer = workers.submit(encode, name, figure, dpi=dpi, small=shown)
        else:
            answer = Future()
            answer.set_result(encode(name, figure, dpi=dpi, small=shown))
        waiting.append(_Waiting(name, figure, shown, answer))
        while waiting and waiting[0].answer.done():
            yield _take(waiting.popleft(), dpi=dpi)
    while waiting:
        yield _take(waiting.popleft(), dpi=dpi)


def write_drawn(
    folder: Folder, figures: Iterable[tuple[str, Figure]], workers: Workers, *, dpi: int
) -> None:
    """Writes every file of the figures into the folder."""
    for one in drawn(figures, workers, dpi=dpi):
        write_files(folder, one)


def write_files(folder: Folder, one: Drawn) -> None:
    """Writes a figure's files into the folder."""
    for kind, content in one.files.items():
        folder.write(f"{one.name}.{kind}", content)


def encode(name: str, figure: Figure, *, dpi: int, small: bool) -> Drawn:
    """The files of one figure, made in this process."""
    files = {kind: encoded(figure, kind, dpi=dpi) for kind in FORMATS}
    return Drawn(name, files, small_svg(figure) if small else None)


def _take(one: _Waiting, *, dpi: int) -> Drawn:
    """The figure's files: made here after all where no other process has begun, or could.

    A process may have died, the figure may be one that cannot travel; an error of the drawing
    itself comes again here.
    """
    if not one.answer.cancel():
        try:
            return one.answer.result()
        except Exception:  # noqa: BLE001, S110 - see above
            pass
    return encode(one.name, one.figure, dpi=dpi, small=one.small)
