"""A CPU's thread settings as devices of their own, where no accelerator was measured.

`cpu+threads=1` meets `cpu` (torch's own number of threads) there as an accelerator does elsewhere:
every machine has two sides to compare.
"""

import pandas as pd


def is_cpu(device: str) -> bool:
    """Return whether a device of the tables is the CPU: `cpu`, `cpu+threads=1`."""
    return device.partition("+")[0] == "cpu"


def files_apart(rounds: pd.DataFrame) -> set[str]:
    """Return the files without an accelerator that have torch's own threads and other numbers."""
    settings = rounds[["file", "device", "threads"]].drop_duplicates().groupby("file", sort=False)
    return {
        str(file)
        for file, own in settings
        if (own["device"] == "cpu").all() and own["threads"].min() == 0 < own["threads"].max()
    }


def told_apart(table: pd.DataFrame, files: set[str]) -> pd.DataFrame:
    """Return the table with the CPU's thread settings of these files as devices; `threads` is 0."""
    mine = table["file"].isin(files) & (table["threads"] != 0)
    if not mine.any():
        return table
    names = "cpu+threads=" + table["threads"].astype(str)
    texts = {
        name: table[name].mask(mine, names) for name in ("device", "device_label") if name in table
    }
    return table.assign(threads=table["threads"].mask(mine, 0), **texts)
