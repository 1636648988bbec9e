"""The advice: what to train with and where, what becomes of what was typed, what is not known."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import advise
from scripts.words.learning import time_text
from tests.corpus import Corpus, Pattern
from tests.learn_corpus import LearnCorpus

ROOT = Path(__file__).resolve().parents[2]
TIMED: dict[str, Any] = {
    "batch_sizes": (16, 64, 256, 1024),
    "epochs": (1,),
    "devices": ("cpu", "vulkan"),
    "process_noise": 0.01,
}
LEARNED: dict[str, Any] = {"batch_sizes": (16, 64, 256, 1024), "noise": 0.02}

Say = Callable[..., str]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs advise.py on plans and returns what it printed."""

    def run(*arguments: str, plans: list[Any] | None = None, workload: str = "mlp") -> str:
        both = [Corpus(**TIMED), LearnCorpus(**LEARNED)] if plans is None else plans
        paths = [str(plan.write(tmp_path, f"file{place}")) for place, plan in enumerate(both)]
        assert advise.main([*paths, "--workload", workload, *arguments]) == 0
        return capsys.readouterr().out

    return run


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert advise.main(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    return out.err


def test_the_answer_names_batch_optimiser_rate_epochs_and_time_on_each_device(say: Say) -> None:
    plan = Corpus(**TIMED | {"cold_seconds": {"cpu": 0.01, "vulkan": 3.0}})
    lines = say(plans=[plan, LearnCorpus(**LEARNED)]).splitlines()
    assert lines[0] == (
        "mlp to 90 % accuracy (held out; learned on learner, 5 seeds); "
        "8 of 8 pairs of batch size and optimiser reached it."
    )
    assert lines[1].startswith("on the CPU of devbox: train with batch ")
    assert ", SGD 0.01, " in lines[1] or ", Adam 0.01, " in lines[1]
    assert " [" in lines[1]
    assert lines[2].startswith("on vulkan (llvmpipe, a software rasteriser) of devbox: train with")
    assert "each at its best, vulkan" in lines[3]
    assert "train on the CPU." in lines[3]


def test_a_faster_device_comes_first_and_is_recommended(say: Say) -> None:
    fast = Corpus(**TIMED | {"ratio": lambda *_cell: 0.1, "cold_seconds": {"vulkan": 0.001}})
    lines = say(plans=[fast, LearnCorpus(**LEARNED)]).splitlines()
    assert lines[1].startswith("on vulkan")
    assert lines[2].startswith("on the CPU of devbox")
    assert "train on the GPU." in lines[3]


def test_what_was_typed_ends_where_its_curve_stands(say: Say) -> None:
    # 1024 needs 50 (1 + 100 / 1024) = 55 steps, four an epoch: 3 epochs are 12 steps, whose score
    # lies 12 / 55 of the way from 10 % to 90 %.
    lines = say("--batch-size", "1024", "--epochs", "3")
    assert "what you typed (batch 1024, 3 epochs, SGD 0.01) ends at 27" in lines
    assert "% accuracy." in lines
    assert "it takes " in lines
    assert "on the CPU of devbox" in lines.splitlines()[-1]


def test_what_was_typed_with_enough_epochs_gets_there(say: Say) -> None:
    assert "gets there: it needs 14 epochs." in say("--batch-size", "1024", "--epochs", "30")


def test_a_batch_size_alone_is_told_its_epochs(say: Say) -> None:
    assert "what you typed (batch 1024, Adam 0.01) needs 14 epochs." in say("--batch-size", "1024")


def test_a_batch_size_that_was_not_trained_is_not_made_up(say: Say) -> None:
    words = say("--batch-size", "100", "--epochs", "3", "--optimizer", "sgd")
    assert "batch 100 was not trained; learned: batch 16, 64, 256, 1024." in words
    assert "next to it (batch 64, 3 epochs, SGD 0.01) gets there: it needs 3 epochs." in words
    assert "next to it (batch 256, 3 epochs, SGD 0.01) ends at 65.6 % accuracy." in words
    assert "it takes " not in words


def test_a_batch_beyond_the_training_data_is_the_whole_set(say: Say) -> None:
    learned = LearnCorpus(**LEARNED | {"batch_sizes": (64, 4000), "optimizers": ("sgd",)})
    words = say("--batch-size", "5000", "--epochs", "3", plans=[Corpus(**TIMED), learned])
    assert "batch 5000 is more than the 4000 training samples: the whole set." in words
    assert "what you typed (batch 4000, 3 epochs, SGD 0.01) ends at " in words


def test_epochs_alone_are_enough_for_some_batch_sizes_and_the_fastest_of_them_is_told(
    say: Say,
) -> None:
    lines = say("--epochs", "3", "--optimizer", "sgd").splitlines()
    (own,) = [line for line in lines if line.startswith("what you typed (3 epochs, SGD)")]
    words = "is enough for batch 16, 64; not for batch 256 (5 epochs), 1024 (14 epochs)."
    assert own.endswith(words)
    within = [line for line in lines if line.startswith("the fastest within that, on ")]
    assert len(within) == 2
    assert all("train with batch 64, SGD 0.01, " in line for line in within)
    assert "is enough for no batch size; not for batch 16 (2 epochs)" in say("--epochs", "1")


def test_whole_epochs_are_told_with_the_place_where_the_target_is_reached(say: Say) -> None:
    assert ", 3 epochs (there after 2.0" in say("--optimizer", "sgd", "--epochs", "3")


def test_a_target_that_was_never_reached_is_said_clearly(say: Say) -> None:
    lost = {("mlp", size, name): (0, 1, 2, 3) for size in LEARNED["batch_sizes"]
            for name in ("sgd", "adam")}  # fmt: skip
    words = say(plans=[Corpus(**TIMED), LearnCorpus(**LEARNED, lost=lost)])
    assert "no setting gets there: not reached by 4 of 5 seeds." in words
    assert "not known on the CPU of devbox: not reached by 4 of 5 seeds." in words


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
    assert "not known: seconds and the best device (no timing file is given" in words


def test_a_workload_that_was_not_timed_is_said_to_be_so(say: Say) -> None:
    plans = [Corpus(**TIMED), LearnCorpus(**LEARNED | {"workloads": ("lstm",)})]
    words = say(plans=plans, workload="lstm")
    assert "not known: seconds and the best device (lstm was not timed there" in words


def test_a_device_that_cannot_train_it_is_named_with_the_reason(say: Say) -> None:
    absent: dict[Pattern, Any] = {("mlp", None, None, "vulkan"): ("unsupported", "aten::lstm")}
    words = say(plans=[Corpus(**TIMED, absent=absent), LearnCorpus(**LEARNED)])
    assert "not known on vulkan (llvmpipe, a software rasteriser) of devbox: " in words
    assert "unsupported: aten::lstm." in words


def test_untimed_batch_sizes_are_named(say: Say) -> None:
    plans = [Corpus(**TIMED), LearnCorpus(**LEARNED | {"batch_sizes": (4, 64, 4000)})]
    assert "not known on the CPU of devbox: batch 4, 4000 (not timed)." in say(plans=plans)


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
    row = {"seconds": 0.939, "lo": 0.679, "hi": 1.17}
    assert time_text(row) == "939 ms [679, 1170]"
    assert time_text({"seconds": 11.0, "lo": 9.0, "hi": math.inf}) == "11 s [9, ∞]"
