"""The commands and links of the documents, as a reader would type and follow them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bench", "models", "scripts", "results", "results/published")
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *(ROOT / room / "README.md" for room in ROOMS),
]
_STARTS = ("uv ", "python ", "python3 ", "bash ")


class Command(NamedTuple):
    """A line of a document that is typed in a shell, its continuations joined."""

    document: str
    words: tuple[str, ...]

    @property
    def typed(self) -> str:
        """As it stands there."""
        return " ".join(self.words)


def commands() -> Iterator[Command]:
    """Yields every command of every document; those of one line that are joined by `&&` apart."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for block in re.findall(r"^ {4,}(.+)$", text, flags=re.MULTILINE):
            if block.startswith(_STARTS):
                for line in block.split(" && "):
                    words = shlex.split(line, comments=True)
                    yield Command(path.relative_to(ROOT).as_posix(), tuple(words))


def links() -> Iterator[tuple[Path, str]]:
    """Yields the document and the target of each link and picture that leads to no address."""
    for path in DOCUMENTS:
        text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in target:
                yield path, target


def anchors(path: Path) -> set[str]:
    """Returns what a link to a part of a document may say, by GitHub's rule."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
