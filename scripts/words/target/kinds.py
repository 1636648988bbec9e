"""Networks that learned the same data, in words."""

import pandas as pd

from scripts.words.names import listed
from scripts.words.target.learning import score_text

KINDS = "CNN, RNN or transformer?"


def kinds_line(rows: pd.DataFrame) -> str:
    """What each network of a data set came to, the best first: of rows of `kinds`."""
    networks = rows.drop_duplicates("workload")
    metric = networks["metric"].iloc[0]
    order = networks.sort_values("score_best", ascending=metric.falls, kind="stable")
    scores = [
        f"{row['workload']} has {score_text(metric, row['score_best'])}"
        for row in order.to_dict("records")
    ]
    size = int(networks["batch_size"].iloc[0])
    return f"At batch size {size}, where its held-out loss is lowest, {listed(scores)}."
