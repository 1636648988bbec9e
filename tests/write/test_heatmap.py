"""The page's heat maps as data: where the crossover line stands, and ink that can be read."""

from pathlib import Path

from scripts.figures.grid import Edge, colour_of
from scripts.figures.style import readable_on
from scripts.sections.inputs import Report
from scripts.sections.section import Map
from scripts.tables.analysis import Analysis
from scripts.write.heatmap import heat_map
from tests.corpus import Corpus, falling


def test_the_crossover_line_stands_between_the_cells_that_differ(tmp_path: Path) -> None:
    plan = Corpus(ratio=falling, batch_sizes=(8, 512), epochs=(1,), cold_seconds={"vulkan": 5.0})
    report = Report(Analysis([plan.write(tmp_path)]))
    cells = report.cells("mlp")
    title = "transformer-encoder on a-machine: the-side"  # not broken at its hyphens
    drawn = heat_map(Map(name="m", table="t", cells=cells, title=title, caption="", limit=2))
    assert drawn.title == ["transformer-encoder on a-machine:", "the-side"]
    assert drawn.edges == [Edge(row=0, column=0, below=False, decided=True)]


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
    report = Report(Analysis([plan.write(tmp_path, plan.machine) for plan in plans]))
    cells = report.cells("cnn")
    own = cells[cells["machine"] == "b"]
    drawn = heat_map(Map(name="m", table="t", cells=own, title="", caption="", limit=2))
    places = [cell.row for _label, row in drawn.rows for cell in row]
    assert sorted(places) == list(own.index)
    for label, row in drawn.rows[1:]:
        for cell in row:
            verdict = cells.loc[cell.row]
            assert str(verdict["epochs"]) == label
            assert verdict["batch_size"] == drawn.batch_sizes[cell.column]
            assert verdict["machine"] == "b"
