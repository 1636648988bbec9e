"""Which seconds are joined with which epochs: of the optimiser, the loop and the network."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.read.columns import update_column
from scripts.read.table import load
from scripts.target.time import times_to_target
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus, by_formula
from tests.target.plans import LEARNED, TIMED, Say
from tests.target.test_target import joined, published, settled


def test_seconds_of_another_optimiser_are_joined_with_a_note(tmp_path: Path) -> None:
    times, _ = joined(tmp_path, learning={"optimizers": ("adam", "sgd")})
    notes = times.groupby("optimizer")["note"].unique().map(list).to_dict()
    assert notes == {"adam": ["seconds of SGD, assumed alike"], "sgd": [""]}


def both_optimizers(folder: Path, **second: Any) -> pd.DataFrame:
    """Times to the target by SGD and Adam; one file timed SGD, the other Adam."""
    plans = [
        Corpus(machine="with-sgd", batch_sizes=(16, 64), epochs=(1,)),
        Corpus(machine="with-adam", epochs=(1,), run={"optimizer": "adam"}, **second),
    ]
    rounds = load([plan.write(folder) for plan in plans])
    learned = LearnCorpus(batch_sizes=(16, 64), optimizers=("sgd", "adam")).write(folder)
    return times_to_target(settled(learned), rounds)


def test_each_optimiser_is_joined_with_its_own_seconds_where_the_machine_has_them(
    tmp_path: Path,
) -> None:
    times = both_optimizers(tmp_path, batch_sizes=(16, 64))
    own = set(zip(times["machine"], times["optimizer"], strict=True))
    assert own == {("with-sgd", "sgd"), ("with-adam", "adam")}
    assert set(times["note"]) == {""}


def test_seconds_assumed_alike_stay_for_batch_sizes_that_the_own_optimiser_lacks(
    tmp_path: Path,
) -> None:
    times = both_optimizers(tmp_path, batch_sizes=(64,))
    known = times[times["seconds"].notna() & (times["optimizer"] == "adam")]
    assert set(zip(known["machine"], known["batch_size"], known["note"], strict=True)) == {
        ("with-sgd", 16, "seconds of SGD, assumed alike"),
        ("with-adam", 64, ""),
    }


def test_seconds_that_were_not_measured_never_displace_measured_ones(say: Say) -> None:
    """Adam needs half the epochs, but only SGD was timed: what Adam's steps take is not known."""

    def steps(_workload: str, batch_size: int, optimizer: str) -> float:
        return by_formula("", batch_size, "") * (1.0 if optimizer == "sgd" else 0.5)

    learned = LearnCorpus(**LEARNED, steps=steps)
    lines = say(plans=[Corpus(**TIMED), learned]).splitlines()
    (cpu,) = [line for line in lines if line.startswith("on cpu of devbox")]
    assert ", SGD 0.01, " in cpu
    place = lines.index(cpu)
    assert lines[place + 1].startswith("perhaps faster there: batch ")
    assert lines[place + 1].endswith("not measured (seconds of SGD, assumed alike).")
    timed = Corpus(**TIMED | {"run": {"optimizer": "adam"}})
    words = say(plans=[timed, learned])
    assert "SGD 0.01, " not in words
    assert "perhaps faster there" not in words
    alone = say("--optimizer", "adam", plans=[Corpus(**TIMED), learned])
    assert "Adam 0.01, " in alone
    assert "(seconds of SGD, assumed alike" in alone


def timed_updates(rounds: pd.DataFrame, **seconds: float) -> pd.DataFrame:
    return rounds.assign(**{update_column(name): value for name, value in seconds.items()})


def test_updates_that_were_timed_make_a_step_with_another_optimiser(tmp_path: Path) -> None:
    """Adam's update takes 0.1 ms longer: so does each of its steps, at every batch size."""
    rounds = load([Corpus(batch_sizes=(16, 64), epochs=(1,), process_noise=0.0).write(tmp_path)])
    epochs = settled(LearnCorpus(batch_sizes=(16, 64), optimizers=("sgd", "adam")).write(tmp_path))
    times = times_to_target(epochs, timed_updates(rounds, sgd=2e-5, adam=1.2e-4))
    cpu = times[times["side"] == "cpu"]
    seconds = {
        (row["optimizer"], row["batch_size"]): row["epoch_seconds"]
        for row in cpu.to_dict("records")
    }
    for size in (16, 64):
        longer = seconds["adam", size] - seconds["sgd", size]
        assert longer == pytest.approx(math.ceil(4000 / size) * 1e-4, rel=0.001)
    assert set(times.loc[times["optimizer"] == "adam", "note"]) == {
        "seconds of SGD, with Adam's update in place of its own"
    }
    assert times["measured"].all()


def test_updates_that_a_process_did_not_time_make_nothing(tmp_path: Path) -> None:
    epochs, rounds = published()
    part = timed_updates(rounds, sgd=2e-5, adam=1.2e-4)
    part.loc[part["block"] == 0, update_column("adam")] = float("nan")
    other = times_to_target(epochs.assign(optimizer="adam"), part.assign(optimizer="sgd"))
    assert set(other["note"]) == {"seconds of SGD, assumed alike"}
    assert not other["measured"].any()


def test_another_machines_seconds_of_the_optimiser_replace_nothing(tmp_path: Path) -> None:
    epochs, rounds = published()
    adam = rounds.assign(file="u.json", machine="u", machine_id="1" * 12, optimizer="adam")
    times = times_to_target(epochs, pd.concat([rounds, adam], ignore_index=True))
    notes = times.groupby("machine")["note"].unique().map(list).to_dict()
    assert notes == {"t": [""], "u": ["seconds of Adam, assumed alike"]}


def test_seconds_of_another_loop_than_the_lean_one_say_so() -> None:
    epochs, rounds = published()
    times = times_to_target(epochs, rounds.assign(loop="course"))
    assert set(times["note"]) == {"seconds of the course loop"}


def test_another_network_of_the_same_name_is_not_joined(tmp_path: Path) -> None:
    epochs, rounds = published()
    times = times_to_target(epochs, rounds.assign(definition="another"))
    assert times["seconds"].isna().all()
    assert times["reason"].unique().tolist() == [
        "the timed network is another one than the trained one"
    ]
