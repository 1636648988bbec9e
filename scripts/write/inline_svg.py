"""The report's static figures inside the page: small SVG files as `data:` addresses."""

import io
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from scripts.figures.style import style
from scripts.sections.section import Picture

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_TAG = re.compile(r"<[^<>]+>")
_LONG_NUMBER = re.compile(r"-?\d*\.\d{3,}")
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
    """The figure as an SVG file a fifth as large as usual: text stays text, numbers are short."""
    buffer = io.StringIO()
    with style(), mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
        figure.set_layout_engine("none")
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = _TAG.sub(lambda tag: _short_tag(tag[0]), svg)
    return re.sub(r">\s+<", "><", svg).strip()


def data_address(svg: str) -> Markup:
    """The SVG file as a `data:` address that needs no further escaping in an attribute."""
    return Markup("data:image/svg+xml," + quote(svg, safe=_SAFE))  # noqa: S704  # quoted above


def _short_tag(tag: str) -> str:
    """A tag with numbers to a hundredth of a point, in single quotes, without line breaks."""
    tag = _LONG_NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), tag)
    tag = re.sub(r' id="[a-z]+[._a-z0-9]*_\d+"', "", tag)
    tag = re.sub(r'="([^"\']*)"', r"='\1'", tag)
    return " ".join(tag.split())
