"""Time to a target: a published table as a known answer, and the spreads of both factors."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.read.learning import epochs_to_target
from scripts.read.learning import load as load_learning
from scripts.read.metric import Metric
from scripts.read.table import load
from scripts.target.contest import contests
from scripts.target.standing import with_whole_epochs
from scripts.target.time import (
    best_of,
    by_hardware,
    times_to_target,
)
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus

# ShuffleNetV2 on CIFAR-100 to accuracy 0.6, one V100: median epochs, and seconds of an epoch.
PUBLISHED = {
    8: (40, 240.0),
    16: (19, 126.0),
    32: (17, 63.7),
    64: (18, 33.2),
    128: (19, 17.1),
    256: (30, 10.1),
    512: (42, 8.3),
    1024: (77, 7.6),
    2048: (191, 7.7),
    4096: (498, 8.4),
}
PHOTOS = 50_000


def published() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published table as rows of `epochs_to_target` and of `table.load`."""
    epochs, rounds = [], []
    for size, (count, seconds) in PUBLISHED.items():
        an_epoch = math.ceil(PHOTOS / size)
        epochs.append(
            {
                "file": "l.json",
                "machine": "l",
                "workload": "shufflenet",
                "batch_size": size,
                "optimizer": "sgd",
                "learning_rate": 0.1,
                "metric": Metric("accuracy"),
                "target": 0.6,
                "samples": PHOTOS,
                "steps_an_epoch": an_epoch,
                "definition": "d",
                "seeds": 5,
                "reached": 5,
                "epochs": float(count),
                "train_epochs": float(count),
                "standing": 5,
                "carried": 0,
                "stands": np.tile(np.arange(count + 1) == count, (5, 1)),
                "held_out": math.nan,
                "edge": "",
                "unsettled": "",
            }
        )
        rounds += [
            {
                "file": "t.json",
                "machine": "t",
                "machine_id": "0" * 12,
                "side": "cuda",
                "base": "",
                "family": "sides",
                "device_label": "cuda (V100)",
                "again": False,
                "workload": "shufflenet",
                "definition": "d",
                "optimizer": "sgd",
                "batch_size": size,
                "epochs": 1,
                "block": block,
                "loop": "lean",
                "cold_start_seconds": 0.0,
                "step_seconds": seconds / an_epoch,
                "epoch_seconds": seconds,
                "suspect": "",
                "reason": "",
                "detail": "",
            }
            for block in range(5)
        ]
    return pd.DataFrame(epochs), pd.DataFrame(rounds).astype({"block": "Int64"})


def test_the_published_table_gives_batch_256_and_1_9_times_for_1024() -> None:
    times = times_to_target(*published())
    best = best_of(times).iloc[0]
    assert best["batch_size"] == 256
    assert best["seconds"] == pytest.approx(30 * 10.1)
    at = times.set_index("batch_size")["seconds"]
    assert at[1024] / at[256] == pytest.approx(1.9, abs=0.05)
    fastest = times.sort_values("epoch_seconds").iloc[0]
    assert fastest["batch_size"] == 1024  # the best throughput is not the fastest


def joined(
    folder: Path, *, learning: dict[str, Any] | None = None, **timing: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(times to the target, rounds) of a learning and a timing corpus."""
    plan = {"batch_sizes": (16, 64, 256), "epochs": (1,), "sides": ("cpu", "cuda")} | timing
    rounds = load([Corpus(**plan).write(folder)])
    own = {"batch_sizes": (16, 64, 256), "optimizers": ("sgd",)} | (learning or {})
    return times_to_target(settled(LearnCorpus(**own).write(folder)), rounds), rounds


def settled(path: Path) -> pd.DataFrame:
    """The cells of a learning file with the whole epochs that hold."""
    runs = load_learning([path])
    return with_whole_epochs(epochs_to_target(runs), runs)


def at(times: pd.DataFrame, batch_size: int, side: str = "cpu") -> dict[Any, Any]:
    own = times[(times["batch_size"] == batch_size) & (times["side"] == side)]
    row: dict[Any, Any] = own.iloc[0].to_dict()
    return row


def test_time_is_cold_start_and_real_epochs_of_step_times(tmp_path: Path) -> None:
    quiet: dict[str, Any] = {"process_noise": 0.0, "epoch_noise": 0.0, "samples": 4096}
    times, _ = joined(tmp_path, learning={"noise": 0.0}, **quiet)
    row = at(times, 64)
    step = 3e-4 + 2e-6 * 64  # the corpus's own
    look = (3e-4 + 2e-6 * 256) * 1000 / 256 / 3  # at a thousand held-out samples
    assert row["train_epochs"] == 4  # 128 steps are 2.03 epochs: the third stands, and one more
    assert row["seconds"] == pytest.approx(0.01 + 4 * (63 * step + look))
    assert row["epoch_seconds"] == pytest.approx(63 * step)  # 4000 real samples, not 4096 timed
    assert row["evaluation_seconds"] == pytest.approx(look)
    assert row["lo"] == pytest.approx(row["seconds"])
    assert row["hi"] == pytest.approx(row["seconds"])


def test_a_target_that_was_not_reached_has_no_time_on_any_side(tmp_path: Path) -> None:
    lost = {("mlp", 64, "sgd"): (0, 1, 2, 3)}
    times, rounds = joined(tmp_path, learning={"lost": lost})
    for side in ("cpu", "cuda"):
        row = at(times, 64, side)
        assert math.isnan(row["seconds"])
        assert row["reason"] == "not reached by 4 of 5 seeds"
    table = contests(times, rounds).set_index("at")
    assert table.loc["64", "verdict"] == "not measured"
    assert table.loc["best", "side_batch"] != 64


def test_a_setting_whose_seeds_sometimes_fail_is_not_advised(tmp_path: Path) -> None:
    times, _ = joined(tmp_path, learning={"lost": {("mlp", 64, "sgd"): (0, 1)}})
    row = at(times, 64)
    assert math.isnan(row["seconds"])
    assert row["reason"] == "no number of epochs holds: 3 of 5 seeds stand there when one ends"


def test_a_batch_size_outside_the_timed_ones_is_not_joined_and_says_so(tmp_path: Path) -> None:
    times, _ = joined(tmp_path, learning={"batch_sizes": (4, 64, 4000)})
    for size in (4, 4000):
        assert at(times, size)["reason"] == f"not timed at batch size {size}"
    assert math.isfinite(at(times, 64)["seconds"])


def test_a_batch_size_between_timed_ones_is_read_off_a_fitted_curve_that_says_its_error(
    tmp_path: Path,
) -> None:
    sizes = (8, 32, 128, 512)
    times, _ = joined(
        tmp_path,
        learning={"batch_sizes": (64,), "noise": 0.0},
        batch_sizes=sizes,
        process_noise=0.0,
    )
    row = at(times, 64)
    step = 3e-4 + 2e-6 * 64
    assert row["note"].startswith("not timed at batch size 64: on a curve that misses by ")
    assert row["epoch_seconds"] == pytest.approx(63 * step, rel=0.02)


def test_what_a_side_could_not_do_is_the_reason(tmp_path: Path) -> None:
    absent = {("mlp", None, None, "cuda"): ("unsupported", "aten::lstm")}
    times, rounds = joined(tmp_path, absent=absent)
    assert at(times, 64, "cuda")["reason"] == "unsupported: aten::lstm"
    table = contests(times, rounds)
    assert set(table["verdict"]) == {"not measured"}
    assert "best" not in set(table["at"])


def test_learning_of_one_machine_joins_with_the_seconds_of_others(tmp_path: Path) -> None:
    paths = [
        Corpus(machine=name, batch_sizes=(64,), epochs=(1,), samples=512).write(tmp_path)
        for name in ("laptop", "server")
    ]
    epochs = settled(LearnCorpus(batch_sizes=(64,)).write(tmp_path))
    times = times_to_target(epochs, load(paths))
    assert set(times["machine"]) == {"laptop", "server"}
    assert set(times["learned_on"]) == {"learner"}
    assert times["seconds"].notna().all()


def test_a_computers_files_together_give_each_cell_once() -> None:
    def cell(machine: str, batch_size: int, seconds: float, **known: object) -> dict[str, object]:
        usual = {"machine_id": "box", "note": "", "suspect": "", "optimizer": "sgd"}
        place = {"machine": machine, "label": "cpu", "batch_size": batch_size}
        return usual | place | {"seconds": seconds} | known

    times = pd.DataFrame(
        [
            cell("a", 8, 1.0, suspect="host loaded"),
            cell("a", 32, 2.0, note="on a curve"),
            cell("a", 64, math.nan),
            cell("b", 8, 3.0),
            cell("b", 32, 4.0),
            cell("b", 64, math.nan),
            cell("c", 8, 5.0, machine_id="other"),
            cell("b", 8, 6.0, optimizer="adam"),
        ]
    )
    computers = by_hardware(times)
    assert list(computers) == ["a", "c"]
    chosen = computers["a"][["batch_size", "optimizer", "machine", "seconds"]]
    assert chosen.fillna(0).values.tolist() == [
        [64, "sgd", "a", 0.0], [8, "sgd", "b", 3.0], [32, "sgd", "b", 4.0], [8, "adam", "b", 6.0],
    ]  # fmt: skip
    assert computers["c"]["seconds"].tolist() == [5.0]
