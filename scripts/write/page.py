"""The report as one page that is passed on: opens from a mail, asks no network for anything.

Every text out of a file is escaped by Jinja2; a Content-Security-Policy that allows nothing but
this page's own script and style, by their hashes, is the second wall. The page is a function of the
files alone: the same files give the same bytes.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.read.text import counted
from scripts.sections.collection import across_machines
from scripts.sections.heatmap import scale
from scripts.sections.machines import side_by_side
from scripts.sections.noise import glance_table, machines_table, noise_table, software_table
from scripts.sections.overtakes import PARTS as WORKLOAD_PARTS
from scripts.sections.overtakes import UNTIMED
from scripts.sections.section import Line, Part
from scripts.sections.totals import derived_totals
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import Comparison
from scripts.tables.learned import Learned
from scripts.words.names import listed
from scripts.words.verdicts import pair_answer, sure_words
from scripts.words.warnings import learning_warnings, software_warnings
from scripts.write.collection import collection_lines
from scripts.write.pictures import Pictures
from scripts.write.terminal import warnings
from scripts.write.view import View

_FOLDER = Path(__file__).resolve().parent / "page"
MOST_ANSWERS = 4
"""Device pairs that the first paragraph speaks of; the table below it has all."""

PAGE_PARTS: tuple[Callable[[View], Iterable[Part]], ...] = (
    across_machines,
    side_by_side,
    derived_totals,
)
"""What the page says of all workloads together, after them: functions from the view to parts."""


@dataclass(frozen=True)
class Workload:
    """A chapter: the workload's name, its name in links, its parts."""

    name: str
    key: str
    parts: tuple[Part, ...]


def page(
    analysis: Analysis,
    pictures: Pictures,
    *,
    learned: Learned | None = None,
    comparison: Comparison | None = None,
) -> str:
    """The HTML text of report.html; with learning and a comparison of its machines, if any."""
    view = View(analysis, pictures, learned=learned, comparison=comparison)
    chapters = [
        Workload(name, f"w-{view.work_stems[name]}", tuple(_parts(view, name)))
        for name in view.workloads
    ]
    further = [part for parts in PAGE_PARTS for part in parts(view)]
    _require_own_names(view, chapters, further)
    style, script = _own("page.css"), _own("page.js")
    return _environment().get_template("page.html").render(
        policy=_policy(style, script), style=style, script=script,
        machines=view.machines, pairs=_pair_names(view), chapters=chapters, further=further,
        warnings=_warnings(view),
        answer=_answer(view), sure=_sure(analysis), glance=glance_table(view),
        noise=noise_table(view), machines_table=machines_table(view),
        software=software_table(view), scale=scale(view.limit), limit=view.limit,
    )  # fmt: skip


def _parts(view: View, workload: str) -> Iterator[Part]:
    for parts in WORKLOAD_PARTS if view.of(workload) else UNTIMED:
        yield from parts(view, workload)


def _answer(view: View) -> list[Line]:
    """The answer in one paragraph: a line a device pair, the first few of them."""
    analysis = view.analysis
    if analysis.many:
        return [Line(next(collection_lines(analysis)))]
    lines = []
    pairs = {(pair.file, pair.device, pair.threads): pair for pair in view.pairs}.values()
    alone = list(dict.fromkeys(pair.machine for pair in pairs if pair.device is None))
    for pair in pairs:
        if pair.device is None:
            continue
        cells, curves = (
            table[
                (table["file"] == pair.file)
                & (table["device"] == pair.device)
                & (table["threads"] == pair.threads)
            ]
            for table in (analysis.verdicts, analysis.crossovers)
        )
        lines.append(Line(pair_answer(cells, curves), lead=f"{pair.place}: "))
    del lines[MOST_ANSWERS:]
    if alone:
        text = "no accelerator was timed together with the CPU, so nothing is compared here; "
        text += "the tables and figures are the times of the devices that were measured."
        lines.append(Line(text, lead=f"{listed(alone)}: "))
    return lines


def _sure(analysis: Analysis) -> str:
    """How many verdicts there are, and how many of them may be wrong."""
    verdicts = analysis.verdicts
    if verdicts.empty:
        return ""
    return (
        f"{sure_words(verdicts)} In brackets: the device's seconds over the CPU's at the ends of "
        "each crossover, with 95 % intervals."
    )


def _warnings(view: View) -> list[str]:
    """What has to be known before any number, and what is not on the page."""
    lines = [
        *warnings(view.analysis),
        *software_warnings(view.analysis.results.files, view.analysis.work),
    ]
    if view.learned is not None:
        lines += learning_warnings(view.learned.files, view.learned.times)
    return [*lines, *_omissions(view)]


def _omissions(view: View) -> list[str]:
    """What the page leaves to the files beside it."""
    lines = []
    everything = len(view.analysis.results.files)
    if len(view.files) < everything:
        lines.append(
            f"Shown cell by cell: the first {len(view.files)} of {everything} files. The table of "
            "crossovers has all of them, and so has verdicts.csv beside this page."
        )
    if left_out := set(view.pictures.left_out):
        lines.append(
            f"{counted(len(left_out), 'figure')} did not fit into this page: they are in the "
            "folder that it was written to."
        )
    return lines


def _pair_names(view: View) -> list[str]:
    return list(dict.fromkeys(pair.name for pair in view.pairs if pair.device))


def _require_own_names(view: View, chapters: list[Workload], further: list[Part]) -> None:
    """Raises ValueError where two tables or maps share a name: links and the script need them."""
    parts = [*further, *(part for chapter in chapters for part in chapter.parts)]
    names = [table.name for part in parts for table in part.tables]
    names += [heat_map.name for part in parts for heat_map in part.maps]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"two parts of the page are called {twice[0]} ({view.files[0]})")


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy: this style, this script, pictures in the page; nothing else."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _own(name: str) -> str:
    """A file of the page's own, with the line ends that an HTML parser would hash."""
    return (_FOLDER / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = _JSON
    return environment


_JSON: dict[str, Any] = {"allow_nan": False, "separators": (",", ":")}
