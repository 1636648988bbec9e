"""The next command, as it works in the shell that started the run."""

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from bench.console import shell
from bench.measure.process import ROOT

Which = Callable[..., None]
SCRIPT = "scripts/report.py"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Which:
    """Says where the shell finds programs, and which words started our parent."""

    def found(*parent: str, **programs: Path | str) -> None:
        monkeypatch.setattr(shutil, "which", programs.get)
        process = SimpleNamespace(cmdline=lambda: [*parent])
        monkeypatch.setattr(psutil.Process, "parent", lambda _self: process)

    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.chdir(ROOT)
    return found


def test_python_is_typed_where_it_is_this_one_and_its_path_where_it_is_not(found: Which) -> None:
    own = Path(sys.executable)
    found(python=own)
    assert shell.command(SCRIPT, ROOT / "results/a.json") == f"python {SCRIPT} results/a.json"
    for another in ({"python": "/usr/bin/python"}, {}):
        found(**another)
        python, script = shlex.split(shell.command(SCRIPT))
        assert (ROOT / python, script) == (own, SCRIPT)


def test_a_file_whose_name_begins_as_an_option_does_is_none(found: Which) -> None:
    found(python=Path(sys.executable))
    assert shell.command(SCRIPT, Path("-x.json"), "--brief").endswith(" ./-x.json --brief")


@pytest.mark.parametrize(
    ("parent", "typed"),
    [
        ("uv run pytest bench", "uv run python"),
        ("/opt/uv run --no-sync pytest bench", "uv run --no-sync python"),
        ("uv run --no-sync python -m pytest bench", "uv run --no-sync python"),
        ("uv --project ../x run --all-groups pytest", "uv --project ../x run --all-groups python"),
        ("bash", "uv run python"),
        ("", "uv run python"),
    ],
)
def test_uv_is_typed_with_its_options_where_it_started_this_process(
    parent: str, typed: str, found: Which, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    found(*parent.split(), uv="/opt/uv", python=sys.executable)
    assert shell.command(SCRIPT) == f"{typed} {SCRIPT}"


def test_a_system_that_tells_nothing_of_processes_costs_the_options_only(
    found: Which, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_self: object) -> None:
        raise RuntimeError("line 'btime' not found in /proc/stat")

    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    found(uv="/opt/uv")
    monkeypatch.setattr(psutil.Process, "parent", denied)
    assert shell.command(SCRIPT) == f"uv run python {SCRIPT}"


def test_a_uv_that_the_shell_does_not_find_is_not_typed(
    found: Which, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    found("/usr/lib/uv", "run", "pytest", python=sys.executable)
    python, _script = shlex.split(shell.command(SCRIPT))
    assert ROOT / python == Path(sys.executable)


def test_paths_are_from_the_current_folder_and_blanks_are_quoted(
    found: Which, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found(python=sys.executable)
    monkeypatch.chdir(tmp_path)
    typed = shell.command("scripts/advise.py", tmp_path / "my box's.json", "--workload", "a b")
    assert shlex.split(typed) == [
        "python",
        str(ROOT / "scripts/advise.py"),
        "my box's.json",
        "--workload",
        "a b",
    ]
