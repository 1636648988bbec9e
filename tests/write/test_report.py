import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts import report
from scripts.sections.inputs import Report
from scripts.sections.machines.about import software
from scripts.tables.analysis import Analysis
from tests import corpus_about, corpus_file
from tests.corpus import Corpus, Pattern, falling

ROOT = Path(__file__).resolve().parents[2]
SMALL: dict[str, Any] = {"batch_sizes": (8, 512), "epochs": (1, 4)}


def test_the_report_says_first_where_a_side_is_slower_than_its_base(
    say: Callable[..., str], tmp_path: Path
) -> None:
    words = say(Corpus(ratio=falling, cold_seconds={"cpu": 0.01, "vulkan": 9.0}, **SMALL))
    side = r"vulkan \(llvmpipe, a software rasteriser\)"
    assert re.search(rf"{side} is slower than the CPU below batch 8 to 512 on mlp and fast", words)
    assert re.search(
        r"mlp - \+ overtakes at batch 8 to 512; one epoch never pays, from [\d,]+ ", words
    )
    assert words.endswith(f"open {tmp_path / 'report' / 'report.html'}")


def test_the_answer_fits_on_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    plan = Corpus(workloads=("cnn", "lstm", "mlp", "transformer"), ratio=falling)
    assert report.main([str(plan.write(tmp_path)), "--brief"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 8 < len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert not (tmp_path / "report").exists()


def test_the_answer_in_markdown_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert report.main([str(Corpus(ratio=falling, **SMALL).write(tmp_path)), "--markdown"]) == 0
    assert "- **mlp** `8- 512+` overtakes at batch " in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["devbox.json"]


def test_a_slide_is_the_curve_with_its_sentence_16_to_9(tmp_path: Path) -> None:
    path, out = Corpus(ratio=falling, **SMALL).write(tmp_path), tmp_path / "out"
    assert report.main([str(path), "--slide", "--out", str(out)]) == 0
    assert {one.name for one in out.iterdir()} == {"slide.png", "slide.svg"}
    width, height = struct.unpack(">II", (out / "slide.png").read_bytes()[16:24])
    assert (width, height) == pytest.approx((1920, 1080), abs=2)


def test_a_slide_of_one_side_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Corpus(sides=("cpu",), **SMALL).write(tmp_path)
    assert report.main([str(path), "--slide", "--out", str(tmp_path / "out")]) == 2
    assert "name a timing file of two sides" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_report_says_how_many_verdicts_may_be_wrong(say: Callable[..., str]) -> None:
    assert "(expect up to 5 % wrong)" in say(Corpus(**SMALL))


def test_of_one_side_the_report_says_so(say: Callable[..., str]) -> None:
    words = say(Corpus(sides=("cpu",), **SMALL))
    assert "Only cpu was timed: mlp trains fastest at batch 512." in words
    assert "slower" not in words


def test_any_two_sides_are_compared_and_every_sentence_names_both(
    say: Callable[..., str], tmp_path: Path
) -> None:
    sides = ("cpu", "cpu*2", "cpu+bf16+compile")
    words = say(Corpus(sides=sides, ratio=falling, **SMALL))
    for side in sides[1:]:
        assert f"{side} is slower than the CPU below batch 8 to 512" in words
    verdicts = pd.read_csv(tmp_path / "report" / "verdicts.csv")
    assert set(verdicts["side"]) == set(sides[1:])
    assert set(verdicts["base"]) == {"cpu"}
    assert not {"device", "threads"} & set(verdicts.columns)


def test_accelerators_are_an_ordinary_pair(say: Callable[..., str]) -> None:
    cold = {"cuda": 0.01, "cuda:1": 0.01}
    sides = ("cuda", "cuda:1")
    words = say(Corpus(sides=sides, ratio=lambda *_cell: 3.0, cold_seconds=cold, **SMALL))
    assert "cuda:1 (NVIDIA H200) is slower than cuda at every batch size" in words
    assert "CPU" not in words


def test_the_report_says_the_precision_and_why_no_accelerator_was_measured(
    say: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, note = corpus_about.machine, "an NVIDIA GPU is here, but torch does not use it"
    told = {"accelerator_note": note}
    monkeypatch.setattr(corpus_file, "machine", lambda plan: plain(plan) | told)
    words = say(Corpus(sides=("cpu",), run={"precision": "TF32, denormals kept"}, **SMALL))
    assert ", TF32, denormals kept " in words
    assert note in words


def test_a_side_alone_has_figures_of_its_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Corpus(sides=("vulkan",), batch_sizes=(8,), epochs=(1,)).write(tmp_path)
    assert report.main([str(path), "--out", str(tmp_path / "report"), "--dpi", "40"]) == 0
    assert "Only vulkan was timed: mlp only at batch 8." in capsys.readouterr().out
    names = {path.stem for path in (tmp_path / "report").glob("*.png")}
    assert names == {"speed-devbox-mlp", "total-devbox-mlp"}


def test_a_side_that_could_not_be_compared_says_why(say: Callable[..., str]) -> None:
    plan = Corpus(absent={(None, None, None, "vulkan"): ("unsupported", "aten::lstm")}, **SMALL)
    words = say(plan)
    assert "could not be compared with the CPU on mlp." in words
    assert "could not be compared with the CPU: vulkan: unsupported (aten::lstm)" in words


def test_suspect_cells_are_warned_of_before_anything_else(say: Callable[..., str]) -> None:
    words = say(Corpus(suspect={("mlp", 8, 1, "vulkan"): ["loss mismatch"]}, **SMALL))
    assert words.startswith("Warning: devbox: 2 of 8 cells are suspect (!): loss mismatch")


def test_a_run_that_was_cut_short_is_warned_of(say: Callable[..., str]) -> None:
    absent: dict[Pattern, tuple[str, ...]] = {(None, None, 4, None): ("interrupted", "")}
    words = say(Corpus(sides=("cpu",), batch_sizes=(8,), epochs=(1, 4), absent=absent))
    assert words.startswith("Warning: devbox: the run was cut short (1 of 2 cells measured)")


def test_control_characters_of_a_file_never_reach_the_terminal_or_the_tables(
    say: Callable[..., str], tmp_path: Path
) -> None:
    absent: dict[Pattern, tuple[str, ...]] = {
        ("mlp", 8, None, "vulkan"): ("failed", "\x1b[2Jgone\u202e [bold]x[/bold]")
    }
    words = say(Corpus(machine="\x1b]0;owned\x07[red]box", absent=absent, **SMALL))
    tables = "".join(path.read_text() for path in (tmp_path / "report").glob("*.csv"))
    for text in (words, tables):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "\\x1b]0;owned\\x07[red]box" in text


@pytest.mark.parametrize("script", ["report.py", "compare.py"])
def test_the_scripts_run_as_files_from_any_folder_and_on_an_ascii_terminal(
    script: str, tmp_path: Path
) -> None:
    plan = Corpus(machine="größe", batch_sizes=(8,), epochs=(1,), sides=("cpu",))
    first, second = plan.write(tmp_path, "a"), plan.write(tmp_path, "b")
    arguments = [first, "--dpi", "40"] if script == "report.py" else [first, second]
    done = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "scripts" / script, *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert "gr\\xf6\\xdfe" in done.stdout


def test_a_machines_driver_and_power_limit_stand_with_its_software(tmp_path: Path) -> None:
    content = Corpus(machine="box", sides=("cpu", "cuda"), **SMALL).result()
    (card,) = content["machine_info"]["crossover"]["accelerators"]
    card |= {"driver": "580.65.06", "power_limit_watts": 320.0}
    path = tmp_path / "box.json"
    path.write_text(json.dumps(content))
    [table] = next(iter(software(Report(Analysis([path]))))).tables
    (drivers,) = [column.shown for column in table.columns if column.title == "drivers"]
    assert list(drivers) == ["cuda: driver 580.65.06, power limit 320 W"]
