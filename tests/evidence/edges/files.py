"""Files that are none of ours, and ours changed at random, through every door of scripts/.

The reader is asked about each file. Of those that it tells the same of, one goes through the
doors: a refused one alone, the others in batches, which are halved down to the file where anything
is wrong with them. The same is a record whose numbers agree in two digits, or a refusal in the same
words but for numbers (`told`); of good files a door gets those that differ in what it looks at
(`doors.Looks`).
"""

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha1
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Any
from unittest.mock import patch

from scripts.read.timing import TIMING
from scripts.read.workers import Workers
from tests.bound.rows import ISSUED
from tests.causes.study_rows import with_studies
from tests.corpus import Corpus
from tests.evidence.edges.doors import DOORS, FOLDER, OUT, SKIPPING, Looks, ended
from tests.evidence.edges.told import seen_of, told_of
from tests.evidence.edges.trial import Fault, Row, added, row, until
from tests.fuzzing import BYTES, changed, more_changes, more_cuts, places, written
from tests.learn_corpus import LearnCorpus
from tests.read.refusals.test_foreign import FILES
from tests.write.reports import DRAWN, no_pictures

SMALL: dict[str, Any] = {"batch_sizes": (8,), "epochs": (1,), "samples": 64}
TINY = Corpus(blocks=3, **SMALL)
STUDIED = with_studies(Corpus(blocks=1, **SMALL))
STUDIED["crossover"]["dispatch"] = [{"workload": "mlp"} | ISSUED]
MADE = {
    "good": TINY.result(),
    "threads": Corpus(blocks=1, sides=("cpu", "cpu+threads=1"), **SMALL).result(),
    "studied": STUDIED,
    "learned": LearnCorpus(
        batch_sizes=(8,), optimizers=("sgd",), rates=(0.1,), tuning_seeds=(100,), figure_seeds=(0,)
    ).result(),
}
AT_ONCE, BATCH = 1000, 48
"""Files that are looked at before those unlike each other go through the doors; files that a door
gets at once: fewer than what a report calls a collection."""
CHANGED = "changed files"
KNOWN = "known"
"""The folder of what the reader told, a file for each: all processes know it."""

Named = tuple[str, bytes]
"""A file's name, without its end, and its content."""


def foreign() -> Iterator[Named]:
    """The files of other programs."""
    for number, (content, _) in enumerate(FILES.values()):
        yield f"{number}", content.encode() if isinstance(content, str) else content


def fuzzed(seed: int, numbers: Iterable[int]) -> Iterator[Named]:
    """Result and learning files with values or bytes changed, each by its number."""
    texts = [json.dumps(document).encode() for document in MADE.values()]
    everywhere = [list(places(document))[1:] for document in MADE.values()]
    for number in numbers:
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - the same every time
        which, own = chance.randrange(len(texts)), chance.randrange(2**32)
        if number % 2:
            ((how, cut),) = more_cuts(len(texts[which]), own, 1)
            yield f"{number}", BYTES[how](texts[which], cut)
        else:
            (changes,) = more_changes(everywhere[which], own, 1)
            yield f"{number}", written(changed(texts[which], changes))


@dataclass
class Tries:
    """Files that are tried in a folder, and what became of them; `known` as of KNOWN."""

    kind: str
    folder: Path
    known: Path
    count: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    laid: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / OUT).mkdir(parents=True)
        self.known.mkdir(exist_ok=True)
        for name, document in MADE.items():
            (self.folder / f"{name}.json").write_bytes(json.dumps(document).encode())

    def take(self, files: Iterable[Named]) -> None:
        """Asks the reader about files, and tries those that are unlike all before."""
        new: dict[tuple[str, bool], list[tuple[Named, set[Looks]]]] = {}
        path = self.folder / "asked.json"
        for named in files:
            path.write_bytes(named[1])
            told = told_of(path)
            self.count += 1
            self.ends["refused"] += told.refused
            if self._is_new(*told):
                looks: set[Looks] = {"record"}
                if not told.refused:
                    looks |= {of for of, seen in seen_of(path, told) if self._is_new(of, seen)}
                new.setdefault(told[:2], []).append((named, looks))
        self.ends["told apart by the reader"] += sum(map(len, new.values()))
        for (kind, refused), some in new.items():
            for (size, of), doors in doors_of(kind, refused=refused).items():
                for batch in batches([named for named, looks in some if of in looks], size):
                    for door in doors:
                        self.through(door, batch, strict=refused and kind == TIMING.key)

    def _is_new(self, *words: object) -> bool:
        key = sha1(repr(words).encode(), usedforsecurity=False).hexdigest()
        try:
            (self.known / key).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def lay(self, files: Sequence[Named]) -> list[str]:
        """Writes files, and only these, where they are tried, unless they lie there already."""
        names = [f"{FOLDER}/{name}.json" for name, _ in files]
        if self.laid == names:
            return names
        rmtree(self.folder / FOLDER, ignore_errors=True)
        (self.folder / FOLDER).mkdir()
        for name, content in files:
            (self.folder / FOLDER / f"{name}.json").write_bytes(content)
        self.laid = names
        return names

    def through(self, door: str, files: Sequence[Named], *, strict: bool = False) -> bool:
        """Tries files at a door, halves where they are not taken; whether there was a fault.

        `strict`: the reader refuses them, and so has every door.
        """
        end = ended(door, self.folder, self.lay(files))
        faults = list(end.faults)
        if strict and door != SKIPPING and end.code == 0:
            faults.append(f"{door}: takes what the reader refuses")
        if len(files) > 1 and (faults or (end.code == 2 and not DOORS[door].goes_on)):
            middle = len(files) // 2
            halves = (files[:middle], files[middle:])
            if sum(self.through(door, half, strict=strict) for half in halves):
                return True
        if faults:
            self.laid = []  # a door may have left or changed something there
        names = ", ".join(name for name, _ in files)
        self.faults += [Fault(f"{self.kind} {names}", fault) for fault in faults]
        return bool(faults)


def doors_of(kind: str, *, refused: bool) -> dict[tuple[int, Looks], list[str]]:
    """The doors that files of a kind go through, by how many go at once and what is looked at."""
    answer: dict[tuple[int, Looks], list[str]] = {}
    for name, door in DOORS.items():
        left_alone = door.timing_only and kind != TIMING.key
        alone = refused and name != SKIPPING and not left_alone
        if refused or name != SKIPPING:  # where nothing is skipped it is report.py again
            size = 1 if alone or door.single else BATCH
            answer.setdefault((size, "record" if refused else door.looks), []).append(name)
    return answer


def batches(files: Iterable[Named], size: int) -> Iterator[list[Named]]:
    """So many files at a time."""
    every = iter(files)
    while some := list(islice(every, size)):
        yield some


def tried(kind: str, contents: Iterable[Named], folder: Path, *, own: str = "own") -> Row:
    """The row of files that are tried in a folder of their `own`."""
    tries = Tries(kind, folder / own, folder / KNOWN)
    with patch(DRAWN, no_pictures):
        tries.take(contents)
    rmtree(tries.folder)
    return row(kind, tries.count, tries.ends, tries.faults)


def recall(memory: Path, folder: Path) -> None:
    """Makes known in a folder what `remember` has written, if anything."""
    (folder / KNOWN).mkdir()
    for key in memory.read_text().split() if memory.exists() else ():
        (folder / KNOWN / key).touch()


def remember(memory: Path, folder: Path) -> None:
    """Writes what is known in a folder, so that another run need not try it again."""
    memory.write_text("\n".join(one.name for one in (folder / KNOWN).iterdir()))


def stretch(seed: int, numbers: range, folder: Path) -> Row:
    """Tries some of the changed files, in any process."""
    return tried(CHANGED, fuzzed(seed, numbers), folder, own=f"{numbers.start}")


def tried_on_all_cores(
    seed: int, numbers: range, folder: Path, *, end: float = math.inf,
    processes: Callable[[], Workers] = Workers,
) -> Row:  # fmt: skip
    """The row of changed files, AT_ONCE at a time in each process; none are begun after the `end`.

    Those that are begun are done: there is no gap among the numbers.
    """
    rows, running = [row(CHANGED, 0, {}, [])], set[Future[Row]]()
    parts = (numbers[first : first + AT_ONCE] for first in range(0, len(numbers), AT_ONCE))
    with processes() as workers:
        for part in until(end, parts):
            running.add(workers.submit(stretch, seed, part, folder))
            if len(running) == workers.count:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                rows += [one.result() for one in done]
        rows += [one.result() for one in running]
    return reduce(added, rows)
