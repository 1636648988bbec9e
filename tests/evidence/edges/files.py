"""Files that are none of ours, and ours changed at random, through every door of scripts/."""

import io
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from scripts import advise, compare, export, predict, report, share, undecided
from scripts.read import __main__ as check
from tests.corpus import Corpus
from tests.evidence.edges.trial import Fault, Row, row, until
from tests.fuzzing import BYTES, changed, more_changes, more_cuts, places, written
from tests.learn_corpus import LearnCorpus
from tests.read.files import everything
from tests.read.refusals.test_foreign import FILES
from tests.write.reports import DRAWN, no_pictures

TINY = Corpus(batch_sizes=(8,), epochs=(1, 2), blocks=2, samples=64)
LEARNED = LearnCorpus(batch_sizes=(8,), optimizers=("sgd",), rates=(0.1,), figure_seeds=(0,))
THREADS = Corpus(batch_sizes=(8,), epochs=(1,), blocks=1, sides=("cpu", "cpu+threads=1"))
MADE = [TINY.result(), THREADS.result(), LEARNED.result()]
Door = tuple[Callable[[Sequence[str]], int], tuple[str, ...]]
DOORS: dict[str, Door] = {
    "scripts.read": (check.main, ("odd.json",)),
    "report.py": (report.main, ("odd.json", "good.json", "--out", "out")),
    "report.py --skip-bad": (
        report.main,
        ("odd.json", "good.json", "--skip-bad", "--out", "out"),
    ),
    "compare.py": (
        compare.main,
        ("good.json", "odd.json", "--allow", "--csv", "out/cells.csv", "--out", "out"),
    ),
    "export.py": (export.main, ("odd.json", "good.json", "--out", "out/rounds.csv")),
    "advise.py": (advise.main, ("odd.json", "good.json", "learned.json", "--workload", "mlp")),
    "undecided.py": (undecided.main, ("odd.json",)),
    "predict.py": (predict.main, ("odd.json", "--card", "t4")),
    "share.py": (share.main, ("odd.json", "--name", "epyc", "--out", "out")),
    "share.py --check": (
        share.main,
        ("--check", "odd.json", "--beside", "good.json", "--out", "out"),
    ),
}


def foreign() -> Iterator[bytes]:
    """The files of other programs."""
    for content, _ in FILES.values():
        yield content.encode() if isinstance(content, str) else content


def fuzzed(count: int, seed: int) -> Iterator[bytes]:
    """Result and learning files with values or bytes changed."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    texts = [json.dumps(document).encode() for document in MADE]
    everywhere = [list(places(document))[1:] for document in MADE]
    for number in range(count):
        which = chance.randrange(len(texts))
        if number % 2:
            ((how, cut),) = more_cuts(len(texts[which]), chance.randrange(2**32), 1)
            yield BYTES[how](texts[which], cut)
        else:
            (changes,) = more_changes(everywhere[which], chance.randrange(2**32), 1)
            yield written(changed(texts[which], changes))


def faults(door: str, folder: Path) -> Iterator[str]:
    """What is wrong with how a door takes the file `odd.json` of a folder."""
    main, arguments = DOORS[door]
    before, complaint, said = everything(folder), io.StringIO(), io.TextIOWrapper(io.BytesIO())
    try:
        with chdir(folder), redirect_stderr(complaint), redirect_stdout(said):
            code = main(arguments)
    except SystemExit as ended:
        code = int(str(ended.code))
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        yield f"{door}: {error!r}"
        return
    if code not in (0, 2):
        yield f"{door}: status {code}"
    lines = complaint.getvalue().splitlines()
    if "--skip-bad" not in door and (code == 2) != (len(lines) == 1):
        yield f"{door}: status {code} with {len(lines)} lines"
    if not all(line.isprintable() for line in lines):
        yield f"{door}: a line that cannot be shown"
    after = {name: own for name, own in everything(folder).items() if not name.startswith("out")}
    if after != {name: own for name, own in before.items() if not name.startswith("out")}:
        yield f"{door}: a file outside of --out"


def tried(kind: str, contents: Iterable[bytes], folder: Path, *, end: float = math.inf) -> Row:
    """The row of the table; no file is begun after the `end`."""
    (folder / "out").mkdir()
    TINY.write(folder, "good")
    (folder / "learned.json").write_bytes(json.dumps(LEARNED.result()).encode())
    count, refused, found = 0, 0, []
    with patch(DRAWN, no_pictures):
        for number, content in enumerate(until(end, contents)):
            (folder / "odd.json").write_bytes(content)
            count += 1
            with redirect_stderr(io.StringIO()):
                refused += check.main([str(folder / "odd.json")]) == 2
            for door in DOORS:
                found += [Fault(f"{kind} {number}", fault) for fault in faults(door, folder)]
    return row(f"{kind}, each through {len(DOORS)} doors", count, {"refused": refused}, found)
