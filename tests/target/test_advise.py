"""The advice: what to train with and where, what becomes of what was typed, what is not known."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import advise, report
from scripts.words.target.learning import time_text
from tests.corpus import Corpus, Pattern
from tests.learn_corpus import LearnCorpus
from tests.target.plans import LEARNED, TIMED, Say

ROOT = Path(__file__).resolve().parents[2]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert advise.main(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    return out.err


def test_the_answer_names_batch_optimiser_rate_epochs_and_time_on_each_side(say: Say) -> None:
    plan = Corpus(**TIMED | {"cold_seconds": {"cpu": 0.01, "vulkan": 3.0}})
    lines = say(plans=[plan, LearnCorpus(**LEARNED)]).splitlines()
    assert lines[0] == (
        "mlp to 90 % accuracy (held out; learned on learner, 5 seeds); "
        "8 of 8 pairs of batch size and optimiser reached it."
    )
    assert lines[1].startswith("on cpu of devbox: train with batch ")
    assert ", SGD 0.01, " in lines[1] or ", Adam 0.01, " in lines[1]
    assert " [" in lines[1]
    assert lines[2].startswith("on vulkan (llvmpipe, a software rasteriser) of devbox: train with")
    assert lines[3].startswith("in brackets: where 95 % of single runs end")
    assert "each at its best, vulkan" in lines[4]
    assert "train on cpu." in lines[4]


def test_a_faster_side_comes_first_and_is_recommended(say: Say) -> None:
    fast = Corpus(**TIMED | {"ratio": lambda *_cell: 0.1, "cold_seconds": {"vulkan": 0.001}})
    lines = say(plans=[fast, LearnCorpus(**LEARNED)]).splitlines()
    assert lines[1].startswith("on vulkan")
    assert lines[2].startswith("on cpu of devbox")
    assert "train on vulkan." in lines[4]


def test_a_target_that_was_never_reached_is_said_clearly(say: Say) -> None:
    lost = {("mlp", size, name): (0, 1, 2, 3) for size in LEARNED["batch_sizes"]
            for name in ("sgd", "adam")}  # fmt: skip
    words = say(plans=[Corpus(**TIMED), LearnCorpus(**LEARNED, lost=lost)])
    assert "no setting gets there: not reached by 4 of 5 seeds." in words
    assert "not known on cpu of devbox: not reached by 4 of 5 seeds." in words


def test_a_target_beyond_what_was_trained_to_is_not_guessed(say: Say) -> None:
    words = say("--target", "0.95")
    assert "not known: the runs were trained to 0.9 only" in words
    assert "no setting gets there" not in words


def test_runs_that_were_cut_short_are_not_called_unreached(say: Say) -> None:
    content = LearnCorpus(**LEARNED).result()
    own = content["crossover_learning"]
    own |= {"complete": False, "runs": [run for run in own["runs"] if run["seed"] >= 100]}

    class Cut:
        def write(self, folder: Path, name: str) -> Path:
            path = folder / f"{name}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            return path

    words = say(plans=[Corpus(**TIMED), Cut()])
    assert "no setting is known to get there: cut short: 0 of 5 seeds are trained." in words


def test_an_easier_target_is_answered_from_the_curves(say: Say) -> None:
    lines = say("--target", "0.5").splitlines()
    assert lines[0].startswith("mlp to 50 % accuracy")
    assert lines[1] == "learning rates are those that were best to 90 % accuracy."
    assert "learning rates are those" not in say()


def test_without_timing_the_epochs_are_told_and_the_rest_is_not_known(say: Say) -> None:
    words = say(plans=[LearnCorpus(**LEARNED)])
    assert "fewest epochs: train with batch 16, " in words
    assert "not known: seconds and the best side (no timing file is given" in words


def test_a_workload_that_was_not_timed_is_said_to_be_so(say: Say) -> None:
    plans = [Corpus(**TIMED), LearnCorpus(**LEARNED | {"workloads": ("lstm",)})]
    words = say(plans=plans, workload="lstm")
    assert "not known: seconds and the best side (lstm was not timed there" in words


def test_a_side_that_cannot_train_it_is_named_with_the_reason(say: Say) -> None:
    absent: dict[Pattern, Any] = {("mlp", None, None, "vulkan"): ("unsupported", "aten::lstm")}
    words = say(plans=[Corpus(**TIMED, absent=absent), LearnCorpus(**LEARNED)])
    assert "not known on vulkan (llvmpipe, a software rasteriser) of devbox: " in words
    assert "unsupported: aten::lstm." in words


def test_untimed_batch_sizes_are_named(say: Say) -> None:
    plans = [Corpus(**TIMED), LearnCorpus(**LEARNED | {"batch_sizes": (4, 64, 4000)})]
    assert "not known on cpu of devbox: batch 4, 4000 (not timed)." in say(plans=plans)


def test_a_rate_at_the_edge_and_seconds_of_another_optimiser_are_admitted(say: Say) -> None:
    learned = LearnCorpus(
        **LEARNED | {"rates": (0.01, 0.1, 1.0), "best_rate": 0.01, "optimizers": ("adam",)}
    )
    words = say(plans=[Corpus(**TIMED), learned])
    assert "its learning rate is at the lower edge of those tried" in words
    assert "seconds of SGD, assumed alike" in words


def test_only_the_machine_and_optimiser_asked_for_are_answered(say: Say) -> None:
    plans = [
        Corpus(**TIMED, machine="laptop"),
        Corpus(**TIMED, machine="server"),
        LearnCorpus(**LEARNED),
    ]
    words = say("--machine", "laptop", "--optimizer", "adam", plans=plans)
    assert "laptop" in words
    assert "server" not in words
    assert "SGD 0.01" not in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workload", "cnn"], "--workload: cnn was not learned; the files have: mlp"),
        (
            ["--workload", "mlp", "--machine", "x"],
            "--machine: x is none of the timed machines: devbox",
        ),
        (["--workload", "mlp", "--optimizer", "lion"], "--optimizer: lion was not learned for mlp"),
        (
            ["--workload", "mlp", "--target", "93"],
            "--target: 93 is above 1; accuracy is a fraction, such as 0.93",
        ),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(Corpus(**TIMED).write(tmp_path)), str(LearnCorpus(**LEARNED).write(tmp_path))]
    assert words in refused(capsys, *paths, *arguments)


def test_without_a_learning_file_the_command_that_makes_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(Corpus(**TIMED).write(tmp_path))
    assert "pytest bench --learning" in refused(capsys, path, "--workload", "mlp")


def test_a_machine_is_asked_for_among_timing_files_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(LearnCorpus(**LEARNED).write(tmp_path))
    said = refused(capsys, path, "--workload", "mlp", "--machine", "devbox")
    assert said == "--machine: no timing file is given; name that machine's\n"
    assert "--workload: '' was not learned" in refused(capsys, path, "--workload", "")


def test_a_broken_file_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "torn.json"
    path.write_text("{")
    assert str(path) in refused(capsys, str(path), "--workload", "mlp")


@pytest.mark.parametrize("value", ["0", "-3", "1e3", "many", "²"])
def test_odd_numbers_are_refused_by_their_option(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        advise.main(["x.json", "--workload", "mlp", "--epochs", value])
    assert refusal.value.code == 2
    assert "--epochs" in capsys.readouterr().err


def test_the_script_runs_from_the_checkout_and_imports_nothing_slow(
    tmp_path: Path,
) -> None:
    paths = [str(Corpus(**TIMED).write(tmp_path)), str(LearnCorpus(**LEARNED).write(tmp_path))]
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['scripts/advise.py', *{paths!r}, '--workload', 'mlp']\n"
        "try:\n    runpy.run_path('scripts/advise.py', run_name='__main__')\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "slow = 'torch seaborn matplotlib scipy.stats bench models'.split()\n"
        "assert not {*slow} & set(sys.modules), {*slow} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mlp to 90 % accuracy")


def test_an_interval_that_passes_its_unit_has_no_exponent() -> None:
    assert time_text({"seconds": 1234.0, "lo": 999.0, "hi": 2e4}) == "1,234 s [999 to 20,000]"
    row = {"seconds": 0.939, "lo": 0.679, "hi": 1.17}
    assert time_text(row) == "939 ms [679 to 1,170]"
    assert time_text({"seconds": 11.0, "lo": 9.0, "hi": math.inf}) == "11 s [9 to ∞]"


def test_a_report_tells_of_the_fastest_side_only_and_names_the_door_for_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [Corpus(**TIMED).write(tmp_path), LearnCorpus(**LEARNED).write(tmp_path)]
    assert report.main([*map(str, files), "--brief"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("of devbox: train with batch ") == 1
    assert "in brackets: where 95 % of single runs end" in said
    assert "scripts/advise.py --workload NAME tells of every side" in said
