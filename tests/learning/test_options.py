"""The options of a learning run: a wrong value names itself, before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from bench.learning import options
from bench.learning.options import (
    OWN,
    TIMING,
    TO_END,
    read_learn_settings,
    refuse_learning_options,
)

SHARED = ("--preset", "--workloads", "--batch-sizes", "--optimizer", "--optimizer-implementation")


class Typed:
    """Stands for pytest's config: what was typed on the command line."""

    def __init__(self, **flags: str) -> None:
        self.values: dict[str, Any] = dict.fromkeys((*OWN, TO_END, *TIMING, *SHARED))
        self.values |= {f"--{name.replace('_', '-')}": value for name, value in flags.items()}

    def getoption(self, flag: str) -> Any:
        return self.values[flag]


def settings(**flags: str) -> Any:
    return read_learn_settings(Typed(**flags))  # type: ignore[arg-type]


def test_the_defaults_are_the_default_preset() -> None:
    read = settings()
    assert list(read.workloads) == ["mlp", "lstm", "cnn-series", "transformer"]
    assert read.workloads["lstm"] == (4, 8, 16, 32, 64, 128, 270)
    assert read.optimizers["mlp"] == ("sgd", "adam")
    assert read.optimizers["transformer"] == ("adamw",)
    assert read.learning_rates == ()
    assert (read.tuning_seeds, read.figure_seeds) == ((100, 101), tuple(range(10)))
    assert read.targets == {"mlp": 0.93, "lstm": 0.95, "cnn-series": 0.9}
    assert read.processes >= 1


def test_options_overrule_their_preset() -> None:
    read = settings(
        preset="smoke",
        workloads="rnn,lstm",
        batch_sizes="full,4,512",
        optimizers="momentum,adamw",
        learning_rates="0.1,0.01",
        seeds="7,5",
        tuning_seeds="9",
        cap_epochs="3",
        processes="2",
    )
    assert read.workloads == {"rnn": (4, 270), "lstm": (4, 270)}
    assert read.optimizers == dict.fromkeys(("rnn", "lstm"), ("momentum", "adamw"))
    assert read.learning_rates == (0.01, 0.1)
    assert (read.figure_seeds, read.tuning_seeds) == ((5, 7), (9,))
    assert (read.cap_epochs, read.cap_steps, read.processes) == (3, 200, 2)


def test_a_target_is_for_all_workloads_or_by_name() -> None:
    assert settings(workloads="mlp,rnn", target="0.8").targets == {"mlp": 0.8, "rnn": 0.8}
    named = settings(target="mlp=0.95,lstm=0.9").targets
    assert named == {"mlp": 0.95, "lstm": 0.9, "cnn-series": 0.9}
    assert settings(preset="smoke").targets == {}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"workloads": "mpl"}, "--workloads mpl: no such workload; is it mlp?; one of: all, mlp"),
        ({"workloads": "mlp,,rnn"}, "--workloads 'mlp,,rnn': an empty name"),
        ({"batch_sizes": "8,8"}, "--batch-sizes 8,8: 8 is named twice"),
        ({"batch_sizes": "0"}, "--batch-sizes 0"),
        ({"batch_sizes": "half"}, "--batch-sizes half"),
        ({"optimizers": "lion"}, "--optimizers lion: none of sgd"),
        ({"optimizers": "sgd", "optimizer": "adam"}, "exclude each other"),
        ({"learning_rates": "0.1,-1"}, "--learning-rates -1"),
        ({"learning_rates": "nan"}, "--learning-rates nan"),
        ({"seeds": "1.5"}, "--seeds 1.5"),
        ({"seeds": "1,100"}, "--seeds 100: is a tuning seed"),
        ({"target": "lstm=0.9", "workloads": "mlp"}, "--target lstm: none of mlp"),
        ({"target": "mlp="}, "--target nothing"),
        ({"target": "high"}, "--target high"),
        ({"cap_epochs": "0"}, "--cap-epochs 0"),
        ({"cap_steps": "many"}, "--cap-steps many"),
        ({"processes": "-1"}, "--processes -1"),
        ({"devices": "cuda"}, "--devices is about timing"),
        ({"samples": "4096"}, "--samples is about timing"),
        ({"train_samples": "0"}, "--train-samples 0"),
        ({"train_samples": "271"}, "--train-samples 271: lstm has only 270"),
    ],
)
def test_a_wrong_value_is_refused_by_its_option(flags: dict[str, str], words: str) -> None:
    with pytest.raises(pytest.UsageError) as refusal:
        settings(**flags)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_part_of_the_samples_makes_the_full_batch_smaller() -> None:
    read = settings(workloads="mlp,lstm", batch_sizes="8,512,full", train_samples="200")
    assert read.workloads == {"mlp": (8, 200), "lstm": (8, 200)}
    assert read.samples_of("mlp") == 200
    assert (settings().train_samples, settings().samples_of("lstm")) == (None, 270)


def test_a_run_goes_to_the_end_only_where_it_was_asked_for() -> None:
    assert settings(to_end="yes").to_end is True
    assert settings().to_end is False


@pytest.mark.parametrize("flag", [*OWN, TO_END])
def test_an_option_of_learning_is_refused_in_a_timing_run(flag: str) -> None:
    name = flag.removeprefix("--").replace("-", "_")
    with pytest.raises(pytest.UsageError, match=flag):
        refuse_learning_options(Typed(**{name: "1"}))  # type: ignore[arg-type]
    refuse_learning_options(Typed())  # type: ignore[arg-type]


def test_somebodys_own_file_is_asked_for_its_samples(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed = f"{tmp_path}/net.py:make"
    (tmp_path / "net.py").touch()
    asked = []

    def ask_own(reference: str, devices: list[str], samples: int) -> dict[str, Any]:
        asked.append((reference, devices))
        return {"train_samples": 100}

    monkeypatch.setattr(options, "ask_own", ask_own)
    read = settings(workloads=f"mlp,{typed}", batch_sizes="8,full", optimizers="own")
    assert asked == [(typed, [])]
    assert read.workloads == {"mlp": (8, 4000), "net": (8, 100)}
    assert read.files == {"net": typed}
    assert read.samples_of("net") == 100
    assert read.optimizers["net"] == ("own",)
