"""The notebook for a class: as it ships, and run from the top with its own answers filled in."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from tests.house import ROOT

CELLS = json.loads((ROOT / "scripts" / "classroom.ipynb").read_text(encoding="utf-8"))["cells"]
TO_ANSWER = "mine = ...\n"
EXERCISES = 5


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


CODE = [text(cell) + "\n" for cell in CELLS if cell["cell_type"] == "code"]
ANSWERS = [
    answer
    for cell in CELLS
    if cell["cell_type"] == "markdown"
    for answer in re.findall(r"```python\n(mine = .*\n)```", text(cell))
]


def test_it_ships_without_outputs_and_every_cell_can_be_run_anywhere() -> None:
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)
    for cell in CELLS:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    for source in CODE:
        assert ast.parse(source)  # Python only, no magic: also where there is no notebook


def test_every_exercise_has_one_place_for_its_answer_and_an_answer_below() -> None:
    places = [source.count(TO_ANSWER) for source in CODE]
    assert (sum(places), max(places), len(ANSWERS)) == (EXERCISES, 1, EXERCISES)


def test_an_answer_is_right_not_yet_or_still_to_be_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, Any] = {}
    exec(next(source for source in CODE if source.startswith("def check")), names)  # noqa: S102
    names["check"](..., 1)
    names["check"](72, 71.4, within=0.01)
    names["check"](5, 4)
    names["check"]("off", "on")
    assert capsys.readouterr().out.splitlines() == [
        "write your answer in place of ...",
        "right: 72",
        "not yet: 5",
        "not yet: off",
    ]


def test_where_there_was_no_time_to_measure_it_says_what_to_do() -> None:
    frame = pd.DataFrame({"block": [None], "again": [False]})
    names = {"answer": SimpleNamespace(frame=frame), "SECONDS": 110}
    with pytest.raises(SystemExit, match="nothing was measured within 110 s: close other programs"):
        exec(next(source for source in CODE if "rounds.empty" in source), names)  # noqa: S102


@pytest.mark.slow
def test_run_from_the_top_it_draws_and_finds_its_own_answers_right(tmp_path: Path) -> None:
    """Workers are stubs, so that its numbers are the same everywhere; the exercises are trained."""
    answers = iter(ANSWERS)
    cells = [
        source.replace(TO_ANSWER, next(answers)) if TO_ANSWER in source else source
        for source in CODE
    ]
    kept = f"plt.savefig({str(tmp_path)!r} + f'/{{plt.gcf().number}}.png')"
    notebook = "\n".join(cells).replace("plt.show()", kept)
    notebook = notebook.replace("report/class.json", str(tmp_path / "class.json"))
    assert notebook.count("budget=SECONDS") == 1  # stubs would go on to the most blocks
    notebook = notebook.replace("budget=SECONDS", "blocks=3")
    (tmp_path / "notebook.py").write_text(notebook, encoding="utf-8")
    stubs = {"MPLBACKEND": "agg", "PYTEST_ADDOPTS": "-p tests.stubs.plugin"}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "notebook.py")], cwd=ROOT, capture_output=True, text=True,
        check=False, env=os.environ | stubs,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert (said.count("right: "), said.count("not yet: ")) == (EXERCISES, 0)
    assert said.count("is there first") == 1
    assert said.count("ms per sample") == 4  # two networks, two sides
    assert len(list(tmp_path.glob("*.png"))) == 4
