"""A report in which nothing was timed: of learning files, and of what others measured."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scripts.read.text import file_stems
from scripts.sections.inputs import about_words
from scripts.sections.machines.about import software_of
from scripts.sections.published import others
from scripts.sections.section import Line, Section
from scripts.sections.target.question import learning_only
from scripts.sections.warnings import of_learning
from scripts.tables.learned import Learned
from scripts.tables.pair import Pair
from scripts.tables.published import Imported


@dataclass(frozen=True)
class Untimed:
    """What a page is about in place of a `Report`: no sides meet."""

    machines: list[str]
    workloads: list[str]
    pairs: tuple[Pair, ...] = ()

    @property
    def about(self) -> str:
        """The machines, or the files of others."""
        return about_words(self.machines)

    @property
    def work_stems(self) -> dict[str, str]:
        """The names of workloads in names of tables and links."""
        return file_stems(self.workloads)


def untimed(learned: Learned | None, imported: Imported | None) -> tuple[Untimed, list[Section]]:
    """Return what the page is about, and its sections."""
    machines = [] if learned is None else list(dict.fromkeys(learned.files["machine"]))
    workloads = [] if learned is None else learned.workloads
    about = Untimed([*machines, *(imported.files if imported else ())], workloads)
    sections = [] if learned is None else list(_learning(learned))
    if imported is not None:
        own = others(imported)
        sections += [own] if sections else list(_apart(own))
    return about, sections


def _learning(learned: Learned) -> Iterator[Section]:
    first, *chapters = learning_only(learned)
    lines = [line for line in first.brief if isinstance(line, Line)]
    lines = lines or [Line("Nothing was trained to the end.", tone="strong")]
    yield of_learning(learned)
    yield replace(first, key="answer", title="The answer", part="answer", lines=lines)
    yield from chapters
    yield software_of(learned.files)


def _apart(own: Section) -> Iterator[Section]:
    """Yield the lines and the picture as the answer, the tables after them."""
    lines = [Line(own.title, tone="strong"), *own.lines]
    yield replace(own, key="answer", part="answer", lines=lines, tables=())
    yield replace(own, lines=(), notes=(), pictures=(), brief=(), frames={})
