"""Lines on whatever the console is."""

import io
import sys

import pytest

from bench.console.say import refused_in_lines, say
from bench.plugin import open_console


def test_a_letter_that_the_console_lacks_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    say(open_console(), "written: \xe9t\xe9.json")
    assert written.getvalue() == b"written: \\xe9t\\xe9.json\n"


def test_of_no_columns_a_usual_width_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    assert open_console().width == 80


@pytest.mark.parametrize(("terminal", "lines"), [(True, 3), (False, 1)])
def test_a_refusal_is_one_line_and_on_a_terminal_lines_between_words(
    terminal: bool, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    words = "--sides: no such setting; one of " + ", ".join(["cnn-series"] * 4)
    with pytest.raises(pytest.UsageError) as caught, refused_in_lines():
        raise pytest.UsageError(words)
    said = str(caught.value).splitlines()
    assert (" ".join(said), len(said)) == (words, lines)
