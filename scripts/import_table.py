"""A table that somebody else published, as a result file that is marked as imported.

python scripts/import_table.py table.csv --out results/published/NAME.json \\
    --source "who measured, where it is" --licence MIT

Known are columns such as workload, batch_size, device, device_name, machine, epochs, round,
epoch_seconds, total_seconds, step_seconds, samples_per_second. What a table does not tell is null.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from scripts.door import answered
from scripts.options import file_place, new_parser, place
from scripts.published.columns import NAMES
from scripts.published.imported import Asked, imported
from scripts.read.breach import Breach, record_of
from scripts.read.checks.published import KEY, checked
from scripts.read.document import ResultError, file_content
from scripts.read.learning_file import kind_of
from scripts.read.records.published import PublishedFile
from scripts.read.text import counted, safe_text
from scripts.words.published import not_told
from scripts.write.folder import write_whole
from scripts.write.say import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the tables and writes the file; 2 and one line on stderr when it cannot."""
    options = _parser().parse_args(arguments)
    typed = sys.argv[1:] if arguments is None else arguments
    return answered(lambda: _import(options, shlex.join(["scripts/import_table.py", *typed])))


def _import(options: argparse.Namespace, command: str) -> None:
    names = [name for name, _value in (*options.column, *options.set)]
    for name in names:
        if names.count(name) > 1:
            raise ResultError("", "--column, --set", f"{name} is said twice; say it once")
    asked = Asked(
        source=options.source,
        licence=options.licence,
        command=command,
        columns=dict(options.column),
        constants=dict(options.set),
        decimal=options.decimal,
    )
    document = _document(options.tables, asked)
    if options.out.is_file() and kind_of(options.out) != KEY:
        words = "holds something else than an imported table; name another file"
        raise ResultError(options.out, "", words)
    write_whole(options.out, _text(document), inputs=options.tables)
    file = checked(record_of(document, PublishedFile)).crossover_imported
    rows = counted(len(file.rows) + len(file.targets), "row")
    say([f"{rows} in {safe_text(options.out)}", *file.flags, not_told(file)])


def _document(tables: Sequence[Path], asked: Asked) -> dict[str, Any]:
    """The document of these tables; raises ResultError, which names the table and the line."""
    path = tables[0]
    contents = []
    try:
        for path in tables:
            contents.append((path.name, file_content(path)))
        return imported(contents, asked)
    except Breach as breach:
        where = breach.where or [path.name]
        raise ResultError("", ", ".join(map(str, where)), breach.told()) from None


def _text(document: dict[str, Any]) -> bytes:
    """JSON with a line for each entry of a list: what a person compares."""
    members = [f' "{name}": {_member(value)}' for name, value in document[KEY].items()]
    body = ",\n".join(members)
    return f'{{"{KEY}": {{\n{body}\n}}}}\n'.encode(errors="backslashreplace")


def _member(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    entries = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in value)
    return f"[\n  {entries}\n ]"


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; say it in words, as a reader would look for it")
    return text


def _pair(text: str) -> tuple[str, str]:
    """`workload=Netz` as two texts."""
    name, equals, value = text.partition("=")
    if name not in NAMES or not equals or not value:
        known = ", ".join(NAMES)
        message = f"{safe_text(text)!r} is not NAME=..., with a NAME of: {known}"
        raise argparse.ArgumentTypeError(message)
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__)
    parser.add_argument("tables", nargs="+", type=place, metavar="TABLE")
    parser.add_argument(
        "--out",
        type=partial(file_place, suffix=".json"),
        required=True,
        metavar="FILE",
        help="a .json file",
    )
    parser.add_argument("--source", type=_words, required=True, help="who measured, and where")
    parser.add_argument("--licence", type=_words, required=True, help="of the table")
    parser.add_argument(
        "--column", type=_pair, action="append", default=[], metavar="NAME=COLUMN",
        help="which column of the table NAME is, where it has another name",
    )  # fmt: skip
    parser.add_argument(
        "--set", type=_pair, action="append", default=[], metavar="NAME=VALUE",
        help="what holds for every row, as device=cpu, software=PyTorch, year=2024",
    )  # fmt: skip
    parser.add_argument("--decimal", choices=["point", "comma"], help="where numbers do not tell")
    return parser


if __name__ == "__main__":
    sys.exit(main())
