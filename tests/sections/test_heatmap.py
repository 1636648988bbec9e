"""The page's heat maps as data: where the crossover line stands, and ink that can be read."""

from pathlib import Path

from scripts.figures.grid import colour_of
from scripts.figures.style import readable_on
from scripts.sections.heatmap import heat_map
from scripts.tables.analysis import Analysis
from scripts.write.pictures import Pictures
from scripts.write.view import View
from tests.corpus import Corpus, falling


def test_the_crossover_line_stands_between_the_cells_that_differ(tmp_path: Path) -> None:
    plan = Corpus(ratio=falling, batch_sizes=(8, 512), epochs=(1,), cold_seconds={"vulkan": 5.0})
    view = View(Analysis([plan.write(tmp_path)]), Pictures())
    drawn = heat_map(
        view.cells("mlp"), name="m", table="t", machine="", pair="", title="", caption="", limit=2
    )
    [edge] = drawn.warm_edges
    assert edge.x1 == edge.x2 == drawn.columns[1][0] - 1
    assert edge.solid
    assert drawn.total_edges == ()


def test_words_on_every_colour_of_the_scale_have_enough_contrast() -> None:
    def luminance(fill: str) -> float:
        parts = [int(fill[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for step in range(-60, 61):
        fill = colour_of(2 ** (step / 10), limit=6)
        light = luminance(fill)
        contrast = (light + 0.05) / 0.05 if readable_on(fill) == "#000" else 1.05 / (light + 0.05)
        assert contrast >= 4.5, fill


def test_the_cells_of_a_heat_map_name_their_rows_in_the_table(tmp_path: Path) -> None:
    plans = [
        Corpus(machine=name, workloads=("mlp", "cnn"), batch_sizes=(8, 64, 512), epochs=(1, 4))
        for name in "ab"
    ]
    view = View(Analysis([plan.write(tmp_path, plan.machine) for plan in plans]), Pictures())
    cells = view.cells("cnn")
    own = cells[cells["place"] == 1]
    drawn = heat_map(own, name="m", table="t", machine="b", pair="", title="", caption="", limit=2)
    rows = [cell.row for band in (*drawn.warm, *drawn.totals) for cell in band.cells]
    assert sorted(rows) == list(own.index)
    for band in drawn.totals:
        for (_x, size), cell in zip(drawn.columns, band.cells, strict=True):
            row = cells.loc[cell.row]
            assert [str(row["epochs"]), str(row["batch_size"])] == [band.label, size]
            assert row["machine"] == "b"
