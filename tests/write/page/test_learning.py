"""Time to the target on the page: answers, tables, figures, warnings, what was not trained."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts import report
from scripts.tables.analysis import Analysis
from scripts.tables.learned import Learned
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.write.page.test_page import NASTY, Elements
from tests.write.reports import DRAWN, no_pictures, page_text

TIMED: dict[str, Any] = {"batch_sizes": (16, 64, 256), "epochs": (1,)}
SIZES = (16, 64, 256)


def learned_page(
    folder: Path,
    plans: Sequence[Corpus],
    learning: LearnCorpus | dict[str, Any],
    *,
    small: dict[str, str] | None = None,
) -> Elements:
    analysis = Analysis([plan.write(folder, f"file{n}") for n, plan in enumerate(plans)])
    path = folder / "learned.json"
    document = learning.result() if isinstance(learning, LearnCorpus) else learning
    path.write_text(json.dumps(document))
    learned = Learned.read([path], analysis.rounds)
    return Elements(page_text(analysis, learned=learned, small=small))


def test_the_page_says_which_batch_size_and_side_reach_the_target_first(
    tmp_path: Path,
) -> None:
    """Steps to the target are 50 (1 + 100 / B) and a step takes longer the larger B is."""
    said = learned_page(tmp_path, [Corpus(**TIMED)], LearnCorpus(batch_sizes=SIZES)).said
    assert "Which batch size reaches the target first?" in said
    assert "mlp to 90 % accuracy (held out; learned on learner, 5 seeds)" in said
    first = r"First: on cpu of devbox, train with batch \d+, \w+ 0.01, \d+ epochs \(5 of 5 "
    first += "seeds end at the target\\): "
    assert re.search(rf"{first}[\d.]+ m?s \[[\d.]+ to [\d.]+\]\.", said)
    contest = r"devbox, each at its own best: vulkan .* takes [\d.]+x \[.*\] the time of cpu: train"
    assert re.search(contest, said)


def test_every_setting_has_its_epochs_and_its_time_on_each_side(tmp_path: Path) -> None:
    plan = LearnCorpus(batch_sizes=(16, 64, 256, 4000), optimizers=("adam",))
    said = learned_page(tmp_path, [Corpus(**TIMED)], plan).said
    assert "Epochs to the target of mlp: to the first look that finds it" in said
    assert "Time to the target of mlp, for each side, optimiser and batch size" in said
    assert said.count("not timed at batch size 4000") == 2 * 2  # alone, and in the contest
    assert "5 of 5" in said
    assert "equal batch size" in said
    assert "each at its own best" in said


def test_the_best_number_of_epochs_is_told_with_its_table_and_what_stopping_there_saves(
    tmp_path: Path,
) -> None:
    plan = LearnCorpus(batch_sizes=SIZES, optimizers=("adam",), last_epoch=40, turn=10.0)
    elements = learned_page(
        tmp_path, [Corpus(**TIMED)], plan, small={"fit-learner-mlp": "<svg>fit</svg>"}
    )
    assert "Best number of epochs: batch " in elements.said
    assert "more training makes the held-out loss worse, " in elements.said
    assert "early stopping, after 5 epochs without a lower held-out loss, saves " in elements.said
    assert "Epochs of mlp until the held-out loss is lowest" in elements.said
    assert "fit-learner-mlp" in {
        own.get("data-name") for tag, own in elements.found if tag == "img"
    }


def test_settings_that_were_not_trained_are_named_with_their_reason(tmp_path: Path) -> None:
    document = LearnCorpus(batch_sizes=SIZES).result()
    own = document["crossover_learning"]
    own["absent"] = [
        {"workload": "mlp", "batch_size": size, "optimizer": "momentum", "reason": "interrupted",
         "detail": "the run ended before"}
        for size in (16, 64)
    ]  # fmt: skip
    own["complete"] = False
    said = learned_page(tmp_path, [Corpus(**TIMED)], document).said
    assert "SGD with momentum" not in said.split("Settings of mlp that were not trained")[0]
    assert "momentum interrupted the run ended before 16, 64" in said
    assert "the learning run was cut short" in said


def test_a_workload_that_was_learned_and_not_timed_has_its_chapter(tmp_path: Path) -> None:
    plan = LearnCorpus(workloads=("cnn",), batch_sizes=SIZES)
    elements = learned_page(tmp_path, [Corpus(**TIMED)], plan)
    assert "w-cnn-target" in elements.ids()
    assert "How many seconds that takes is not known: this network was not timed." in elements.said


def test_the_exact_command_of_a_learning_file_is_there(tmp_path: Path) -> None:
    said = learned_page(tmp_path, [Corpus(**TIMED)], LearnCorpus(batch_sizes=SIZES)).said
    assert "pytest bench --learning" in said


def test_the_figures_of_learning_are_shown_under_their_workload(tmp_path: Path) -> None:
    small = {f"{kind}-learner-mlp": f"<svg>{kind}</svg>" for kind in ("epochs", "rates")}
    for kind in ("time", "curves", "descent"):
        small[f"{kind}-learner-mlp-devbox"] = f"<svg>{kind}</svg>"
    plan = LearnCorpus(batch_sizes=SIZES)
    elements = learned_page(tmp_path, [Corpus(**TIMED)], plan, small=small)
    shown = {
        str(attributes["data-name"]): str(attributes["alt"])
        for tag, attributes in elements.found
        if tag == "img"
    }
    kinds = {name.partition("-")[0] for name in shown}
    assert kinds == {"epochs", "rates", "time", "curves", "descent"}
    assert all("mlp, learned on learner" in alt for alt in shown.values())


def test_names_in_a_learning_file_stay_text(tmp_path: Path) -> None:
    def document(name: str) -> dict[str, Any]:
        own = LearnCorpus(machine=name, batch_sizes=(16,)).result()
        own["machine_info"]["crossover"] |= {"cpu": name, "torch": name}
        own["crossover_learning"]["run"] |= {"command": name, "started": name}
        own["crossover_learning"]["absent"] = [
            {"workload": "mlp", "batch_size": 1, "optimizer": name, "reason": name, "detail": name}
        ]
        return own

    odd = learned_page(tmp_path, [Corpus(**TIMED)], document(NASTY[:60]))
    plain = learned_page(tmp_path, [Corpus(**TIMED)], document("x"))
    assert [tag for tag, _a in odd.found] == [tag for tag, _a in plain.found]
    assert NASTY[:60] in odd.said


def test_a_learning_file_without_any_run_is_reported_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DRAWN, no_pictures)
    document = LearnCorpus(batch_sizes=SIZES).result()
    document["crossover_learning"] |= {"runs": [], "complete": False}
    document["crossover_learning"]["absent"] = [
        {"workload": "mlp", "batch_size": 16, "optimizer": "sgd", "reason": "interrupted",
         "detail": ""}
    ]  # fmt: skip
    learned = tmp_path / "learned.json"
    learned.write_text(json.dumps(document))
    timed = Corpus(**TIMED).write(tmp_path)
    assert report.main([str(timed), str(learned), "--out", str(tmp_path / "out")]) == 0
    said = Elements((tmp_path / "out" / "report.html").read_text()).said
    assert "No setting of mlp was trained to the end; the table says why." in said


def test_of_too_many_settings_the_page_shows_each_sides_fastest_and_says_where_the_rest_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.sections.target.tables.MOST_SETTINGS", 5)
    elements = learned_page(tmp_path, [Corpus(**TIMED)], LearnCorpus(batch_sizes=SIZES))
    assert "t-fastest-mlp" in elements.ids()
    assert "t-time-to-target-mlp" not in elements.ids()
    assert "each at its own best" in elements.said
    assert "equal batch size" not in elements.said
    assert "time_to_target.csv and contests.csv, in the folder" in elements.said
