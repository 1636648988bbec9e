"""The fast parser answers only where the strict one says the same."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scripts.read.breach import Breach
from scripts.read.json_text import _certain, _strict, parsed

RESULTS = Path(__file__).resolve().parents[2] / "results"
KEYS = st.text(alphabet='ab:"\\ \u00e9', max_size=3)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | KEYS
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """JSON with keys that may stand twice, spaces anywhere, and colons that may be escaped."""
    spaces = st.sampled_from(["", "", "", " ", "\n"])

    def string(text: str) -> str:
        written = json.dumps(text, ensure_ascii=draw(st.booleans()))
        return written.replace(":", draw(st.sampled_from([":", "\\u003a", "\\u003A"])))

    def written(depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "list", "object"])) if depth else "scalar"
        if kind == "scalar":
            value = draw(SCALARS)
            return string(value) if isinstance(value, str) else json.dumps(value)
        count = range(draw(st.integers(0, 3)))
        if kind == "list":
            return f"[{','.join(draw(spaces) + written(depth - 1) for _ in count)}]"
        members = (
            f"{draw(spaces)}{string(draw(KEYS))}{draw(spaces)}:{draw(spaces)}{written(depth - 1)}"
            for _ in count
        )
        return f"{{{','.join(members)}}}"

    return written(3)


@given(texts())
@example('{"a" :1,"a":2}')
@example('{"a":1,"a":2,"b":"x\\u003a"}')
@example('{"a":":","a":2}')
@example('{"a":{"b":1},"a":{"b":1}}')
@example('{"a":"\\":","a":1}')
def test_the_fast_parser_is_sure_only_of_what_the_strict_one_says(text: str) -> None:
    fast = _certain(text.encode())
    assert fast is None or repr(fast) == repr(_strict(text))


@pytest.mark.parametrize(
    "text", ["[NaN]", "[1e999]", "[01]", '{"a":1,"a":1}', '["\\ud800"]', "[1", "", '{"a":1}}']
)
def test_of_what_is_odd_the_fast_parser_is_not_sure(text: str) -> None:
    assert _certain(text.encode()) is None


def test_an_integer_beyond_64_bits_is_exact() -> None:
    assert repr(parsed(b"[18446744073709551617]")) == "[18446744073709551617]"


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.name)
def test_the_fast_parser_reads_this_projects_own_files(path: Path) -> None:
    content = path.read_bytes()
    assert _certain(content) == _strict(content.decode()) is not None


def test_the_strict_parser_refuses_a_key_that_stands_twice() -> None:
    with pytest.raises(Breach, match="stands twice"):
        _strict('{"a":1,"a":2}')
