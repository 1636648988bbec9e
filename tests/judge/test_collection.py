"""Many machines together: shares and crossings by hand, the figure, the words on the terminal."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from scripts.figures.style import encoded
from scripts.judge.collection import crossings, shares
from scripts.judge.crossover import crossovers
from scripts.sections.inputs import Report
from scripts.sections.machines.collection import collection, collection_lines
from scripts.sections.section import Section
from scripts.tables.analysis import Analysis
from scripts.write.terminal import show
from tests.corpus import Corpus
from tests.write.reports import figures_of

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}
SLOWER, FASTER = "slower", "faster"


def verdicts(*machines: tuple[str, ...]) -> pd.DataFrame:
    """Warm verdicts of each machine at batch sizes 1, 2, 4, ..., one machine a file."""
    rows = [
        {"file": str(number), "machine": str(number), "workload": "mlp", "side": "cuda",
         "base": "cpu", "scope": "warm", "epochs": None, "batch_size": 2**place,
         "derived": False, "verdict": word, "ratio": (ratio := 2.0 if word == SLOWER else 0.5),
         "lo": 0.9 * ratio, "hi": 1.1 * ratio, "blocks": 5}
        for number, words in enumerate(machines)
        for place, word in enumerate(words)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"epochs": "Int64"})


def test_shares_count_the_machines_with_each_verdict_cell_by_cell() -> None:
    table = shares(verdicts((SLOWER, FASTER), (SLOWER, SLOWER), (FASTER, "suspect")))
    assert table["batch_size"].tolist() == [1, 2]
    assert table["machines"].tolist() == [3, 3]
    assert table[SLOWER].tolist() == [2, 1]
    assert table[FASTER].tolist() == [1, 1]
    assert table["suspect"].tolist() == [0, 1]
    assert table["too close"].tolist() == [0, 0]
    assert table["ratio"].tolist() == [2.0, 0.5]


def test_crossings_tell_the_first_batch_size_called_faster_of_the_machines_that_cross() -> None:
    curves = crossovers(
        verdicts(
            (SLOWER, SLOWER, SLOWER, FASTER),
            (SLOWER, SLOWER, FASTER, FASTER),
            (SLOWER, FASTER, FASTER, FASTER),
            (SLOWER, SLOWER, SLOWER, SLOWER),
            (FASTER, FASTER, FASTER, FASTER),
            (FASTER, FASTER, FASTER, "undecided"),
            ("undecided", "undecided", "undecided", "undecided"),
            (FASTER, SLOWER, SLOWER, SLOWER),
        )
    )
    (row,) = crossings(curves).to_dict("records")
    sorts = ("machines", "crosses", "reversed", "slower", "faster", "other")
    assert {name: row[name] for name in sorts} == {
        "machines": 8, "crosses": 3, "reversed": 1, "slower": 1, "faster": 2, "other": 1,
    }  # fmt: skip
    assert [row["quarter"], row["median"], row["three_quarters"]] == [2, 4, 4]


def test_machines_with_other_sides_are_counted_apart() -> None:
    both = verdicts((SLOWER, FASTER), (SLOWER, FASTER))
    both.loc[both["file"] == "1", "side"] = "cpu+threads=1"
    assert shares(both)["machines"].tolist() == [1] * 4
    table = crossings(crossovers(both))
    assert table[["side", "machines"]].values.tolist() == [["cuda", 1], ["cpu+threads=1", 1]]


def test_without_a_crossing_there_is_no_number() -> None:
    (row,) = crossings(crossovers(verdicts((SLOWER, SLOWER)))).to_dict("records")
    assert pd.isna(row["median"])


def analysis_of(folder: Path, **plan: Any) -> Analysis:
    plans = [Corpus(machine=name, **SMALL, **plan) for name in "abc"]
    return Analysis([plan.write(folder, plan.machine) for plan in plans])


def together(analysis: Analysis) -> list[Section]:
    """What is said of these files where they are too many to be shown one by one."""
    analysis.whole.clear()
    return list(collection(Report(analysis)))


def test_the_terminal_says_how_many_cross_and_how_many_verdicts_may_be_wrong(
    tmp_path: Path,
) -> None:
    analysis = analysis_of(tmp_path, ratio=lambda _workload, _device, batch: 40 / batch)
    console = Console(file=io.StringIO(), width=100)
    show(together(analysis), console)
    words = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    said = " ".join(collection_lines(Report(analysis)))
    assert "3 files of 1 machine: 36 cells measured, 0 absent." in said
    assert "27 of 27 comparisons are decided (expect up to 5 % wrong)." in said
    assert "mlp vulkan cpu 3 3 64 [64 to 64] 0 0 0" in words


def test_files_with_one_side_are_said_to_compare_nothing(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, sides=("cpu",))
    assert together(analysis) == []
    assert [*collection_lines(Report(analysis))][-1] == "No file has two sides to compare."


def test_there_is_a_figure_once_warm_and_at_the_fewest_and_most_epochs(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"absent": {("mlp", 512, None, "vulkan"): ("oom", "8 GB")}}
    plan["sides"] = ("cpu", "vulkan", "cpu+threads=1")
    drawn = dict(figures_of(together(analysis_of(tmp_path, **plan))))
    assert list(drawn) == ["machines-warm", "machines-epochs-1", "machines-epochs-4"]
    for figure in drawn.values():
        assert encoded(figure, "png", dpi=40).startswith(b"\x89PNG")
        titles = [axes.get_title(loc="left") for axes in figure.axes]
        assert titles == ["mlp\ncpu+threads=1 / cpu", "mlp\nvulkan / cpu"]
