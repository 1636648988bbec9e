"""What a door says where its words go nowhere, or to nobody, or where it has hardly begun."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure.process import ROOT
from scripts.door import answered

SAYS = """
import sys
from scripts.door import answered
sys.exit(answered(lambda: [print("x" * 100) for _ in range(1000)]))
"""


SHOWS = "from scripts.write.say import new_console" + SAYS.replace("print", "new_console().print")


def ended(output: int, door: str = SAYS) -> tuple[int, str]:
    """Status and complaint of a door whose standard output this is."""
    done = subprocess.run(
        [sys.executable, "-c", door], cwd=ROOT, stdout=output, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    said = "standard output: cannot be written: No space left on device\n"
    assert ended(full) == (2, said)
    os.close(full)


@pytest.mark.parametrize("door", [SAYS, SHOWS], ids=["printed", "shown"])
def test_where_nobody_reads_any_more_nothing_is_said(door: str) -> None:
    heard, told = os.pipe()
    os.close(heard)
    assert ended(told, door) == (141, "")
    os.close(told)


def test_a_closed_output_is_no_fault() -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -c \"$1\" >&-", "sh", SAYS], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_where_no_complaint_can_be_read_the_status_stays() -> None:
    refuses = SAYS.replace("print", "open")
    line = f"exec '{sys.executable}' -c \"$1\" 2>&-"
    done = subprocess.run(["sh", "-c", line, "sh", refuses], cwd=ROOT, check=False)
    assert done.returncode == 2


def test_a_place_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "file"
    place.touch()
    assert answered((place / "jobs").mkdir) == 2
    said = f"{place / 'jobs'}: cannot be used: Not a directory; name another place\n"
    assert capsys.readouterr().err == said


def test_a_refusal_on_a_terminal_breaks_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    place = tmp_path / "file"
    place.touch()
    assert answered((place / "jobs").mkdir) == 2
    said = capsys.readouterr().err.splitlines()
    assert "; name another place" in " ".join(said)
    assert all(len(line) <= 30 or " " not in line for line in said)


@pytest.mark.skipif(sys.platform == "win32", reason="no process ends by a signal there")
@pytest.mark.parametrize("door", [["scripts/report.py"], ["-m", "scripts.compare"]])
def test_ctrl_c_while_a_door_is_still_importing_is_no_traceback(
    door: list[str], tmp_path: Path
) -> None:
    pressed = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "pandas.py").write_text(pressed)
    done = subprocess.run(
        [sys.executable, *door, "x.json"], cwd=ROOT, capture_output=True, text=True,
        check=False, env=dict(os.environ) | {"PYTHONPATH": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
