"""The report's static figures inside the page: small SVG files as `data:` addresses."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from scripts.figures.style import style
from scripts.sections.section import Picture

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_TAG = re.compile(r"<[^<>]+>")
_NUMBER = re.compile(r"-?\d*\.\d+")
_SAYS_NOTHING = re.compile(r' id="[A-Za-z]+[._A-Za-z0-9]*_\d+"| transform="rotate\(-?0 [^"]*"')
_NAME = re.compile(r"\b[a-z][0-9a-f]{10}\b")
"""What matplotlib calls a shape that is drawn more than once."""
_ROUND = re.compile(r'^<path([^>]*) d="M((?:[^A-Za-z"]+C){8}[^A-Za-z"]+)z\s*"')
"""A closed shape of eight curves, as matplotlib draws a circle."""
_LOOK = re.compile(r""" style=(?:'([^']*)'|"([^"]*)")""")
_EXACT = 1e-3
_SAFE = " /:;=,'()!*@$?+"
"""What may stand as it is in a `data:` address between double quotes; all else is escaped."""


def fitting(
    pictures: Iterable[Picture], small: Mapping[Picture, str], *, room: int
) -> dict[Picture, Markup]:
    """Return the `data:` addresses of the pictures that fit into so many bytes, in this order."""
    sources = {}
    for picture in pictures:
        if picture in small:
            source = data_address(small[picture])
            if len(source) <= room:
                sources[picture] = source
                room -= len(source)
    return sources


def small_svg(figure: Figure) -> str:
    """The figure as a small SVG file: text stays text."""
    buffer = io.StringIO()
    with style(), mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
        figure.set_layout_engine("none")
    return shortened(buffer.getvalue())


def shortened(svg: str) -> str:
    """Matplotlib's SVG file in a tenth of its bytes, which looks the same."""
    svg = re.sub(r">\s+<", "><", svg[svg.index("<svg") :]).strip()
    names: dict[str, str] = {}
    return _looks_once(_without_bare_groups(_TAG.sub(lambda tag: _short_tag(tag[0], names), svg)))


def data_address(svg: str) -> Markup:
    """The SVG file as a `data:` address that needs no further escaping in an attribute."""
    return Markup("data:image/svg+xml," + quote(svg, safe=_SAFE))  # noqa: S704  # quoted above


def _short_tag(tag: str, names: dict[str, str]) -> str:
    """A tag with short numbers and names, in single quotes, without what says nothing."""
    tag = _ROUND.sub(_circle, _SAYS_NOTHING.sub("", tag))
    tag = _NUMBER.sub(lambda number: _short_number(float(number[0])), tag)
    tag = _NAME.sub(lambda name: names.setdefault(name[0], f"{name[0][0]}{len(names)}"), tag)
    tag = re.sub(r' d="([^"]*)"', lambda path: f' d="{_short_path(path[1])}"', tag)
    tag = re.sub(r'="([^"\']*)"', r"='\1'", tag)
    return " ".join(tag.split())


def _circle(found: re.Match[str]) -> str:
    """The circle that begins at its bottom, passes its right after two curves, its top after four.

    What only looks like one stays as it is.
    """
    numbers = list(map(float, found[2].replace("C", " ").split()))
    x, bottom, right, top = numbers[0], numbers[1], numbers[12], numbers[25]
    radius = abs(bottom - top) / 2
    if abs(right - x - radius) > _EXACT:
        return found[0]
    return f'<circle{found[1]} cx="{x}" cy="{(bottom + top) / 2}" r="{radius}"'


def _short_number(number: float) -> str:
    """To a tenth of a point; those below 10, of which markers are made, to a hundredth."""
    return f"{number:.{1 if abs(number) >= 10 else 2}f}".rstrip("0").rstrip(".")


def _short_path(path: str) -> str:
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", path).replace(" -", "-").strip()


def _without_bare_groups(svg: str) -> str:
    """Without groups that say nothing of what they hold."""
    kept: list[bool] = []

    def own(tag: re.Match[str]) -> str:
        words = tag[0]
        if words == "</g>":
            return words * kept.pop()
        if words.startswith(("<g>", "<g ")) and not words.endswith("/>"):
            kept.append(words != "<g>")
            return words * kept[-1]
        return words * (words != "<g/>")

    return _TAG.sub(own, svg)


def _looks_once(svg: str) -> str:
    """With each style that several elements share as a class."""
    counts = Counter(single or double for single, double in _LOOK.findall(svg))
    shared = [look for look, count in counts.items() if count > 1]
    names = {look: f"c{place}" for place, look in enumerate(shared)}

    def own(found: re.Match[str]) -> str:
        name = names.get(found[1] or found[2])
        return f" class='{name}'" if name else found[0]

    rules = "".join(f".{name}{{{look}}}" for look, name in names.items())
    return _LOOK.sub(own, svg).replace("</style>", f"{rules}</style>", 1)
