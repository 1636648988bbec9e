"""What doors print at any width: their help, and sentences on a terminal and into a file."""

import importlib
import io
import re
import shlex

import pytest
from rich.console import Console

from scripts.write import terminal

DOORS = (
    *("report", "compare", "advise", "predict", "lecture"),
    *("share", "import_table", "export", "fleet"),
)


def commands(text: str) -> list[list[str]]:
    """The commands in a text, as a shell takes them."""
    lines = re.sub(r" ?\\\n\s*", " ", text).splitlines()
    return [shlex.split(line) for line in lines if line.startswith("python ")]


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("door", DOORS)
def test_help_breaks_no_word_and_its_commands_can_be_pasted(
    door: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    module = importlib.import_module(f"scripts.{door}")
    said = module._parser().format_help()
    wide = [line for line in said.splitlines() if len(line) > columns]
    assert [line for line in wide if len(line.split()) > 2] == []
    assert commands(said) == commands(module.__doc__) != []


def printed(monkeypatch: pytest.MonkeyPatch, *, terminal_is: bool) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=20, force_terminal=terminal_is, color_system=None)
    monkeypatch.setattr(terminal, "new_console", lambda: console)
    terminal.say(["a sentence of several words", "  and another"])
    return out.getvalue().splitlines()


def test_a_sentence_is_wrapped_between_words_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = printed(monkeypatch, terminal_is=True)
    assert [line.rstrip() for line in shown] == ["a sentence of", "several words", "  and another"]
    whole = ["a sentence of several words", "  and another"]
    assert printed(monkeypatch, terminal_is=False) == whole
