"""What would end in nothing is refused before anything is measured: one line that names it."""

from pathlib import Path

import pytest

from bench.refused import REFUSED
from tests.run.typed import Said, answers_to

LONG = "x" * 300
NUMBERS = ",".join(map(str, range(1, 1000)))
TINY = ("--workloads", "mlp", "--devices", "cpu", "--blocks", "1", "--batch-sizes", "8")
LINES: dict[str, tuple[tuple[str, ...], str]] = {
    **{flag: ((flag,), f"{flag}: ") for flag in REFUSED},
    "--benchmark-cprofile": (("--benchmark-cprofile", "tottime"), "--benchmark-cprofile: "),
    **{
        flag: ((flag, value), f"{flag}: ")
        for flag, value in {
            "--benchmark-min-rounds": "10",
            "--benchmark-warmup": "on",
            "--benchmark-min-time": "1",
            "--benchmark-max-time": "60",
            "--benchmark-precision": "0.1",
            "--benchmark-calibration-precision": "5",
            "--benchmark-timer": "time.time",
        }.items()
    },
    "--benchmark-group-by": (("--benchmark-group-by", "param:x"), "--benchmark-group-by: "),
    "--benchmark-save": (("--benchmark-save", "x"), "--benchmark-save: "),
    "--benchmark-compare-fail": (
        ("--benchmark-compare-fail", "min:5%"),
        "--benchmark-compare-fail: ",
    ),
    "--maxfail": (("--maxfail", "3"), "--maxfail: "),
    "-x": (("-x",), "(-x is --maxfail=1); leave it out"),
    "-f": (("-f",), "--looponfail: "),
    "--dist": (("--dist", "loadfile"), "leave -d, --dist and --tx out"),
    "-d": (("-d", "--tx", "popen"), "leave -d, --dist and --tx out"),
    "-n": (("-n", "2"), "leave -n out"),
    "no pytest-benchmark": (("-p", "no:benchmark"), "`-p no:benchmark`"),
    "no terminal": (("-p", "no:terminal", "-o", "addopts="), "-p no:terminal: a run needs it"),
    "no warnings": (("-p", "no:warnings"), "-p no:warnings: a run needs it"),
    "the run itself": (("-p", "no:crossover"), "-p no:crossover: that is the run itself"),
    "--junitxml": (("--junitxml", "/dev/null/x.xml"), "--junitxml: /dev/null/x.xml cannot be"),
    "--log-file": (("--log-file", "/dev/null/x"), "--log-file: /dev/null/x cannot be written"),
    "log_file": (("-o", "log_file=/dev"), "--log-file: /dev cannot be written (Is a directory)"),
    "no cell": ((*TINY, "-k", "nothing"), "cells is chosen, whose first is mlp-8-"),
    "tests beside the cells": (
        (*TINY, "tests/console/test_say.py"),
        "test_say.py::test_a_letter_that_the_console_lacks_is_no_error: is no cell",
    ),
    "the file of learning": (("bench/bench_learning.py",), "belongs to --learning"),
    "the file of timing": (("--learning", "bench/bench_training.py"), "leave --learning out"),
    "an option of timing": (("--learning", "--devices", "cuda"), "--devices is about timing"),
    "an option of learning": (("--seeds", "1"), "--seeds belongs to --learning"),
    "Unicode digits": (("--measured-epochs", "\u0663"), "--measured-epochs \u0663: takes whole"),
    "Unicode seconds": (("--cell-timeout", "\uff11"), "--cell-timeout \uff11: takes a number"),
    "an underscore": (("--budget", "1_000"), "--budget 1_000: takes a number above 0"),
    "seconds beyond all clocks": (("--cell-timeout", "1e10"), "--cell-timeout 1e10: takes"),
    "a rate beyond all readers": (("--learning-rate", "1e10"), "--learning-rate 1e10: takes"),
    "a number twice": (("--batch-sizes", "8,08"), "--batch-sizes 8,08: 8 is named twice"),
    "a rate twice": (("--learning", "--learning-rates", "0.1,.10"), "0.1 is named twice"),
    "a device twice": (("--devices", "cuda,cuda:0"), "--devices cuda:0: cuda:0 is cuda by"),
    "a device as torch has none": (("--devices", "cuda:00"), "--devices cuda:00: not a torch"),
    "all and one": (
        ("--workloads", "all,mlp"),
        "--workloads all,mlp: all stands for every workload",
    ),
    "more than can be read": (
        ("--learning", "--batch-sizes", ",".join(map(str, range(1, 66)))),
        "65 are more than 64",
    ),
    "more cells than can be read": (
        ("--batch-sizes", NUMBERS, "--epochs", NUMBERS),
        "cells in all, and a result may have 200000",
    ),
    "more letters than can be read": (
        (*TINY, "--epochs", ",".join(map(str, range(1, 3000)))),
        "a result tells what was typed, in 10000 letters at most",
    ),
    "curves longer than can be read": (
        ("--learning", "--workloads", "lstm", "--cap-epochs", "50000"),
        "--cap-epochs: up to 50000 epochs of lstm at batch size 270, and the curve of a run may",
    ),
    "steps that come to longer curves": (
        ("--learning", "--workloads", "lstm", "--cap-steps", "40000"),
        "--cap-steps: up to 40000 epochs of lstm",
    ),
    "thousands of letters": (("--workloads", "x" * 5000), "..."),
    "nothing that could cross": ((*TINY, "--find-crossover"), "--find-crossover: that is between"),
    "nothing to decide": (
        (*TINY, "--until-decided"),
        "--until-decided: that is between cpu and another side, and measured would be only cpu",
    ),
    "a device that is not there": (
        (*TINY, "--devices", "cpu,mtia", "--find-crossover"),
        "measured would be only cpu",
    ),
}
PLACES = {
    "a name of 300 letters": (f"{LONG}.json", "a name of 305 bytes, and 200 are the most"),
    "letters of several bytes": ("\u6771" * 70 + ".json", "a name of 215 bytes"),
    "a folder of 300 letters": (f"{LONG}/box.json", "File name too long"),
    "a dash": ("-", "names no file"),
    "a blank": (" ", "names no file"),
    "a journal": ("box.journal.jsonl", "is a journal's name; that of a result ends in .json"),
    "a line break": ("a\nb.json", "names no file"),
    "a device": ("/dev/null", "/dev/null is no regular file"),
    "a folder where the journal goes": ("box.json", "box.journal.jsonl is no regular file"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What every command line says, of files in one folder, which stays as it is."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "box.journal.jsonl").mkdir()
    file = ("--benchmark-json", str(folder / "machine.json"))
    lines = [(*line, *file) for line, _ in LINES.values()]
    for place, _ in PLACES.values():
        path = place if place in ("-", "/dev/null") else f"{folder}/{place}"
        lines.append((*TINY, "--overwrite", "--benchmark-json", path))
    found = dict(zip([*LINES, *PLACES], answers_to(lines), strict=True))
    assert [path.name for path in folder.iterdir()] == ["box.journal.jsonl"]
    return found


@pytest.mark.parametrize("name", [*LINES, *PLACES])
def test_a_line_that_would_end_in_nothing_is_refused_by_its_name(
    said: dict[str, Said], name: str
) -> None:
    words = (LINES | PLACES)[name][1]
    code, output = said[name]
    assert code == pytest.ExitCode.USAGE_ERROR, output
    (line,) = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    assert words in line
    assert len(line) < 600


def test_what_stands_in_a_variable_is_refused_with_its_name(tmp_path: Path) -> None:
    line = ("--benchmark-json", str(tmp_path / "box.json"))
    for typed, flag in (("--benchmark-disable", "--benchmark-disable"), ("-qx", "--maxfail")):
        (said,) = answers_to([line], PYTEST_ADDOPTS=typed)
        assert said.code == pytest.ExitCode.USAGE_ERROR
        assert f"ERROR: {flag}: " in said.output
        assert f"leave it out (PYTEST_ADDOPTS: '{typed}')" in said.output
    (said,) = answers_to([line], PYTEST_XDIST_WORKER="gw0")
    assert "PYTEST_XDIST_WORKER: a run measures one process at a time" in said.output


def test_a_run_outlives_the_file_of_another_option_and_gives_its_own_away_to_none(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "box.json")
    line = (*TINY, "--benchmark-json", path, "--junitxml")
    full, own = answers_to([(*line, "/dev/full"), (*line, path)])
    assert full.code == pytest.ExitCode.INTERNAL_ERROR
    assert "Traceback" not in full.output
    assert f"written: {path}\n" in full.output
    assert "another option of pytest's writes is not written: [Errno 28] No space" in full.output
    assert own.code == pytest.ExitCode.USAGE_ERROR
    assert f"--junitxml: {path} is the result file; name another" in own.output


def test_a_tilde_is_the_home_folder_and_no_folder_is_made_elsewhere(tmp_path: Path) -> None:
    before = set(Path.cwd().iterdir())
    (said,) = answers_to([(*TINY, "--benchmark-json", "~/new/box.json")], HOME=str(tmp_path))
    assert said.code == 0, said.output
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["box.json"]
    assert set(Path.cwd().iterdir()) <= before | {Path.cwd() / ".pytest_cache"}  # of these tests


@pytest.mark.parametrize("flag", ["--fixtures", "--fixtures-per-test"])
def test_who_only_asks_pytest_something_needs_no_run(flag: str) -> None:
    (said,) = answers_to([(flag,)])
    assert said.code == 0, said.output
    assert "error" not in said.output.lower()
