from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts.figures.speed import speed_figure
from scripts.tables.analysis import Analysis
from scripts.words.crossovers import crossover_words
from scripts.words.steps import fit_lines
from scripts.words.verdicts import answer
from tests.corpus import Corpus

EXACT: dict[str, Any] = {"process_noise": 0.0, "epoch_noise": 0.0, "epochs": (1,)}


def analysed(folder: Path, **plan: Any) -> Analysis:
    return Analysis([Corpus(**(EXACT | plan)).write(folder)])


def lines_of(analysis: Analysis) -> list[str]:
    """The lines of the first workload's sides."""
    pair = next(analysis.pairs(str(analysis.rounds["file"].iloc[0])))
    return fit_lines(analysis.rounds_of(pair), analysis.fits_of(pair))


def constant(_workload: str, _batch: int) -> float:
    return 2e-3


def proportional(_workload: str, batch: int) -> float:
    return 4e-6 * batch


def overlapping(_workload: str, batch: int) -> float:
    return float(np.hypot(3e-4, 2e-6 * batch))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (None, "fitted step 300 µs + 2.00 µs per sample, batch size 8 to 512 (additive, misses by"),
        (overlapping, "fitted step 300 µs overlapping with 2.00 µs per sample, batch size"),
        (constant, "fitted step 2.00 ms, batch size 8 to 512"),
        (proportional, "fitted step 4.00 µs per sample, batch size 8 to 512"),
    ],
)
def test_a_fit_is_said_as_what_a_step_is_made_of(tmp_path: Path, step: Any, words: str) -> None:
    plan = {} if step is None else {"cpu_step_seconds": step}
    (line,) = lines_of(analysed(tmp_path, sides=("cpu",), **plan))
    assert line.startswith(f"cpu: {words}")
    assert line.endswith("misses by 0.0% on average)")


def test_only_the_sides_of_the_rounds_are_spoken_of(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, sides=("cpu", "cpu+threads=1", "vulkan"))
    vulkan = "vulkan (llvmpipe, a software rasteriser)"
    assert [line.partition(":")[0] for line in lines_of(analysis)] == [
        "cpu",
        "cpu+threads=1",
        vulkan,
    ]
    pair = next(analysis.pairs(str(analysis.rounds["file"].iloc[0])))
    own = analysis.rounds.query("side == 'vulkan'")
    (line,) = fit_lines(own, analysis.fits_of(pair))
    assert line.startswith(f"{vulkan}: ")


def crossing(_workload: str, _device: str, batch: int) -> float:
    """The side's step takes 1 ms, the base's 300 µs and 2 µs a sample: equal at batch size 350."""
    return 1e-3 / (3e-4 + 2e-6 * batch)


def test_the_number_stands_in_the_table_and_in_words(tmp_path: Path) -> None:
    analysis = analysed(tmp_path, ratio=crossing, batch_sizes=(8, 32, 128, 512, 2048))
    pair = next(pair for pair in analysis.pairs(str(analysis.rounds["file"].iloc[0])))
    warm = analysis.crossovers[analysis.crossovers["scope"] == "warm"].iloc[0]
    assert (warm["lower"], warm["upper"]) == (128, 512)
    assert warm["crosses_at"] == pytest.approx(350, rel=0.02)
    numbers = f"{warm['crosses_at']:.0f} [{warm['crosses_from']:.0f} to {warm['crosses_to']:.0f}]"
    assert crossover_words(warm) == f"between 128 and 512: {numbers}"
    said = answer(analysis.of(pair, analysis.verdicts), analysis.of(pair, analysis.crossovers))
    assert f"The curve crosses at batch size {numbers}, with a 95 % interval." in said


def test_a_poor_fit_is_not_told_as_a_law(tmp_path: Path) -> None:
    steps = {8: 1e-3, 32: 1e-3, 128: 4e-2, 512: 4e-2}
    (line,) = lines_of(
        analysed(
            tmp_path,
            sides=("cpu",),
            batch_sizes=tuple(steps),
            cpu_step_seconds=lambda _workload, batch: steps[batch],
        )
    )
    assert line.startswith("cpu: no simple curve fits, batch size 8 to 512 (the nearest misses by ")


def dotted(folder: Path, steps: dict[int, float]) -> list[tuple[int, int]]:
    """Where the dotted curves of a CPU with these step times begin and end."""
    analysis = analysed(
        folder,
        sides=("cpu",),
        batch_sizes=tuple(steps),
        cpu_step_seconds=lambda _workload, batch: steps[batch],
    )
    pair = next(analysis.pairs(str(analysis.rounds["file"].iloc[0])))
    figure = speed_figure(analysis.rounds_of(pair), analysis.fits_of(pair), title="t")
    sizes = [np.asarray(line.get_xdata()) for line in figure.axes[0].lines if line.is_dashed()]
    return [(round(drawn.min()), round(drawn.max())) for drawn in sizes]


def test_the_fit_is_drawn_dotted_and_never_across_a_non_monotone_pair(tmp_path: Path) -> None:
    rising = {8: 1e-3, 16: 1.1e-3, 32: 1.3e-3, 64: 1.6e-3}
    assert dotted(tmp_path, rising) == [(8, 64)]
    assert dotted(tmp_path, rising | {128: 5e-4, 256: 6e-4, 512: 8e-4}) == [(8, 64), (128, 512)]
    assert dotted(tmp_path, {8: 1e-3, 16: 1.1e-3}) == []
