"""What a reader has to know before any number."""

import json
from pathlib import Path

from scripts.sections.warnings import run_warnings
from scripts.tables.analysis import Analysis
from scripts.words.warnings import software_warnings
from tests.corpus import Corpus


def test_losses_that_can_be_compared_only_loosely_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "box.json"
    content = Corpus(workloads=("cnn", "mlp")).result()
    path.write_text(json.dumps(content), encoding="utf-8")
    plain = Analysis([path])
    before = software_warnings(plain.results.files, plain.work)
    content["crossover"]["workloads"]["cnn"]["losses_compared"] = "loosely: dropout"
    path.write_text(json.dumps(content), encoding="utf-8")
    analysis = Analysis([path])
    [line] = set(software_warnings(analysis.results.files, analysis.work)) - set(before)
    assert "of cnn the losses are compared only loosely" in line


def test_a_run_that_was_cut_short_after_its_cells_does_not_count_them(tmp_path: Path) -> None:
    whole = Corpus(batch_sizes=(8,), epochs=(1,)).result()
    whole["crossover"]["complete"] = False
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(whole))
    [line] = run_warnings(Analysis([path]))
    assert line.endswith(
        "(every cell has seconds, not all that was asked for); --resume finishes it"
    )
