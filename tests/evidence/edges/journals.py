"""Journals that were damaged: each is resumed, or refused as it is, in one line."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.measure.journal import journal_path
from tests.evidence.crashes.trial import ASKED, BLOCKS, CELLS, GRID
from tests.evidence.edges.trial import Fault, Row, row, said_to
from tests.run.typed import STUBBED, Said, read, started, wait_for_answers

Damage = Callable[[list[bytes], random.Random], bytes]


def _at(lines: list[bytes], chance: random.Random) -> int:
    return chance.randrange(len(lines))


def _cut(lines: list[bytes], chance: random.Random) -> bytes:
    whole = b"".join(lines)
    return whole[: chance.randrange(len(whole))]


def _flipped(lines: list[bytes], chance: random.Random) -> bytes:
    whole = bytearray(b"".join(lines))
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)


def _zeroed(lines: list[bytes], chance: random.Random) -> bytes:
    whole = b"".join(lines)
    start = chance.randrange(len(whole))
    length = chance.randrange(1, 512)
    return whole[:start] + bytes(length) + whole[start + length :]


def _swapped(lines: list[bytes], chance: random.Random) -> bytes:
    one, other = _at(lines, chance), _at(lines, chance)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _repeated(lines: list[bytes], chance: random.Random) -> bytes:
    at = _at(lines, chance)
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def _removed(lines: list[bytes], chance: random.Random) -> bytes:
    del lines[_at(lines, chance)]
    return b"".join(lines)


def _inserted(lines: list[bytes], chance: random.Random) -> bytes:
    lines.insert(_at(lines, chance), chance.choice([b"\n", b"{}\n", b"[1]\n", chance.randbytes(9)]))
    return b"".join(lines)


DAMAGES: dict[str, Damage] = {
    "cut": _cut,
    "a bit flipped": _flipped,
    "a stretch of zeros": _zeroed,
    "two lines swapped": _swapped,
    "a line twice": _repeated,
    "a line lost": _removed,
    "a line of something else": _inserted,
    "more appended": lambda lines, chance: b"".join(lines) + chance.randbytes(chance.randrange(99)),
    "line ends of Windows": lambda lines, _: b"".join(lines).replace(b"\n", b"\r\n"),
    "UTF-16": lambda lines, _: b"".join(lines).decode().encode("utf-16"),
    "nothing left": lambda *_: b"",
}


def faults(path: Path, before: bytes, said: Said) -> Iterator[str]:
    """What is wrong with how a damaged journal was taken."""
    if "Traceback" in said.output or "INTERNALERROR" in said.output:
        yield "a traceback"
    if said.code == pytest.ExitCode.OK:
        content = read(path)
        own = content["crossover"]
        cells = {
            (one["params"]["batch_size"], one["params"]["epochs"]) for one in content["benchmarks"]
        }
        if not own["complete"] or cells != CELLS:
            yield "resumed to less than a whole run"
        if {one["stats"]["rounds"] for one in content["benchmarks"]} != {BLOCKS}:
            yield "resumed to other blocks than were asked for"
    elif said.code == pytest.ExitCode.USAGE_ERROR:
        lines = [line for line in said.output.splitlines() if line.startswith("ERROR: ")]
        if len(lines) != 1 or "--" not in lines[0]:
            yield "refused without a way out"
        if journal_path(path).read_bytes() != before:
            yield "refused, and changed"
    else:
        yield f"status {said.code}"


def tried(count: int, seed: int, folder: Path) -> Row:
    """The row of the table: of one run that was killed in mid-block, a damage each time."""
    plain = folder / "plain.json"
    asked, answers = (*STUBBED, *ASKED, *GRID, "--benchmark-json", str(plain)), 6
    with started(*asked, hold=(journal_path(plain), answers)) as run:
        wait_for_answers(run, journal_path(plain), answers)
    lines = journal_path(plain).read_bytes().splitlines(keepends=True)
    chance, kinds = random.Random(seed), list(DAMAGES)  # noqa: S311 - the same every time
    paths = [folder / f"{number}.json" for number in range(count)]
    for number, path in enumerate(paths):
        damaged = DAMAGES[kinds[number % len(kinds)]]([*lines], chance)
        journal_path(path).write_bytes(damaged)
    before = [journal_path(path).read_bytes() for path in paths]
    said = said_to([(*ASKED, *GRID, "--resume", "--benchmark-json", str(path)) for path in paths])
    found = [
        Fault(f"{kinds[number % len(kinds)]}, number {number}", fault)
        for number, path in enumerate(paths)
        for fault in faults(path, before[number], said[number])
    ]
    ends = {"refused": sum(one.code == pytest.ExitCode.USAGE_ERROR for one in said)}
    return row("damaged journals", count, ends, found)
