"""The report's static figures inside the page: small SVG files as `data:` addresses."""

import io
import re
from urllib.parse import quote

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from scripts.figures.style import style

MOST_BYTES = 4_800_000
"""All pictures of a page with few cells. Those beyond it stay in the folder beside the page."""

DRAWN_BY_THE_PAGE = ("heatmap-", "overview-")

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_TAG = re.compile(r"<[^<>]+>")
_LONG_NUMBER = re.compile(r"-?\d*\.\d{3,}")
_SAFE = " /:;=,'()!*@$?+"
"""What may stand as it is in a `data:` address between double quotes; all else is escaped."""


class Pictures:
    """The figures of a report by name; the page takes them while they fit into it."""

    def __init__(self) -> None:
        self._sources: dict[str, Markup | None] = {}
        self._taken: set[str] = set()
        self.room = MOST_BYTES
        self.left_out: list[str] = []

    def add_svg(self, name: str, svg: str) -> None:
        """Keeps an SVG file. Two of one name are both left out: neither is surely the right one."""
        self._sources[name] = None if name in self._sources else data_address(svg)

    def named(self, beginning: str) -> list[str]:
        """The names of the figures that begin so."""
        return [name for name in self._sources if name.startswith(beginning)]

    def take(self, name: str) -> Markup | None:
        """A figure's `data:` address; None for an unknown figure and for one that does not fit."""
        source = self._sources.get(name)
        if source is not None and name not in self._taken:
            if len(source) > self.room:
                source = self._sources[name] = None
            else:
                self.room -= len(source)
                self._taken.add(name)
        if source is None and name in self._sources:
            self.left_out.append(name)
        return source


def shown_as_picture(name: str) -> bool:
    """Whether the page takes the figure of that name: heat maps it draws itself."""
    return not name.startswith(DRAWN_BY_THE_PAGE)


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
