"""Tables as CSV: long ones are written another way, and read as the same."""

import io

import numpy as np
import pandas as pd
import pytest

from scripts import output
from scripts.output import csv_bytes

TABLE = pd.DataFrame(
    {
        "machine": pd.array(['a "b", c', "=1+1", "gr\u00f6\u00dfe\n2"], dtype="str"),
        "epochs": pd.array([1, pd.NA, 3], dtype="Int64"),
        "ratio": [1.25e-9, np.nan, np.inf],
        "best": [True, False, True],
    }
)


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content))


def test_a_long_table_reads_as_the_same_as_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    short = csv_bytes(TABLE)
    monkeypatch.setattr(output, "MANY_ROWS", 1)
    long = csv_bytes(TABLE)
    assert long != short
    pd.testing.assert_frame_equal(read(long), read(short))
    assert read(long)["machine"].tolist() == ['a "b", c', "'=1+1", "gr\u00f6\u00dfe\n2"]


def test_a_long_table_of_mixed_values_is_written_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixed = pd.DataFrame({"value": [1, "two", None]})
    short = csv_bytes(mixed)
    monkeypatch.setattr(output, "MANY_ROWS", 1)
    assert csv_bytes(mixed) == short


def test_an_empty_table_keeps_its_header() -> None:
    assert csv_bytes(TABLE.iloc[:0]) == b"machine,epochs,ratio,best\n"
