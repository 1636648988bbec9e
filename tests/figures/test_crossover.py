"""The curve of the first screen: the names at its lines' ends, and machines by networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scripts.figures.crossover import FIRST_SCREEN, SLIDE, crossover_figure, moved_apart
from scripts.figures.machines import MOST_MACHINES, machines_figure
from tests.figures.test_figures import laid_out, overlaps


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([], []),
        ([0.2, 0.5], [0.2, 0.5]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([0.2, 0.5, 0.52, 0.54], [0.2, 0.42, 0.52, 0.62]),
        ([0.0, 0.01], [0.0, 0.1]),
        ([0.99, 1.0], [0.9, 1.0]),
    ],
)
def test_places_are_moved_as_little_as_it_takes(wanted: list[float], placed: list[float]) -> None:
    found = moved_apart(np.array(wanted, dtype=np.float64), least=0.1)
    assert found.tolist() == pytest.approx(placed)


def curves(**ends: float) -> pd.DataFrame:
    """Warm verdicts of networks that begin at 4x and end at these ratios."""
    rows = [
        {"workload": name, "file": "a.json", "batch_size": size, "ratio": ratio}
        for name, end in ends.items()
        for size, ratio in ((8, 4.0), (512, end))
    ]
    return pd.DataFrame(rows).assign(lo=np.nan, hi=np.nan, verdict="faster")


@pytest.mark.parametrize("size", [FIRST_SCREEN, SLIDE], ids=["page", "slide"])
def test_names_stand_in_the_order_of_their_lines_ends_and_apart(size: tuple[float, float]) -> None:
    rows = curves(mlp=0.50, cnn=0.52, lstm=0.51, transformer=0.505, far=3.0)
    figure = laid_out(crossover_figure({"": rows}, other="the CPU", size=size))
    [axes] = figure.axes
    names = [text for text in axes.texts if text.get_text() in set(rows["workload"])]
    by_height = sorted(names, key=lambda text: text.get_window_extent().y0)
    order = ["mlp", "transformer", "lstm", "cnn", "far"]
    assert [text.get_text() for text in by_height] == order
    assert overlaps(figure) == []
    leaders = [line for line in axes.lines if line.get_transform() is axes.transAxes]
    paths = [np.asarray(line.get_xydata(), dtype=np.float64) for line in leaders]
    ends = {tuple(path[1].round(6).tolist()): path[0] for path in paths}
    assert len(leaders) == 4
    for text in by_height[:4]:
        x, y = text.get_position()
        start = axes.transData.inverted().transform(
            axes.transAxes.transform(ends[round(x - 0.01, 6), round(y, 6)])
        )
        own = rows[rows["workload"] == text.get_text()]
        assert start == pytest.approx([512, own["ratio"].iloc[-1]], rel=1e-3)


def rates(**found: tuple[Any, ...]) -> pd.DataFrame:
    """Rows of `rates`: by machine, samples per second of mlp and of cnn."""
    rows = [
        {"machine": name, "workload": workload, "samples_a_second": rate}
        for name, own in found.items()
        for workload, rate in zip(("mlp", "cnn"), own, strict=False)
    ]
    table = pd.DataFrame(rows)
    most = table.groupby("workload")["samples_a_second"].transform("max")
    return table.assign(share=table["samples_a_second"] / most, doubt="")


def test_of_each_network_the_fastest_machine_is_bold_and_what_is_suspect_marked() -> None:
    table = rates(lab=(1234567.0, 5000.0), desk=(93580.0, 9000.0), old=(800.0,))
    table.loc[table["machine"] == "old", "doubt"] = "host loaded"
    figure = laid_out(machines_figure(table, width=4.4))
    told = {text.get_text(): text.get_fontweight() for text in figure.axes[0].texts}
    bold = {words for words, weight in told.items() if weight == "bold"}
    assert bold == {"1,235", "9"}
    assert {"93.6", "5", "0.8 !"} <= set(told)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["lab", "desk", "old"]


def test_of_many_machines_the_fastest_are_drawn_and_the_others_counted(tmp_path: Path) -> None:
    names = {f"machine-{n}": (1000.0 - n, 500.0) for n in range(MOST_MACHINES + 3)}
    figure = machines_figure(rates(**names), width=4.4)
    figure.savefig(tmp_path / "machines.png")
    assert overlaps(figure) == []
    assert figure.get_supxlabel() == "and 3 more machines"
    assert len(figure.axes[0].get_yticklabels()) == MOST_MACHINES
