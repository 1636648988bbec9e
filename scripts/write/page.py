"""The report as one page that is passed on: opens from a mail, asks no network for anything.

Every text out of a file is escaped by Jinja2; a Content-Security-Policy that allows nothing but
this page's own script and style, by their hashes, is the second wall. The page is a function of the
files alone: the same files give the same bytes.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from scripts.read.text import counted
from scripts.sections.inputs import Report
from scripts.sections.section import Picture, Section
from scripts.sections.untimed import Untimed
from scripts.words.warnings import in_short
from scripts.write.heatmap import heat_map, key
from scripts.write.inline_svg import fitting

_HYPHENED = re.compile(r"\(?(?:--[\w.-]+|[\w.]+(?:-[\w.]+)+|[\d.]+ %)[,;:)]*")
_FOLDER = Path(__file__).resolve().parent / "page"
MOST_BYTES = 4_800_000
BYTES_PER_ROW = 450
"""What a row takes about, in its table and heat map. Pictures get what is left of MOST_BYTES, so
that the page stays below 5 MB; those beyond it are in the folder beside the page."""


def page(
    report: Report | Untimed, sections: Sequence[Section], small: Mapping[Picture, str]
) -> str:
    """Return the HTML text of report.html, with the small SVG files of the pictures that fit."""
    parts = list(_once(part for part in sections if _is_shown(part, small)))
    _require_own_names(parts)
    rows = sum(len(table.rows) for part in parts for table in part.tables)
    shown = [one for part in _in_order(report, parts) for one in part.pictures if one in small]
    sources = fitting(shown, small, room=MOST_BYTES - BYTES_PER_ROW * rows)
    warnings = [line.text for part in parts if part.part == "first" for line in part.lines]
    left_out = len(shown) - len(sources)
    text = "did not fit into this page: they are in the folder that it was written to."
    style, script = _own("page.css"), _own("page.js")
    first = [part for part in parts if part.part == "answer" and part.key != "answer"]
    return _environment().get_template("page.html").render(
        policy=_policy(style, script), style=style, script=script, sources=sources,
        about=report.about, machines=report.machines, pairs=_pair_names(report), warnings=warnings,
        answer=next(part for part in parts if part.key == "answer"),
        key=key(one for part in first for one in part.maps),
        chapters=_chapters(report, parts),
        left_out=f"{counted(left_out, 'figure')} {text}" if left_out else "",
        parts={
            "answer": first,
            "after": [part for part in parts if part.part == "after" and not part.workload],
        },
    )  # fmt: skip


def _is_shown(part: Section, small: Mapping[Picture, str]) -> bool:
    """Whether a section has anything for the page."""
    return bool(part.lines or part.maps or part.notes or part.tables) or any(
        picture in small for picture in part.pictures
    )


def _once(parts: Iterable[Section]) -> Iterator[Section]:
    """Yield the sections, each note in the first one only that has it."""
    said: set[str] = set()
    for part in parts:
        notes = [line for line in part.notes if line.text not in said]
        said.update(line.text for line in notes)
        yield replace(part, notes=notes)


def _whole(text: str) -> Markup:
    """The text with names and percentages held together, which a browser breaks."""
    escaped = str(escape(text))  # as Markup, what is joined would be escaped again
    return Markup(_HYPHENED.sub(r"<span>\g<0></span>", escaped))  # noqa: S704 - see above


def _chapters(report: Report | Untimed, parts: Sequence[Section]) -> list[dict[str, Any]]:
    """Return the workloads with a section: their names, their names in links, their sections."""
    own = {name: [part for part in parts if part.workload == name] for name in report.workloads}
    return [
        {
            "name": name,
            "key": f"w-{report.work_stems[name]}",
            "parts": found,
        }
        for name, found in own.items()
        if found
    ]


def _in_order(report: Report | Untimed, parts: Sequence[Section]) -> list[Section]:
    """Return the sections as pictures go: the answer's, those of workloads, the others."""
    places = {name: place for place, name in enumerate(report.workloads)}
    last = len(places)
    return sorted(
        parts, key=lambda part: -1 if part.part == "answer" else places.get(part.workload, last)
    )


def _pair_names(report: Report | Untimed) -> list[str]:
    return list(dict.fromkeys(pair.name for pair in report.pairs if pair.side))


def _require_own_names(parts: Sequence[Section]) -> None:
    """Raise ValueError where two tables or maps share a name: links and the script need them."""
    names = [one.name for part in parts for one in part.tables]
    names += [one.name for part in parts for one in part.maps]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"two parts of the page are called {twice[0]}")


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
    environment.globals.update(heat_map=heat_map, in_short=in_short)
    environment.filters["whole"] = _whole
    environment.policies["json.dumps_kwargs"] = _JSON
    return environment


_JSON: dict[str, Any] = {"allow_nan": False, "separators": (",", ":")}
