"""What doors print at any width: their help, and sentences on a terminal and into a file."""

import importlib
import io
import re
import shlex

import pytest
from rich.console import Console

from scripts.sections.section import Column, Section, Strip, Table
from scripts.write import say as saying
from scripts.write.terminal import COLUMNS_PER_ROW, show

DOORS = (
    *("report", "compare", "advise", "predict", "lecture"),
    *("share", "import_table", "export", "fleet", "undecided"),
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
    below = said.partition("\n\n")[2].splitlines()  # the usage is Python's
    assert [line for line in below if len(line) > columns and len(line.split()) > 2] == []
    assert commands(said) == commands(str(module.__doc__)) != []


TABLE = Table(
    "t",
    "Every cell",
    [
        Column("workload", ["transformer-encoder", "mlp"], "workload"),
        Column("side", ["cpu+threads=1", "cuda"], "side"),
        Column("batch_size", [8, 2048], "batch size"),
        Column(
            "seconds", [0.0012, 1.5], "seconds", ["0.0012 [0.0011 to 0.0014]", "1.5 [1.2 to 1.9]"]
        ),
        Column("reason", ["between 0.93x and 1.22x; about 9 blocks would decide it", ""], "reason"),
    ],
)


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_word_of_a_table_is_broken_at_any_width(columns: int) -> None:
    out = io.StringIO()
    show([Section("s", brief=[TABLE])], Console(file=out, width=columns))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    words = {word.strip(";:") for word in out.getvalue().split()}
    assert {
        word.strip(";:") for row in TABLE.rows for text in row for word in text.split()
    } <= words


def test_of_a_table_without_room_the_first_rows_are_told_each_figure_behind_its_title() -> None:
    names = [f"machine-{place}" for place in range(7)]
    figures = Column("seconds", [1.5] * 7, "cpu warm", ["1.5 [1.2, 1.9]"] * 7)
    table = Table("t", "Every machine", [Column("machine", names, "machine"), figures])
    out = io.StringIO()
    show([Section("s", brief=[table])], Console(file=out, width=24))
    caption, *rows, more, all_of_them = out.getvalue().strip().splitlines()
    assert caption == "Every machine"
    assert rows[:2] == ["machine-0: cpu", "  warm = 1.5 [1.2, 1.9]"]
    assert len(rows) == 2 * (24 // COLUMNS_PER_ROW)
    assert (more, all_of_them) == ("and 4 more rows: a wider", "terminal shows them all")


@pytest.mark.parametrize(("columns", "width"), [("0", 80), ("1", 20), ("20", 20), ("x", 80)])
def test_no_width_is_too_small_for_words(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    console = saying.new_console()
    assert console.width == width
    strip = Strip("mlp", {8: "slower"}, "slower at every batch size; however many epochs")
    show([Section("s", brief=[strip, TABLE])], console)
    out = capsys.readouterr().out
    assert "slower at every" in out
    assert max(map(len, out.splitlines())) <= width


SAID = ["a sentence of several words", "  and another"]


@pytest.mark.parametrize("shown", [True, False], ids=["a terminal", "a file"])
def test_a_sentence_is_wrapped_between_words_on_a_terminal_only(
    shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(width=20, force_terminal=shown, color_system=None)
    monkeypatch.setattr(saying, "_Console", lambda **_named: console)
    saying.say(iter(SAID))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == (["a sentence of", "several words", "  and another"] if shown else SAID)


def test_no_column_is_cut_where_a_table_just_fits() -> None:
    texts = (
        "all workloads",
        "cpu",
        "with cold start",
        "devbox-cpu",
        "1.77x [1.69 to 1.85]",
        "slower",
    )
    columns = [Column(str(place), [text], "machine") for place, text in enumerate((*texts, "5%"))]
    wide = Table("t", "", [*columns, Column("cells", [20], "cells")])
    for room in range(70, 100):
        out = io.StringIO()
        show([Section("s", brief=[wide])], Console(file=out, width=room))
        assert {"20", "workloads", "start"} <= set(
            out.getvalue().replace(";", " ").replace(":", " ").split()
        ), room
