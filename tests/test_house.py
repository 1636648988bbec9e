"""The rules of the house: who may import whom, what stands where, and how large it may be.

Where today's house breaks a rule, the file stands in a list of tests/house_today.py, with a reason.
Such a list can only shrink: a name that no longer breaks the rule has to go too.
"""

import ast
import sys
from functools import cache

import pytest

from tests import house, house_today
from tests.house import HALVES, imports, packages, room, sources, tree

FILES = sources(*HALVES)

FLOORS = {
    "bench": (
        {"bench"},
        {"allocators", "meant", "workloads"},
        {"grid", "loop"},
        {"answer", "job"},
        {"parse", "refused", "sides", "signals", "train"},
        {"options"},
        {"measure"},
        {"machine", "why"},
        {"record"},
        {"console", "plugin"},
        {"learning", "run"},
        {"bench_training", "bench_learning", "conftest"},
    ),
    "scripts": (
        {"scripts"},
        {"read"},
        {"cluster", "judge"},
        {"bound", "machines", "published", "target", "why"},
        {"words"},
        {"figures"},
        {"tables"},
        {"sections"},
        {"write"},
        {"sharing"},
        {"doors"},
    ),
}
"""The rooms of a half, lowest first. Imports run downwards, never to a room of the same floor."""

TORCH_ROOMS = {"bench/train", "bench/why"}
TORCH_FILES = {
    *("bench/learning/worker.py", "bench/measure/worker.py"),
    *("bench/machine/own.py", "bench/machine/probe.py"),
}
DRAWING = {"matplotlib", "seaborn"}
DRAWING_ROOMS = {"scripts/figures", "scripts/write"}
TALKING_ROOMS = {"scripts/doors", "scripts/write", "bench/console"}
LONG = 250
"""Lines that a person reads at once."""


@cache
def edges() -> dict[str, set[str]]:
    """Which file imports which: asked for by a test, not by every process that has this file."""
    return house.graph(FILES)


def breaking(found: set[str], allowed: set[str]) -> str:
    """What breaks a rule beyond its list, and what its list names for nothing; empty is well."""
    news = [f"new: {one}" for one in sorted(found - allowed)]
    return "\n".join(news + [f"mended, take it off the list: {one}" for one in allowed - found])


def test_there_is_a_house_to_look_at() -> None:
    assert {half for half in HALVES if sources(half)} == set(HALVES)
    assert edges()["scripts/report.py"]
    assert edges()["bench/conftest.py"]


def test_every_import_is_written_from_the_root() -> None:
    relative = {file for file in FILES for one in imports(tree(file)) if one.name.startswith(".")}
    assert relative == set()


@pytest.mark.parametrize(
    ("half", "never"),
    [
        ("scripts", {"torch", "bench", "models", "tests"}),
        ("bench", {"scripts", "tests", "pandas", "scipy", "matplotlib", "seaborn"}),
        ("models", {"scripts", "bench", "tests"}),
    ],
)
def test_the_wall_between_measuring_and_judging_stands(half: str, never: set[str]) -> None:
    through = {file: packages(file) & never for file in sources(half)}
    assert {file: names for file, names in through.items() if names} == {}


def test_importing_models_needs_torch_and_nothing_else_that_is_installed() -> None:
    allowed = {"models", "torch", *sys.stdlib_module_names}
    loaded = {file: packages(file, late=False) - allowed for file in sources("models")}
    assert {file: names for file, names in loaded.items() if names} == {}


def test_only_the_makers_of_data_ask_for_more_and_only_while_they_make_it() -> None:
    allowed = {"models", "torch", *sys.stdlib_module_names}
    files = {file for file in sources("models") if packages(file) - allowed}
    assert {file.rpartition("/")[0] for file in files} == {"models/data"}


@pytest.mark.parametrize("half", FLOORS)
def test_every_room_has_a_floor_and_every_floor_a_room(half: str) -> None:
    named = [half if name == half else f"{half}/{name}" for floor in FLOORS[half] for name in floor]
    assert len(named) == len(set(named))
    assert set(named) == {room(file) for file in sources(half)}


def height(file: str) -> int:
    half, _, name = room(file).partition("/")
    return next(i for i, floor in enumerate(FLOORS[half]) if (name or half) in floor)


def test_imports_run_downwards() -> None:
    upwards = {
        f"{file} -> {other}"
        for file, imported in edges().items()
        for other in imported
        if file.split("/")[0] == other.split("/")[0] != "models"
        and room(file) != room(other)
        and height(other) >= height(file)
    }
    assert breaking(upwards, set().union(*house_today.UPWARDS.values())) == ""


def test_no_way_down_is_longer_than_ten_floors() -> None:
    assert len(house.longest_chain(house.between_rooms(edges()))) <= 10


def test_no_files_import_one_another_in_a_circle_not_even_for_types() -> None:
    found = {" ".join(one) for one in house.circles(edges())}
    assert breaking(found, {" ".join(one) for one in house_today.CIRCLES}) == ""


def test_only_what_runs_in_a_worker_or_the_probe_imports_torch() -> None:
    found = {file for file in sources("bench") if packages(file) & {"torch"}}
    apart = {file for file in found if room(file) not in TORCH_ROOMS} - TORCH_FILES
    assert breaking(apart, house_today.TORCH_TOO) == ""


def test_only_figures_and_renderers_draw() -> None:
    found = {file for file in FILES if packages(file) & DRAWING}
    apart = {file for file in found if room(file) not in DRAWING_ROOMS}
    assert breaking(apart, house_today.DRAWING_TOO) == ""


def talks(source: ast.Module) -> bool:
    """Whether a module reads the command line or prints."""
    names = (node.func for node in ast.walk(source) if isinstance(node, ast.Call))
    prints = any(isinstance(name, ast.Name) and name.id == "print" for name in names)
    return prints or any(one.name.split(".")[0] == "argparse" for one in imports(source))


def test_only_doors_and_renderers_read_the_command_line_and_print() -> None:
    apart = {file for file in FILES if talks(tree(file)) and room(file) not in TALKING_ROOMS}
    assert breaking(apart, house_today.TALKING_TOO) == ""


def test_no_folder_holds_more_than_twenty_files() -> None:
    crowded = {name: n for name, n in house.folders(sources(*HALVES, "tests")).items() if n > 20}
    assert crowded == {}


def test_no_prefix_stands_in_for_a_folder() -> None:
    families = house.prefixes(sources(*HALVES, "tests"))
    large = {family for family, members in families.items() if len(members) > 3}
    assert breaking(large, house_today.FAMILIES) == ""


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {file: house.lines(file) for file in sources(*HALVES, "tests")}
    most = house_today.LONGER
    long = {file for file, length in lengths.items() if length > LONG}
    assert breaking(long, set(most)) == ""
    assert {file: lengths[file] for file in long if lengths[file] > most[file]} == {}


SOURCE = """
import torch
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from bench.run import Run
def f():
    import numpy as np
"""


def test_imports_for_types_and_in_functions_are_found_and_told_apart() -> None:
    found = [(one.name, one.late) for one in imports(ast.parse(SOURCE))]
    assert found == [
        ("torch", False),
        ("typing.TYPE_CHECKING", False),
        ("bench.run.Run", False),
        ("numpy", True),
    ]


def test_circles_and_chains_of_a_small_house_are_known() -> None:
    edges = {"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set[str](), "e": {"e"}}
    assert house.circles(edges) == [("b", "c"), ("e",)]
    assert house.longest_chain({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == ["a", "b", "c"]


def test_a_broken_rule_and_a_mended_one_are_both_told() -> None:
    assert breaking({"a", "b"}, {"b", "c"}) == "new: a\nmended, take it off the list: c"


def test_the_command_tells_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    told = {line.split(":")[0] for line in house.report()}
    assert {"outside tests", "files per folder", "prefix families"} < told
    assert {"circles between files", "circles between rooms", "longest chain of rooms"} < told
