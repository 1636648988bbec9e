"""`python -m tests.house`: the shape of the house, as numbers. tests/test_house.py keeps its rules.

Everything is read from the text of the files (ast); nothing is imported.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HALVES = ("bench", "models", "scripts")


@dataclass(frozen=True)
class Import:
    """What one import names, and whether it is only made when a function is called."""

    name: str
    late: bool


def sources(*folders: str, root: Path = ROOT) -> list[str]:
    """The Python files of these folders and of all below, as paths from the root."""
    found = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path.relative_to(root).as_posix() for path in found)


@cache
def tree(file: str) -> ast.Module:
    """The parsed text of a file."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def imports(source: ast.Module) -> list[Import]:
    """Every import of a module: those for types only and those in functions too."""
    return list(_imports(source, late=False))


def _imports(node: ast.AST, *, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.Import):
            yield from (Import(name.name, late) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            place = "." * child.level + (child.module or "")
            yield from (Import(f"{place}.{name.name}", late) for name in child.names)
        else:
            yield from _imports(child, late=inside)


def graph(files: list[str]) -> dict[str, set[str]]:
    """Which of the files each of them imports."""
    known = {_module(file): file for file in files}
    return {
        file: {
            known[name]
            for one in imports(tree(file))
            if (name := _longest(one.name, known)) and known[name] != file
        }
        for file in files
    }


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _longest(name: str, known: Mapping[str, str]) -> str:
    """The longest beginning of a dotted name that is a module we know; empty when none is."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def packages(file: str, *, late: bool = True) -> set[str]:
    """The top-level names that a file imports; `late` counts what only a call imports."""
    return {one.name.split(".")[0] for one in imports(tree(file)) if late or not one.late}


def room(file: str) -> str:
    """The room of a file: its folder below the half, or the file where a half has it outside.

    What `python -m` runs is a door wherever it stands.
    """
    half, *rest = file.removesuffix(".py").split("/")
    if half == "models" or rest == ["__init__"]:
        return half
    door = half == "scripts" and (len(rest) == 1 or rest[-1] == "__main__")
    return "scripts/doors" if door else f"{half}/{rest[0]}"


def between_rooms(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same imports, room to room."""
    rooms: dict[str, set[str]] = {room(file): set() for file in edges}
    for file, imported in edges.items():
        rooms[room(file)] |= {room(other) for other in imported} - {room(file)}
    return rooms


def circles(edges: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Groups in which everyone reaches everyone, smallest name first."""
    reached = {start: _reached(start, edges) for start in edges}
    groups = {
        tuple(sorted(other for other in reached[start] if start in reached[other]))
        for start in edges
        if start in reached[start]
    }
    return sorted(groups)


def _reached(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = edges[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def longest_chain(edges: Mapping[str, set[str]]) -> list[str]:
    """The longest way down, importer first; of a circle the way counts one member once."""
    best: dict[str, list[str]] = {}

    def chain(name: str, above: frozenset[str]) -> list[str]:
        if name not in best:
            below = (chain(one, above | {name}) for one in sorted(edges[name] - above))
            best[name] = [name, *max(below, key=len, default=[])]
        return best[name]

    return max((chain(name, frozenset({name})) for name in sorted(edges)), key=len, default=[])


def lines(file: str) -> int:
    """Lines of a file."""
    return len((ROOT / file).read_text(encoding="utf-8").splitlines())


def folders(files: list[str]) -> Counter[str]:
    """Files per folder, those of folders below not counted."""
    return Counter(file.rpartition("/")[0] for file in files)


def prefixes(files: list[str]) -> dict[str, list[str]]:
    """Files of a folder whose names share the first word, by `folder/word_`."""
    families: dict[str, list[str]] = {}
    for file in files:
        folder, _, name = file.removesuffix(".py").rpartition("/")
        word = name.removeprefix("test_").split("_")[0]
        families.setdefault(f"{folder}/{word}_", []).append(file)
    return {family: members for family, members in families.items() if len(members) > 1}


def report() -> Iterator[str]:
    """The numbers, a line each."""
    files = sources(*HALVES)
    edges = graph(files)
    for half in HALVES:
        own = sources(half)
        yield f"{half}: {sum(map(lines, own))} lines in {len(own)} files"
    yield f"outside tests: {sum(map(lines, files))} lines in {len(files)} files"
    yield "files per folder: " + _counts(folders(sources(*HALVES, "tests")).most_common())
    families = prefixes(sources(*HALVES, "tests"))
    sizes = sorted(((name, len(of)) for name, of in families.items()), key=lambda one: -one[1])
    yield "prefix families: " + _counts([one for one in sizes if one[1] > 2])
    yield "circles between files: " + _groups(circles(edges))
    yield "circles between rooms: " + _groups(circles(between_rooms(edges)))
    chain = longest_chain(between_rooms(edges))
    yield f"longest chain of rooms: {len(chain)} floors, " + " -> ".join(chain)
    longest = longest_chain(edges)
    yield f"longest chain of files: {len(longest)}, " + " -> ".join(map(_module, longest))


def _counts(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in pairs) or "none"


def _groups(groups: list[tuple[str, ...]]) -> str:
    return f"{len(groups)}" + "".join(f"\n    {' '.join(group)}" for group in groups)


if __name__ == "__main__":
    print("\n".join(report()))
