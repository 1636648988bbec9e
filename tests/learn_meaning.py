"""What a learning file says, by its description alone: the reference for its loader."""

import math
from typing import Any

from scripts.read.text import safe_text
from tests.meaning import Document


def assert_says_learned(files: Any, document: Document) -> None:
    """The rows of a learning file are those of the document, and say nothing that it does not."""
    own = document["crossover_learning"]
    assert len(files.runs) == len(own["runs"])
    copied = ("workload", "batch_size", "optimizer", "learning_rate", "seed", "ended")
    for row, run in zip(files.runs.to_dict("records"), own["runs"], strict=True):
        about, target = own["workloads"][run["workload"]], own["run"]["targets"][run["workload"]]
        assert row["steps"].tolist() == list(map(float, run["steps"]))
        for name in ("train_loss", "loss", "score"):
            said = [None if value is None else float(value) for value in run[name]]
            assert [None if math.isnan(value) else value for value in row[name].tolist()] == said
        assert {name: row[name] for name in copied} == {name: run[name] for name in copied}
        assert row["role"] == ("figure" if run["seed"] in own["run"]["figure_seeds"] else "tuning")
        assert row["target"] == target
        assert (row["samples"], str(row["metric"])) == (
            about["train_samples"],
            about["goal_metric"],
        )
        assert row["detail"] == safe_text(run["detail"])
        low = row["metric"].falls
        known = [score for score in run["score"] if score is not None]
        reached = any(score <= target if low else score >= target for score in known)
        assert row["ended"] != "target" or reached
    for row, said in zip(files.absent.to_dict("records"), own["absent"], strict=True):
        for name in ("workload", "reason", "detail"):
            assert row[name] == safe_text(said[name])
