from pathlib import Path

import pytest

from scripts.judge.verdicts import verdicts
from scripts.read.sides import is_cpu
from scripts.read.table import load, load_results
from tests.corpus import Corpus
from tests.study_rows import with_studies, write


def devices(corpus: Corpus, folder: Path) -> set[tuple[str, int, str]]:
    rounds = load([corpus.write(folder)])
    return set(rounds[["device", "threads", "device_label"]].itertuples(index=False, name=None))


def test_without_an_accelerator_each_other_number_of_threads_is_a_side(tmp_path: Path) -> None:
    corpus = Corpus(sides=("cpu",), threads=(0, 1, 4), batch_sizes=(8,), blocks=3)
    rounds = load([corpus.write(tmp_path)])
    found = set(rounds[["device", "threads"]].itertuples(index=False, name=None))
    assert found == {("cpu", 0), ("cpu+threads=1", 0), ("cpu+threads=4", 0)}
    labels = set(rounds.loc[rounds["device"] != "cpu", "device_label"])
    assert labels == {"cpu+threads=1", "cpu+threads=4"}


@pytest.mark.parametrize(
    "corpus",
    [
        Corpus(
            sides=(
                "cpu+threads=1",
                "cpu+threads=2",
                "cpu",
            ),
            batch_sizes=(8,),
            blocks=3,
        ),
        Corpus(sides=("cpu", "cuda"), threads=(0, 1), batch_sizes=(8,), blocks=3),
    ],
    ids=["no base", "an accelerator"],
)
def test_otherwise_threads_are_the_settings_that_an_accelerator_meets(
    corpus: Corpus, tmp_path: Path
) -> None:
    assert all("+" not in device for device, _threads, _label in devices(corpus, tmp_path))


def test_two_files_are_told_apart_each_for_itself(tmp_path: Path) -> None:
    alone = Corpus(machine="a", sides=("cpu",), threads=(0, 1), batch_sizes=(8,), blocks=3)
    other = Corpus(machine="b", sides=("cpu", "cuda"), threads=(0, 1), batch_sizes=(8,), blocks=3)
    rounds = load([alone.write(tmp_path), other.write(tmp_path)])
    found = set(rounds[["machine", "device", "threads"]].itertuples(index=False, name=None))
    assert found == {
        *(("a", "cpu", 0), ("a", "cpu+threads=1", 0)),
        *(("b", "cpu", 0), ("b", "cpu", 1), ("b", "cuda", 0)),
    }


def test_one_thread_is_judged_against_the_cpu_as_a_person_runs_it(tmp_path: Path) -> None:
    corpus = Corpus(sides=("cpu",), threads=(0, 1), blocks=5)
    table = verdicts(load([corpus.write(tmp_path)]), scope="warm")
    assert set(table["device"]) == {"cpu+threads=1"}
    assert table["verdict"].tolist() == ["too close"] * len(corpus.batch_sizes)
    assert (table["repeats"] > 0).all()


def test_studies_of_a_side_go_with_it(tmp_path: Path) -> None:
    plan = Corpus(sides=("cpu",), threads=(0, 1), batch_sizes=(8,), blocks=3)
    content = with_studies(plan)
    own = content["crossover"]
    for name in ("diagnosis", "peaks"):
        own[name] = [row | {"threads": count} for row in own[name] for count in plan.threads]
    own["variants"] = []
    found = load_results([write(tmp_path, content)])
    assert set(found.diagnosis["device"]) == {"cpu", "cpu+threads=1"}
    assert set(found.diagnosis["threads"]) == {0}


@pytest.mark.parametrize(
    ("device", "cpu"), [("cpu", True), ("cpu+threads=1", True), ("cuda:1", False), ("xpu", False)]
)
def test_a_cpu_with_settings_is_a_cpu(device: str, cpu: bool) -> None:
    assert is_cpu(device) is cpu
