"""Share a result file: checks it, shows what would be sent, writes it with a text. Sends nothing.

python scripts/share.py results/mine.json --name epyc-h200

What arrived, accepted or refused and why; and the page of all machines, card by card:

python scripts/share.py --check incoming/
python scripts/share.py --collection results/
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

from scripts.door import answered
from scripts.options import expanded, new_parser, place
from scripts.read.document import ResultError, file_content, read
from scripts.read.json_text import parsed
from scripts.read.learning_file import by_kind
from scripts.read.timing import TIMING
from scripts.read.workers import Workers
from scripts.sections.answer import answer
from scripts.sections.contents import contents
from scripts.sections.inputs import Report
from scripts.sections.machines.cards import cards
from scripts.sections.warnings import warnings
from scripts.sharing.names import require_name
from scripts.sharing.plausible import Beside, Finding, examined
from scripts.sharing.private import cleaned, json_text, own_words, shown
from scripts.sharing.text import finding_text, request_text
from scripts.tables.analysis import Analysis
from scripts.tables.many import analysed
from scripts.words.warnings import suspect_lines
from scripts.write.drawing import write_sections
from scripts.write.folder import Folder
from scripts.write.page import page
from scripts.write.say import new_console, say
from scripts.write.terminal import show, show_written

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
TEXT = "text.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes what would be shared; 2 and one line on stderr when it cannot, or refuses."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.file or options.name) and (options.check or options.collection):
        parser.error("FILE and --name are of sharing; --check and --collection take a folder only")
    if options.check:
        return answered(lambda: _check(options))
    if options.collection:
        return answered(lambda: _collect(options))
    return answered(lambda: _share(options))


def _share(options: argparse.Namespace) -> None:
    words, source = own_words(), options.file
    if source is None:
        raise ResultError("", "FILE", "is missing; name the result file to share")
    if not read(source, TIMING).file.crossover.complete:
        raise ResultError(source, "", "is not complete; finish its run with --resume")
    name = options.name or _asked()
    require_name(name, words)
    _require_free(name, source)
    document = cleaned(parsed(file_content(source)), name, words)  # type: ignore[arg-type]
    try:
        text = json_text(document)
    except ValueError:  # 1e999, in a field that no reader of ours looks at
        why = "holds a number beyond all floats; leave this file out"
        raise ResultError(source, "", why) from None
    folder = Folder(options.out / name, inputs=[source])
    folder.write(f"{name}.json", (text + "\n").encode())
    path = folder.path / f"{name}.json"
    analysis = Analysis([path])
    folder.write(TEXT, request_text(analysis).encode())
    say(suspect_lines(analysis.doubts))
    say(["This would be sent, and nothing else but numbers:", ""])
    say(f"  {line}" for line in shown(document))
    say(["", f"{folder.path} holds {name}.json and {TEXT}. Nothing was sent. To share it,"])
    say(_ways(path))


def _ways(path: Path) -> Iterator[str]:
    """Yield how a file gets to the others."""
    address = _address()
    issues = f"{address}/issues/new" if address else "at the address that you cloned"
    yield f"  copy {path} to results/, commit it, and open a pull request with the text; or"
    yield f"  open an issue, paste the text and attach the file: {issues}"


def _address() -> str:
    """The page of the repository that this is a clone of; empty where that is not on the web."""
    command = ["git", "-C", str(ROOT), "config", "--get", "remote.origin.url"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    found = re.match(
        r"(?:https?://|ssh://git@|git@)([\w.-]+)[:/](.+?)(?:\.git)?/?\s*$", done.stdout
    )
    return "https://{}/{}".format(*found.groups()) if found else ""


def _asked() -> str:
    """The machine's name, asked for on a terminal."""
    with suppress(EOFError):  # Ctrl-D
        if sys.stdin and sys.stdin.isatty():
            return input("What is this machine called? Name its hardware, as epyc-h200: ").strip()
    raise ResultError("", "--name", "is missing; name the hardware, as epyc-h200")


def _require_free(name: str, source: Path) -> None:
    """Raise ResultError where another machine's file has this name."""
    taken = RESULTS / f"{name}.json"
    if taken.exists() and not taken.samefile(source):
        raise ResultError("", "--name", f"{name} is shared already; choose another name")


def _check(options: argparse.Namespace) -> None:
    arrived = expanded([options.check])
    there = Beside(_timing(options.beside))
    findings = [examined(path, there) for path in arrived]
    texts = list(map(finding_text, findings))
    folder = Folder(options.out, inputs=[*arrived, *there.paths])
    folder.write("answer.md", "".join(texts).encode())
    _draw([one.path for one in findings if not one.refusals], folder)
    print("\n".join(texts))
    if refused := [one for one in findings if one.refusals]:
        raise ResultError("", "", f"refused: {_names(refused)}")


def _timing(folder: Path) -> list[Path]:
    """The timing files of a folder, learning files among them left alone."""
    if not folder.exists():
        raise ResultError(folder, "", "is not there; name a folder with result files")
    return by_kind(expanded([folder]))[0]


def _names(findings: list[Finding]) -> str:
    return ", ".join(one.path.name for one in findings)


def _draw(paths: list[Path], folder: Folder) -> None:
    """Draws the picture of a report's first screen into the folder."""
    if not paths:
        return
    with Workers() as workers:
        report = Report(analysed(paths, workers))
        write_sections(folder, list(answer(report)), workers, dpi=100)


def _collect(options: argparse.Namespace) -> None:
    timing = _timing(options.collection)
    with Workers() as workers:
        report = Report(analysed(timing, workers))
        sections = [*cards(report), *contents(report)]
        folder, console = Folder(options.out, inputs=timing), new_console()
        show([*warnings(report), *cards(report)], console)
        small = write_sections(folder, sections, workers, dpi=100)
        folder.write("index.html", page(report, sections, small).encode())
        show_written(folder, console)


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    parser.add_argument("file", nargs="?", type=place, metavar="FILE", help="a result file")
    parser.add_argument("--name", help="what the machine is to be called (default: asked for)")
    several = parser.add_mutually_exclusive_group()
    several.add_argument(
        "--check", type=place, metavar="FOLDER", help="say of files that arrived: may they be true?"
    )
    several.add_argument(
        "--collection", type=place, metavar="FOLDER", help="write the page of all machines"
    )
    parser.add_argument(
        "--beside",
        type=place,
        default=RESULTS,
        metavar="FOLDER",
        help="with --check: the files that are there already (default: results)",
    )
    parser.add_argument("--out", type=place, default=Path("share"), help="folder (default: share)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
