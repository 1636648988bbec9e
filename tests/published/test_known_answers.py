"""The committed tables give the answers that are known of them, and the files are up to date."""

import csv
import json
import math
import shlex
import statistics
from pathlib import Path

import pytest

from scripts import import_table
from scripts.published.points import AFTER, NEVER, OVERTAKES
from scripts.tables.published import Imported
from scripts.words.published import contest_lines, target_words

FOLDER = Path(__file__).resolve().parents[2] / "results" / "published"
LSTM = {"lstm-synthetic": 96, "lstm-nietzsche": 111, "lstm-wikitext-2": 113}


@pytest.fixture(scope="module")
def own() -> Imported:
    return Imported.read(sorted(FOLDER.glob("*.json")))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_command_in_a_file_makes_it_again(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER.parents[1])
    command = json.loads(path.read_text())["crossover_imported"]["command"]
    _script, *typed = shlex.split(command)
    typed[typed.index("--out") + 1] = str(tmp_path / path.name)
    assert import_table.main(typed) == 0
    made, kept = (json.loads(one.read_text()) for one in (tmp_path / path.name, path))
    for document in (made, kept):
        document["crossover_imported"].pop("command")
    assert made == kept
    assert str(FOLDER.parents[1]) not in path.read_text()


@pytest.mark.parametrize(("workload", "size"), LSTM.items())
def test_the_lstm_networks_cross_by_the_law_through_their_two_points(
    own: Imported, workload: str, size: int
) -> None:
    rows = own.crossings[own.crossings["workload"] == workload]
    one = rows[(rows["side"] == "1x V100") & rows["base"].str.startswith("C5.18xlarge")].iloc[0]
    assert (one["lower"], one["upper"], one["kind"]) == (32, 128, OVERTAKES)
    assert one["batch_size"] == pytest.approx(size, abs=0.5)


def test_four_gpus_never_overtake_72_cpus_in_these_tables(own: Imported) -> None:
    rows = own.ratios[own.ratios["side"] == "4x V100"]
    assert (rows.loc[rows["base"].str.startswith("C5.18xlarge"), "ratio"] > 1).all()


def test_brulee_crosses_between_512_and_2048(own: Imported) -> None:
    one = own.crossings[own.crossings["workload"] == "mlp-50"].iloc[0]
    assert (one["lower"], one["upper"], one["kind"]) == (512, 2048, OVERTAKES)
    assert 512 < one["batch_size"] < 2048


def test_mlp_reuters_breaks_even_near_15_epochs(own: Imported) -> None:
    one = own.break_even[own.break_even["workload"] == "mlp-reuters"].iloc[0]
    assert one["kind"] == AFTER
    assert one["epochs"] == pytest.approx(15, abs=0.1)
    epoch = own.ratios[own.ratios["workload"] == "mlp-reuters"].iloc[0]
    assert 1 / epoch["ratio"] == pytest.approx(1.8)
    assert not (own.break_even["kind"] == NEVER).any()


def test_the_bidirectional_lstm_is_slower_on_the_k80_than_on_every_cpu(own: Imported) -> None:
    rows = own.ratios[own.ratios["workload"] == "imdb_bidirectional_lstm"]
    assert len(rows) == 8
    assert rows["ratio"].min() == pytest.approx(1.97, abs=0.01)
    assert rows["ratio"].max() == pytest.approx(2.42, abs=0.01)
    lines = dict(contest_lines(own.ratios, own.crossings, own.break_even))
    said = next(text for who, text in lines.items() if who.startswith("imdb_bidirectional_lstm"))
    assert "slower than each of 8 CPUs, 1.97x to 2.4x" in said


def test_epochs_of_one_process_are_one_round(own: Imported) -> None:
    assert set(own.ratios.loc[own.ratios["file"] == "minimaxir", "runs"]) == {1}


def test_zeus_reaches_shufflenet_fastest_with_batch_256_on_both_cards(own: Imported) -> None:
    rows = own.best[own.best["workload"] == "shufflenetv2-cifar100"]
    rows = rows[(rows["target"] == 0.6) & (rows["optimizer"] == "adadelta")].set_index("side")
    assert rows["batch_size"].to_dict() == {"v100": 256, "a40": 256}
    assert rows.loc["v100", "seconds"] == pytest.approx(302, abs=0.5)
    assert rows.loc["v100", "epochs"] == 30


def test_the_best_batch_of_every_target_is_that_of_the_raw_tables(own: Imported) -> None:
    seconds: dict[tuple[str, str, str, int], float] = {}
    epochs: dict[tuple[str, str, int, float], list[float]] = {}
    for row in _raw("zeus-epoch-seconds.csv"):
        setting = (f"{row['network']}-{row['dataset']}", row["optimizer"], int(row["batch_size"]))
        seconds[row["gpu"], *setting] = float(row["seconds_per_epoch"])
    for row in _raw("zeus-epochs-to-target.csv"):
        setting = (f"{row['network']}-{row['dataset']}", row["optimizer"], int(row["batch_size"]))
        seed = float(row["target_epoch"])
        trained = epochs.setdefault((*setting, float(row["target_metric"])), [])
        trained.append(math.inf if math.isnan(seed) else seed)
    best: dict[tuple[str, float, str], tuple[float, int]] = {}
    for (workload, optimizer, size, target), seeds in epochs.items():
        for gpu in ("v100", "a40"):
            each = seconds.get((gpu, workload, optimizer, size), math.inf)
            total = statistics.median(seeds) * each
            key = (workload, target, gpu)
            if len(seeds) >= 4 and total < best.get(key, (math.inf, 0))[0]:
                best[key] = (total, size)
    found = {
        (row["workload"], row["target"], row["side"]): (row["seconds"], row["batch_size"])
        for row in own.best.to_dict("records")
    }
    assert found == best
    both = [(best[w, t, "v100"][1], best[w, t, "a40"][1]) for w, t, g in best if g == "a40"]
    assert (len(both), sum(v100 != a40 for v100, a40 in both)) == (53, 28)
    assert any("28 of 53 targets" in line for line in target_words(own.best))


def _raw(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open() as file:
        return list(csv.DictReader(file))
