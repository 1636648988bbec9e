"""Lines on whatever the console is."""

import io
import sys

import pytest

from bench.console.say import say
from bench.plugin import open_console


def test_a_letter_that_the_console_lacks_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    say(open_console(), "written: \xe9t\xe9.json")
    assert written.getvalue() == b"written: \\xe9t\\xe9.json\n"


def test_of_no_columns_a_usual_width_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    assert open_console().width == 80
