from pathlib import Path

import pytest

from scripts.judge.verdicts import verdicts
from scripts.read.sides import contest, default_base, device_of, is_cpu, settings_of, tolerance
from scripts.read.table import load
from tests.corpus import Corpus


@pytest.mark.parametrize(
    ("side", "device", "settings"),
    [
        ("cpu", "cpu", set()),
        ("cuda:1", "cuda:1", set()),
        ("cuda*2+tf32+compile", "cuda", {"tf32", "compile"}),
        ("cpu+threads=1+malloc=keep", "cpu", {"threads=1", "malloc=keep"}),
    ],
)
def test_a_name_tells_the_device_and_its_settings(
    side: str, device: str, settings: set[str]
) -> None:
    assert device_of(side) == device
    assert set(settings_of(side)) == settings
    assert is_cpu(side) is (device == "cpu")


def test_the_base_is_the_cpu_where_it_is_measured_and_else_the_first_side() -> None:
    assert default_base(["cuda", "cpu+threads=1", "cpu"]) == "cpu"
    assert default_base(["cuda", "cpu+threads=1"]) == "cuda"


RUN = ["cpu*2", "cpu", "cuda", "cpu+threads=1", "cuda+bf16+compile"]


@pytest.mark.parametrize(
    ("side", "meets"),
    [
        ("cpu", ("", "sides")),
        ("cuda+bf16+compile", ("cpu", "sides")),
        ("cuda+bf16", ("cuda", "cuda")),
        ("cpu+threads=2", ("cpu", "cpu")),
        ("cpu+threads=1+bf16", ("cpu+threads=1", "cpu")),  # of files of before
        ("mps+bf16", ("cpu", "mps")),
    ],
)
def test_a_side_of_the_run_meets_its_base_and_a_remedy_the_plain_side_of_its_device(
    side: str, meets: tuple[str, str]
) -> None:
    assert contest(side, RUN, "cpu") == meets


@pytest.mark.parametrize(
    ("one", "other", "first", "held_out"),
    [
        ("cpu", "cuda+compile", 1e-3, 0.10),
        ("cpu+bf16", "cuda+bf16", 1e-3, 0.10),
        ("cpu", "cpu+bf16", 2e-2, 0.25),
        ("cuda+tf32+compile", "cuda", 2e-2, 0.25),
    ],
)
def test_losses_of_unlike_number_formats_may_differ_more(
    one: str, other: str, first: float, held_out: float
) -> None:
    assert tolerance(one, other) == tolerance(other, one) == (first, held_out)


def test_one_thread_is_judged_against_the_cpu_as_a_person_runs_it(tmp_path: Path) -> None:
    corpus = Corpus(sides=("cpu", "cpu+threads=1"), ratio=lambda *_cell: 1.0)
    table = verdicts(load([corpus.write(tmp_path)]), scope="warm")
    assert set(table["side"] + " against " + table["base"]) == {"cpu+threads=1 against cpu"}
    assert table["verdict"].tolist() == ["too close"] * len(corpus.batch_sizes)
    assert (table["repeats"] > 0).all()
