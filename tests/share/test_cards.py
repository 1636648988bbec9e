"""The collection by card: a machine counts once, by its curve of most batch sizes."""

import json
from pathlib import Path
from typing import Any

from scripts.judge.collection import by_card
from scripts.sections.inputs import Report
from scripts.sections.machines.cards import cards
from scripts.tables.analysis import Analysis
from tests.corpus import Corpus

EPOCHS: dict[str, Any] = {"epochs": (1,)}


def write(folder: Path, name: str, machine_id: str, crossing: int, **plan: Any) -> Path:
    """A file whose GPU is slower below a batch size and faster from there on."""
    sizes = plan.pop("batch_sizes", (8, 32, 128, 512))
    own = Corpus(
        machine=name,
        batch_sizes=sizes,
        ratio=lambda _workload, _side, batch: 2.0 if batch < crossing else 0.5,
        **EPOCHS,
        **plan,
    )
    content = own.result()
    content["machine_info"]["crossover"]["machine_id"] = machine_id
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content))
    return path


def test_machines_of_a_card_are_counted_once_each_with_their_spread(tmp_path: Path) -> None:
    gpu: dict[str, Any] = {"sides": ("cpu", "cuda")}
    analysis = Analysis(
        [
            write(tmp_path, "a", "a" * 12, 32, **gpu),
            write(tmp_path, "a-again", "a" * 12, 512, batch_sizes=(8, 512), **gpu),
            write(tmp_path, "b", "b" * 12, 128, **gpu),
            write(tmp_path, "c", "c" * 12, 512, **gpu),
            write(tmp_path, "d", "d" * 12, 32, sides=("cpu", "cpu+threads=1")),
            write(tmp_path, "e", "e" * 12, 32, sides=("cpu", "vulkan")),
        ]
    )
    files = analysis.results.files
    rows = by_card(analysis.crossovers, analysis.work, files).to_dict("records")
    found = {(row["card"], row["side"]): row for row in rows}
    card = found["NVIDIA H200", "cuda"]
    assert [card[name] for name in ("machines", "crosses")] == [3, 3]
    assert [card[name] for name in ("quarter", "median", "three_quarters")] == [32, 128, 128]
    assert found["AMD EPYC 7763", "cpu+threads=1"]["machines"] == 1
    (section,) = cards(Report(analysis))
    assert section.lines[0].text == "5 machines. No AMD, Apple or Intel card yet."
    shown = [row[0] for row in section.tables[0].rows]
    assert shown == ["AMD EPYC 7763", "NVIDIA H200"]


def test_without_two_sides_there_is_no_table(tmp_path: Path) -> None:
    (section,) = cards(Report(Analysis([write(tmp_path, "d", "d" * 12, 32, sides=("cpu",))])))
    assert list(section.tables) == []
    assert section.lines[0].text == "1 machine. No NVIDIA, AMD, Apple or Intel card yet."
