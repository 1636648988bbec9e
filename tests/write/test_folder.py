"""Tables as CSV: what a spreadsheet or pandas reads is what was there."""

import io

import numpy as np
import pandas as pd

from scripts.write.folder import csv_bytes

TABLE = pd.DataFrame(
    {
        "machine": pd.array(['a "b", c', "=1+1", "gr\u00f6\u00dfe\n2"], dtype="str"),
        "epochs": pd.array([1, pd.NA, 3], dtype="Int64"),
        "ratio": [1.25e-9, np.nan, np.inf],
        "best": [True, False, True],
        "value": [1, "=two", None],
    }
)


def test_a_table_reads_as_it_was_but_for_formulas() -> None:
    read = pd.read_csv(io.BytesIO(csv_bytes(TABLE)))
    assert read["machine"].tolist() == ['a "b", c', "'=1+1", "gr\u00f6\u00dfe\n2"]
    assert read["epochs"].fillna(0).tolist() == [1, 0, 3]
    assert read["ratio"].fillna(0).tolist() == [1.25e-9, 0, np.inf]
    assert read["best"].tolist() == [True, False, True]
    assert read["value"].fillna("").tolist() == ["1", "'=two", ""]


def test_an_empty_table_keeps_its_header() -> None:
    assert csv_bytes(TABLE.iloc[:0]) == b"machine,epochs,ratio,best,value\n"
