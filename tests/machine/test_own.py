"""`--workloads my_network.py:make` as a user types it: what is measured, and what is refused."""

from pathlib import Path

import pytest
import torch

from bench.machine import facts, own
from bench.machine.facts import ask_own
from bench.parse import refusal
from bench.workloads import name_of, resolved, typed_for
from models import OwnError
from tests.run.typed import STUBBED, bench

TOP = "import torch\nfrom torch import nn\n"
GOOD = (
    "def make():\n"
    "    return nn.Linear(3, 1), torch.randn(20, 3), torch.randn(20, 1), nn.MSELoss()\n"
)


def written(folder: Path, text: str, name: str = "net.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mlp", "mlp"),
        ("my_network.py:make", "my_network"),
        ("some/where/my-network.py:small", "my-network.small"),
        ("C:\\nets\\a.py:make", "C:\\nets\\a"),
    ],
)
def test_a_workload_has_a_name_that_can_be_read(typed: str, name: str) -> None:
    if "\\" not in typed:  # on Windows only is that a folder
        assert name_of(typed) == name
    assert typed_for(name_of(typed), ["cnn", typed]) == typed
    assert typed_for("cnn", ["cnn", typed]) == "cnn"


def test_a_process_in_any_folder_finds_the_file(tmp_path: Path) -> None:
    assert resolved("mlp") == "mlp"
    assert resolved(f"{tmp_path}/../net.py:make") == f"{tmp_path.parent}/net.py:make"


def test_a_tilde_that_the_shell_leaves_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.py").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert refusal("~/net.py:make") is None
    assert resolved("~/net.py:make") == f"{tmp_path}/net.py:make"
    assert refusal("~nobody/net.py:make") == "there is no such file"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("foo", "no such workload; one of: all, mlp, "),
        ("net.py", "no such workload; write net.py:make for its function make"),
        ("nowhere.py:make", "there is no such file"),
    ],
)
def test_what_names_no_workload_is_refused(typed: str, why: str) -> None:
    assert why in str(refusal(typed))


def test_names_that_reports_cannot_have_or_that_are_taken_are_refused(tmp_path: Path) -> None:
    for name, why in (("mlp.py", "a built-in workload is called mlp"), ("a b.py", "at most 60")):
        assert why in str(refusal(f"{written(tmp_path, GOOD, name)}:make"))
    assert refusal(f"{written(tmp_path, GOOD)}:make") is None


DIES = "import os\ndef make():\n    print('hello')\n    os._exit(5)\n"
NO_TEXT = "import os\nos.write(2, b'\\xff\\n')\n"
PRINTS = TOP + NO_TEXT + "import atexit\nprint('{}')\natexit.register(print, 'bye')\n" + GOOD


def test_a_file_that_prints_is_understood_and_one_that_ends_the_process_is_told(
    tmp_path: Path,
) -> None:
    about = ask_own(f"{written(tmp_path, PRINTS, 'prints.py')}:make", [], 8)
    assert (about["dataset"], about["train_samples"], about["goal_value"]) == (
        "prints.py",
        16,
        None,
    )
    path = written(tmp_path, DIES)
    with pytest.raises(pytest.UsageError) as raised:
        ask_own(f"{path}:make", [], 8)
    assert str(raised.value) == f"{path}:make: it ended the process with status 5"


def test_a_file_that_never_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MOST_OWN_SECONDS", 0.5)
    path = written(tmp_path, "def make():\n    while True: pass\n")
    with pytest.raises(pytest.UsageError, match=r":make: makes no workload within 0.5 s, and"):
        ask_own(f"{path}:make", [], 8)


TOUCHES = {
    "os.environ['CUDA_VISIBLE_DEVICES'] = '7'": "sets CUDA_VISIBLE_DEVICES; set it in the shell",
    "torch.cuda.is_initialized = lambda: True": "starts cuda:1 itself; leave that to the run",
}


@pytest.mark.parametrize("line", TOUCHES)
def test_a_file_neither_starts_a_device_nor_chooses_another(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr(torch.cuda, "is_initialized", torch.cuda.is_initialized)
    path = written(tmp_path, f"import os\n{TOP}{line}\n{GOOD}")
    with pytest.raises(OwnError, match=TOUCHES[line]):
        own.about(f"{path}:make", ["cuda:1"], 8)


def test_what_fails_on_one_device_only_is_told_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        f"{TOP}class N(nn.Linear):\n    def forward(self, x):\n"
        "        if x.device.type == 'meta':\n            raise RuntimeError('two devices')\n"
        "        return super().forward(x)\n"
        f"{GOOD.replace('nn.Linear(3', 'N(3')}"
    )
    monkeypatch.setattr(own, "open_device", torch.device)
    with pytest.raises(OwnError, match=r"py:6, in forward: RuntimeError: two devices; .*on meta;"):
        own.about(f"{written(tmp_path, text)}:make", ["meta"], 8)


ARGUMENTS = ("--batch-sizes", "8", "--epochs", "1", "--samples", "16", "--devices", "cpu")


def test_a_fault_of_the_users_is_one_line_without_commands_to_the_terminal(tmp_path: Path) -> None:
    path = written(tmp_path, "def make():\n    raise ValueError('\\x1b[2Jgone\\x00')\n")
    result = tmp_path / "box.json"
    typed = (*STUBBED, "--workloads", f"{path}:make", *ARGUMENTS, "--benchmark-json", str(result))
    code, output = bench(*typed)
    assert code == 4
    [line] = [line for line in output.splitlines() if line.startswith("ERROR")]
    assert line.endswith(f"{path}:2, in make: ValueError: gone?")
    assert "Traceback" not in output
    assert not result.exists()


def test_nothing_of_the_file_runs_where_cells_are_only_collected(tmp_path: Path) -> None:
    path = written(tmp_path, "raise SystemExit(9)\n")
    typed = (*STUBBED, "--workloads", f"mlp,{path}:make", *ARGUMENTS, "--collect-only", "-q")
    code, output = bench(*typed)
    assert code == 0
    assert "bench_training[net-8-1-cpu]" in output
    assert "bench_training[mlp-8-1-cpu]" in output


def test_an_optimiser_that_a_workload_does_not_bring_is_refused(tmp_path: Path) -> None:
    typed = (*STUBBED, "--workloads", "mlp", *ARGUMENTS, "--optimizer", "own")
    code, output = bench(*typed, "--benchmark-json", str(tmp_path / "box.json"))
    assert code == 4
    assert "ERROR: --optimizer own: mlp brings none; its Workload has to say optimizer=" in output
