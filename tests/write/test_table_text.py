import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.read.text import (
    device_label,
    distinct,
    file_stem,
    file_stems,
    safe_text,
    seconds_in_words,
    times,
)
from scripts.sections.section import Column, Table
from scripts.words.names import listed


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain words", "plain words"),
        ("\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\ud800", "\\ud800"),
        ("\u2028\u0085", "\\u2028\\x85"),
        ("Größe µs 東京", "Größe µs 東京"),
    ],
)
def test_text_out_of_a_file_cannot_steer_a_terminal(text: str, safe: str) -> None:
    assert safe_text(text) == safe


@given(st.text(max_size=50))
def test_safe_text_is_one_printable_line_that_can_be_encoded(text: str) -> None:
    safe = safe_text(text)
    assert len(safe.splitlines()) <= 1
    assert "\x1b" not in safe
    safe.encode("utf-8")


def test_long_text_ends_in_an_ellipsis() -> None:
    assert safe_text("x" * 1000, longest=10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("devbox", "devbox"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (".hidden", "hidden"),
        ("a..b", "a.b"),
        ("C:\\x\\y", "C-x-y"),
        ("naïve box (2)", "na-ve-box-2"),
        ("\x00", "unnamed"),
    ],
)
def test_a_file_name_made_of_a_machines_name_stays_in_its_folder(name: str, stem: str) -> None:
    assert file_stem(name) == stem


@given(st.lists(st.text(max_size=8), unique=True, max_size=6))
def test_different_names_make_different_files_even_without_capitals(names: list[str]) -> None:
    stems = [stem.lower() for stem in file_stems(names).values()]
    assert len(set(stems)) == len(names)
    assert all("/" not in stem and not stem.startswith(".") for stem in stems)


@given(st.lists(st.sampled_from(["a", "a (2)", "b"]), max_size=6))
def test_repeated_names_are_numbered_until_all_differ(names: list[str]) -> None:
    unique = distinct(names)
    assert len(set(unique)) == len(names)
    assert all(own.startswith(name) for own, name in zip(unique, names, strict=True))


def test_a_software_rasteriser_never_passes_for_hardware() -> None:
    label = device_label("vulkan", accelerator="llvmpipe (LLVM 15.0.6, 256 bits)", software=True)
    assert label == "vulkan (llvmpipe, a software rasteriser)"
    assert device_label("vulkan", software=True) == "vulkan (unnamed, a software rasteriser)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(61.04, "61.0 s"), (0.00125, "1.25 ms"), (0.00099999, "1,000 µs"), (2e-7, "0.20 µs")],
)
def test_seconds_are_written_with_three_digits_and_a_unit(seconds: float, words: str) -> None:
    assert seconds_in_words(seconds) == words


@pytest.mark.parametrize(
    ("ratio", "words"), [(0.412, "0.41x"), (1.2, "1.20x"), (3.2, "3.2x"), (9.97, "10x")]
)
def test_ratios_are_written_as_factors(ratio: float, words: str) -> None:
    assert times(ratio) == words


def test_a_table_is_packed_without_losing_a_value() -> None:
    table = Table(
        name="t",
        caption="",
        columns=[
            Column("word", ["b", "a", "b"], "word"),
            Column("number", [1.23456789, None, float("inf")], "number", words=["1.2", "", ""]),
        ],
    )
    assert table.rows == [("b", "1.2"), ("a", ""), ("b", "")]
    assert table.packed() == [
        {"key": "word", "texts": ["b", "a"], "at": [0, 1, 0]},
        {"key": "number", "values": [1.2346, None, None]},
    ]


def test_a_list_of_words_is_cut_short() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdefghijk", most=2) == "a, b and 9 more"


def test_numbers_are_set_to_the_right_unless_they_are_told_in_sentences() -> None:
    def right(*words: str) -> bool:
        return Column("gain", [1.0] * len(words), "gain", words).to_the_right

    assert right("1.25x [1.20 to 1.31]", "")
    assert not right("1.25x", "unsupported (the CPU computes where the data lies, this is cpu)")
    assert not Column("name", ["mlp"], "name").to_the_right
