"""Slides for a lecture on training: pictures 1280 pixels wide, as PNG and SVG, with their captions.

python scripts/lecture.py --out lecture/
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

from scripts.door import answered
from scripts.figures.lecture.slide import DPI
from scripts.figures.style import FORMATS, encoded
from scripts.options import new_parser, place, take_learning
from scripts.sections.lecture import slides
from scripts.tables.lecture import TABLES, Lecture, command_of
from scripts.words.warnings import suspect_lines
from scripts.write.folder import Folder
from scripts.write.say import new_console, say
from scripts.write.terminal import show_written

RESULTS = Path(__file__).resolve().parents[1] / "results"
TIMING = ("xeon.json", "xeon-sgd.json", "xeon-kinds.json")
LEARNING = "learning-*.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the slides and `lecture.md`, which shows them; 2 and one line when it cannot."""
    options = _parser().parse_args(arguments)
    return answered(lambda: _write(options))


def _write(options: argparse.Namespace) -> None:
    learning = take_learning(options) or sorted(RESULTS.glob(LEARNING))
    lecture = Lecture.read(options.files, learning, RESULTS / "lecture")
    folder = Folder(options.out, inputs=[*options.files, *learning])
    pages = [f"{line}\n" for line in suspect_lines(lecture.analysis.doubts)]
    say(line.rstrip() for line in pages)
    for slide in slides(lecture):
        figure = slide.draw()
        for kind in FORMATS:
            folder.write(f"{slide.name}.{kind}", encoded(figure, kind, dpi=DPI))
        title, caption = slide.said
        source = f"{slide.source}: `{slide.command}`"
        pages.append(f"# {title}\n\n![{title}]({slide.name}.png)\n\n{caption}\n\n{source}\n")
    folder.write("lecture.md", "\n".join(pages).encode())
    missing = sorted(TABLES.keys() - lecture.tables.keys())
    say(f"left out: {name}; {command_of(name)} writes what it shows" for name in missing)
    show_written(folder, new_console())


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    parser.add_argument(
        "files",
        nargs="*",
        type=place,
        metavar="FILE",
        default=[RESULTS / name for name in TIMING],
        help="timing files whose seconds the slides show, and learning files\n"
        "(default: those of this repository)",
    )
    parser.add_argument(
        "--out", type=place, default=Path("lecture"), help="folder (default: lecture)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
