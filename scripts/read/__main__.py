"""Whether files can be read: `python -m scripts.read FILE...` says nothing when all of them can.

Otherwise a line on stderr for each that is refused, and status 2. Timing and learning files are
read with every check that a report makes, without the seconds that importing pandas takes.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.read.checks.published import PUBLISHED
from scripts.read.document import Kind, ResultError, read
from scripts.read.learning_file import LEARNING, kind_of
from scripts.read.timing import TIMING

_KINDS: dict[str, Kind[Any, Any]] = {one.key: one for one in (LEARNING, PUBLISHED)}


def refusals(names: Sequence[str]) -> Iterator[ResultError]:
    """Why files are refused, each that is."""
    if not names:
        yield ResultError("", "", "no file is given: python -m scripts.read FILE...")
    for path in map(Path, names):
        try:
            read(path, _KINDS.get(kind_of(path), TIMING))
        except ResultError as error:
            yield error


def main(names: Sequence[str]) -> int:
    """Prints why files are refused; the exit status."""
    found = list(refusals(names))
    for error in found:
        print(error, file=sys.stderr)
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
