"""Every command of a document can be typed, every link leads somewhere, README is short."""

import importlib
import importlib.util
import inspect
import re
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from bench.learning.options import OWN, TO_END
from bench.options import OPTIONS, SWITCHES, flag_of
from tests.documents.commands import ROOT, Command, anchors, commands, links

COMMANDS = list(dict.fromkeys(commands()))
MADE = {"results/my-machine.json", "results/mine.json", "results/try.json", "results/why.json"}
"""Files that a reader makes by a command that stands before."""
BENCH = {
    *(flag_of(name) for name in (*OPTIONS, *SWITCHES)),
    *(*OWN, TO_END, "--preset", "--loop", "--learning", "--benchmark-json", "-k"),
}
SET_UP = {
    "python3 -m pip install uv",
    "python -m pip install -r requirements.txt",
    "uv venv",
    "uv pip install --no-config --torch-backend cpu -r requirements.txt",
    "uv run python -c import torch; print(torch.cuda.is_available())",
}
"""Commands about the environment: what they install is no business of these tests."""


def asked(command: Command) -> list[str]:
    """What is run, without who runs it: `pytest bench ...`, `scripts/report.py ...`."""
    words = list(command.words)
    if words[:2] == ["uv", "run"]:
        words = words[2:]
        while words[0].startswith("--"):
            words = words[2 if words[0] == "--group" else 1 :]
    if words[:3] == ["python", "-m", "pytest"]:
        return words[2:]
    return words[1:] if words[0] == "python" else words


def flags(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.typed[:60])
def test_a_command_names_options_files_and_tests_that_there_are(command: Command) -> None:
    if command.typed in SET_UP:
        return
    first, *rest = asked(command)
    if (first, *rest[:1]) == ("pytest", "bench"):
        assert flags(rest) <= BENCH
    elif first == "pytest":
        assert flags(rest) <= {"--all"}
        assert all((ROOT / one).exists() for one in rest if not one.startswith("-"))
    elif first.endswith(".py"):
        parses(first, rest)
    elif first == "-m":
        spec = importlib.util.find_spec(rest[0])
        assert spec is not None
        source = "".join(path.read_text() for path in sources(spec))
        assert all(f'"{flag}"' in source for flag in flags(rest[1:]))
    else:
        assert (ROOT / rest[-1]).exists(), f"a kind of command that no test knows: {command.typed}"


def sources(spec: ModuleSpec) -> list[Path]:
    """The file of a module, and those beside the `__main__` of a package."""
    folders = spec.submodule_search_locations
    return [*Path(folders[0]).glob("*.py")] if folders else [Path(str(spec.origin))]


def parses(script: str, arguments: list[str]) -> None:
    """Fails where a script does not take these arguments, or where a file of them is not there."""
    module = importlib.import_module(script.removesuffix(".py").replace("/", "."))
    files = [one for one in arguments if one.startswith("results/") and one.endswith(".json")]
    for one in set(files) - MADE:
        assert list(ROOT.glob(one)), f"{one} is not there"
    if hasattr(module, "_parser"):
        _known, rest = module._parser().parse_known_args(arguments)
        assert not rest or (script == "scripts/fleet.py" and flags(rest) <= BENCH)
    else:
        source = inspect.getsource(module)
        assert all(f'"{flag}"' in source for flag in flags(arguments))


def test_there_are_commands_of_every_kind() -> None:
    kinds = {asked(command)[0] for command in COMMANDS}
    assert {"pytest", "-m", "scripts/report.py", "scripts/compare.py", "scripts/share.py"} <= kinds
    assert len(COMMANDS) > 30


@pytest.mark.parametrize("link", list(links()), ids=lambda link: str(link)[:80])
def test_a_link_leads_to_a_file_and_to_a_part_of_it(link: tuple[Path, str]) -> None:
    document, target = link
    name, _, anchor = target.partition("#")
    path = (document.parent / name).resolve() if name else document
    assert path.exists()
    if anchor:
        assert anchor in anchors(path)


def test_readme_is_read_in_a_few_minutes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 160
    assert len(text.split()) <= 1800


def test_readme_measures_first_reports_second_and_runs_the_tests_third() -> None:
    own = [asked(command) for command in COMMANDS if command.document == "README.md"]
    kinds = [" ".join(words[:2]) for words in own if words[0] != "python3"]
    assert kinds[0] == "pytest bench"
    assert kinds[1].startswith("scripts/report.py")
    assert kinds[2] == "pytest"
