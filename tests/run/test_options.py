"""A wrong value names itself and what is allowed, before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from bench.grid import PRESETS
from bench.loop import COURSE, LEAN
from bench.options import read_settings
from bench.record.resume import result_path
from bench.sides.remedies import REMEDIES
from bench.workloads import WORKLOAD_NAMES

FLAGS = (
    "--preset",
    "--workloads",
    "--batch-sizes",
    "--epochs",
    "--measured-epochs",
    "--sides",
    "--base",
    "--devices",
    "--threads",
    "--blocks",
    "--samples",
    "--optimizer",
    "--optimizer-implementation",
    "--learning-rate",
    "--seed",
    "--cell-timeout",
    "--suspect-repeats",
    "--budget",
    "--benchmark-json",
    "--loop",
    "--remedies",
)


class Typed:
    """Stands for pytest's config: what was typed on the command line."""

    def __init__(self, *, collectonly: bool = False, **flags: str) -> None:
        self.values: dict[str, Any] = dict.fromkeys(FLAGS)
        switches = ("--until-decided", "--find-crossover", "--diagnose", "--ladder")
        self.values |= dict.fromkeys(switches, False)
        self.values |= {f"--{name.replace('_', '-')}": value for name, value in flags.items()}
        self.option = self
        self.collectonly = collectonly

    def getoption(self, flag: str) -> Any:
        return self.values[flag]


def settings(**flags: str) -> Any:
    return read_settings(Typed(**flags))  # type: ignore[arg-type]


def test_the_defaults_are_the_default_presets() -> None:
    read = settings()
    assert read.workloads == ("mlp", "cnn", "lstm", "transformer")
    assert read.batch_sizes == PRESETS["default"].batch_sizes
    assert (read.sides, read.base, read.devices, read.threads) == ((), "", (), ())
    assert read.samples == 4096
    assert read.blocks == 5


MEASURED_EPOCHS = {
    "the default trains one": ({}, 1),
    "never more than are asked about": ({"epochs": "1"}, 1),
    "the full preset trains four": ({"preset": "full"}, 4),
    "a number": ({"measured_epochs": "5"}, 5),
    "a number above the largest asked": ({"measured_epochs": "200", "epochs": "1,30"}, 30),
    "all": ({"measured_epochs": "all"}, 100),
    "all of those asked for": ({"measured_epochs": "all", "epochs": "2,7"}, 7),
}


@pytest.mark.parametrize("name", MEASURED_EPOCHS)
def test_a_worker_trains_the_measured_epochs(name: str) -> None:
    flags, expected = MEASURED_EPOCHS[name]
    assert settings(**flags).measured_epochs == expected


def test_a_budget_decides_how_many_blocks_unless_a_limit_is_given() -> None:
    assert (settings().budget_seconds, settings(budget="120").budget_seconds) == (None, 120.0)
    assert settings(budget="120").blocks == 15
    assert settings(budget="120", blocks="4").blocks == 4


@pytest.mark.parametrize(
    ("flags", "seconds"),
    [
        ({}, 480.0),
        ({"preset": "default", "workloads": "all"}, 480.0),
        ({"blocks": "5"}, None),
        ({"budget": "600"}, None),
        ({"until_decided": "yes"}, None),
        ({"find_crossover": "yes"}, None),
        ({"preset": "smoke"}, None),
        ({"preset": "full"}, None),
    ],
)
def test_only_the_default_preset_has_an_aim_and_who_says_how_long_has_none(
    flags: dict[str, str], seconds: float | None
) -> None:
    assert settings(**flags).aim_seconds == seconds


@pytest.mark.parametrize("flag", ["until_decided", "find_crossover"])
def test_a_budget_and_a_plan_of_its_own_exclude_each_other(flag: str) -> None:
    with pytest.raises(pytest.UsageError, match=r"--budget and --.* exclude each other"):
        settings(budget="60", **{flag: "yes"})


@pytest.mark.parametrize("text", ["0", "-1", "10m", "inf", "nan", ""])
def test_a_budget_is_a_number_of_seconds(text: str) -> None:
    with pytest.raises(pytest.UsageError, match=r"--budget.*takes a number above 0"):
        settings(budget=text)


def test_options_overrule_their_preset() -> None:
    read = settings(preset="smoke", batch_sizes="128,16", blocks="7")
    assert read.batch_sizes == (16, 128)
    assert read.blocks == 7
    assert read.samples == PRESETS["smoke"].samples


def test_the_default_loop_is_the_lean_one_and_no_study_is_asked_for() -> None:
    read = settings()
    assert read.loop == LEAN
    assert (read.diagnose, read.ladder, read.remedies) == (False, False, ())


def test_the_plain_loop_is_taken_by_name() -> None:
    assert settings(loop="course").loop == COURSE


def test_remedies_are_named_or_all_of_them() -> None:
    assert settings(remedies="compile,bf16").remedies == ("compile", "bf16")
    assert settings(remedies="all").remedies == tuple(REMEDIES)
    assert settings(remedies="malloc=keep,channels-last").remedies[1] == "channels-last"


def test_all_means_every_workload() -> None:
    assert settings(workloads="all").workloads == WORKLOAD_NAMES


@pytest.mark.parametrize("name", ["mps", "xpu:3", "my_device", "NPU2:0", "hpu", "tpu"])
def test_any_name_that_torch_could_know_is_a_device(name: str) -> None:
    assert settings(devices=f"cpu,{name}").devices == ("cpu", name)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"batch_sizes": "0"}, ["--batch-sizes 0", "from 1"]),
        ({"batch_sizes": "8,x"}, ["--batch-sizes x", "whole numbers"]),
        ({"batch_sizes": "8,8"}, ["--batch-sizes", "named twice"]),
        ({"batch_sizes": "8,,16"}, ["--batch-sizes", "empty name"]),
        ({"batch_sizes": "-4"}, ["--batch-sizes -4", "from 1"]),
        ({"batch_sizes": "8192"}, ["--batch-sizes 8192", "4096 samples"]),
        ({"epochs": "1.5"}, ["--epochs 1.5", "whole numbers"]),
        ({"epochs": "1000001"}, ["--epochs 1000001", "1000000"]),
        ({"measured_epochs": "0"}, ["--measured-epochs 0", "from 1 to 200", "all"]),
        ({"measured_epochs": "most"}, ["--measured-epochs most", "whole numbers", "all"]),
        ({"measured_epochs": "all", "epochs": "300"}, ["--measured-epochs all", "300", "200"]),
        ({"sides": "cpu,cuda+speed"}, ["--sides cuda+speed", "no such setting", "bf16"]),
        ({"sides": "cpu,cpu+foreach"}, ["--sides cpu+foreach", "is cpu by another name"]),
        ({"sides": "cpu,cpu"}, ["--sides", "named twice"]),
        ({"sides": "cpu", "devices": "cpu"}, ["--sides and --devices exclude each other"]),
        ({"sides": "cpu", "threads": "1"}, ["--sides and --threads exclude each other"]),
        ({"sides": "cpu,cuda", "base": "mps"}, ["--base mps", "not measured", "cpu, cuda"]),
        ({"sides": "cpu", "base": "cpu+x"}, ["--base cpu+x", "no such setting"]),
        ({"devices": "cpu,cuda+bf16"}, ["--devices cuda+bf16", "--sides"]),
        ({"devices": "cuda", "threads": "1"}, ["--threads", "no cpu among --devices cuda"]),
        ({"sides": "cpu+bf16", "remedies": "all"}, ["--remedies", "without settings"]),
        ({"sides": "cpu+bf16", "ladder": "yes"}, ["--ladder", "without settings"]),
        ({"devices": "cpu", "remedies": "fused,tf32"}, ["--remedies cpu+tf32", "cuda devices"]),
        ({"devices": "cpu", "remedies": "ieee"}, ["--remedies ieee", "cpu is so already"]),
        ({"devices": "cpu", "remedies": "threads=x"}, ["--remedies cpu+threads=x", "takes whole"]),
        ({"devices": "a gpu"}, ["--devices a gpu", "cuda"]),
        ({"devices": "c\u00fcda"}, ["--devices c\u00fcda", "torch device"]),
        ({"devices": "cuda:\u0661"}, ["--devices cuda:", "torch device"]),
        ({"devices": "cuda:-1"}, ["--devices cuda:-1", "torch device"]),
        ({"devices": "cuda:0:1"}, ["--devices cuda:0:1", "torch device"]),
        ({"devices": "x" * 31}, ["torch device"]),
        ({"blocks": "\u0663"}, ["--blocks", "whole numbers"]),
        ({"devices": "cuda:x"}, ["--devices cuda:x", "torch device"]),
        ({"devices": "cpu:1"}, ["--devices cpu:1", "write cpu"]),
        ({"workloads": "foo"}, ["--workloads foo", "mlp", "lstm-gates"]),
        ({"blocks": "0"}, ["--blocks 0", "from 1"]),
        ({"samples": "1e3"}, ["--samples 1e3", "whole numbers"]),
        ({"learning_rate": "-1"}, ["--learning-rate -1", "above 0"]),
        ({"learning_rate": "nan"}, ["--learning-rate nan", "above 0"]),
        ({"cell_timeout": "soon"}, ["--cell-timeout soon", "above 0"]),
        ({"seed": "-1"}, ["--seed -1", "from 0"]),
        ({"threads": "0"}, ["--threads 0", "from 1"]),
        ({"threads": "1,10000"}, ["--threads 10000", "from 1 to 9999"]),
        ({"workloads": "mpl"}, ["--workloads mpl: no such workload; is it mlp?; one of: all"]),
        ({"remedies": "Fused"}, ["--remedies Fused: no such setting; is it fused?; one of: all"]),
        ({"remedies": "threads=1+bf16"}, ["--remedies threads=1+bf16", "no such setting"]),
        ({"sides": "cpu,cuda", "base": ""}, ["--base ''", "an empty name"]),
        ({"sides": "cpu,cuda+\x1b[2J"}, ["--sides 'cuda+\\x1b[2J'", "no name of a side"]),
        ({"devices": "cpu,Cuda"}, ["--devices Cuda", "write cuda"]),
        ({"remedies": "prayer"}, ["--remedies prayer", "compile", "all"]),
        ({"remedies": "bf16,bf16"}, ["--remedies", "named twice"]),
    ],
)
def test_a_wrong_value_names_itself_and_what_is_allowed(
    flags: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(pytest.UsageError) as error:
        settings(**flags)
    message = str(error.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def path_of(given: str | None, **how: bool) -> Path:
    flags = {} if given is None else {"benchmark_json": given}
    how = {"resume": False, "overwrite": False} | how
    return result_path(Typed(**flags), **how)  # type: ignore[arg-type]


def test_the_folder_of_a_result_file_is_made(tmp_path: Path) -> None:
    path = path_of(str(tmp_path / "new" / "machine.json"))
    assert list(path.parent.iterdir()) == []


def test_a_folder_as_result_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="is a directory"):
        path_of(str(tmp_path))


def test_a_result_file_has_to_be_named() -> None:
    with pytest.raises(pytest.UsageError, match=r"--benchmark-json results/<machine>\.json"):
        path_of(None)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(pytest.UsageError, match="cannot be written"):
        path_of(str(tmp_path / "file" / "machine.json"))


def test_resume_and_overwrite_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="exclude each other"):
        path_of(str(tmp_path / "a.json"), resume=True, overwrite=True)
