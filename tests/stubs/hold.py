"""A worker that stops answering once the run's journal is so far, so that a test may end the run.

`CROSSOVER_STUB_HOLD` is the journal, a `|` and how many answers it has to hold. A file `go` beside
the journal lets it answer again.
"""

import os
import time
from pathlib import Path

HOLD = "CROSSOVER_STUB_HOLD"
KINDS = ('"measured"', '"race"', '"study"')


def answers(journal: Path) -> int:
    """Answers of workers in a journal; none where there is no journal."""
    text = journal.read_text() if journal.exists() else ""
    return sum(any(kind in line for kind in KINDS) for line in text.splitlines())


def _asked() -> tuple[Path, str]:
    """The journal that is waited for, in whose name variables count, and its answers."""
    journal, _, count = os.path.expandvars(os.environ.get(HOLD, "")).rpartition("|")
    return Path(journal or os.devnull), count


def journalled() -> int:
    """Answers in the journal that is waited for."""
    return answers(_asked()[0])


def hold(given: int) -> None:
    """Returns at once, or never: where `given` answers are as many as are waited for."""
    journal, count = _asked()
    while count and given >= int(count) and not journal.with_name("go").exists():
        time.sleep(0.05)
