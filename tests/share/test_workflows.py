"""The workflows to copy: their shell steps run here as on a runner, `uv`, `gh` and pip replaced."""

import os
import re
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import Corpus, falling

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github/workflows"
NAMES = ("measure", "shared")
TOOLS = {
    "uv": """\
        shift
        [ "$1" = pytest ] || exec "{python}" "${{@:2}}" --dpi 40
        exec "{python}" -m pytest -p tests.stubs.plugin -p no:hypothesispytest "${{@:2}}" \\
            --preset smoke --blocks 1 --suspect-repeats 0 --busy-ok
        """,
    "python": """\
        [ "$2" = pip ] || exec "{python}" "$@"
        """,
    "gh": """\
        echo "$@" > gh.txt
        for file; do :; done
        cat "$file" >> gh.txt
        """,
}
"""What the steps call: pytest measures by stubs, pip installs nothing, gh notes what it is told."""


def workflow(name: str) -> Any:
    """A workflow as GitHub reads it. YAML 1.1 takes `on` for true."""
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))


def step(name: str, title: str) -> str:
    """The shell lines of a step, as they stand in the file."""
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    after = text.partition(f"- name: {title}\n")[2]
    found = re.search(r"^( +)run: (?:\|\n((?:\1  .*\n|\n)+)|(.+)\n)", after, flags=re.MULTILINE)
    assert found
    return textwrap.dedent(found[2] or found[3])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like a checkout, with the tools on its PATH."""
    for name in ("bench", "models", "scripts", "tests", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "results").mkdir()
    (tmp_path / "tools").mkdir()
    for name, text in TOOLS.items():
        tool = tmp_path / "tools" / name
        body = textwrap.dedent(text).format(python=sys.executable)
        tool.write_text(f"#!/usr/bin/env bash\n{body}")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def run(lines: str, folder: Path, tools: Path | None = None, **environment: str) -> str:
    """What steps say, run as GitHub runs them."""
    path = f"{tools or folder / 'tools'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines],
        cwd=folder,
        env=os.environ | {"PATH": path, "GITHUB_STEP_SUMMARY": "summary.txt"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_each_job_has_a_machine_and_steps_and_only_the_rights_that_it_needs(name: str) -> None:
    content = workflow(name)
    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        assert job["runs-on"]
        assert all(("run" in one) != ("uses" in one) for one in job["steps"])
        for line in (one["run"] for one in job["steps"] if "run" in one):
            assert "${{" not in line, "an expression in a shell line can be somebody's code"


def test_a_requests_code_never_runs_where_it_could_write() -> None:
    shared = workflow("shared")
    (checkout, *_) = shared["jobs"]["check"]["steps"]
    assert "with" not in checkout, "the code is that of the main branch"
    condition = workflow("measure")["jobs"]["measure"]["if"]
    assert "head.repo.full_name == github.repository" in condition


@pytest.mark.slow
def test_a_runner_measures_reports_and_comments(folder: Path) -> None:
    for title in ("Measure", "Report"):
        run(step("measure", title), folder, MACHINE="two words")
    assert (folder / "site/index.html").read_text().lower().startswith("<!doctype html>")
    assert (folder / "site/results.json").exists()
    assert (folder / "summary.txt").read_text() == (folder / "site/summary.md").read_text() != ""
    site = folder / "site"
    run(step("measure", "Comment"), site, tools=folder / "tools", NUMBER="7")
    assert (site / "gh.txt").read_text().startswith("pr comment 7 ")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.mark.slow
def test_a_request_is_answered_from_its_result_files_only(folder: Path) -> None:
    plan: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1,), "sides": ("cpu", "cuda")}
    upstream = folder / "upstream"
    (upstream / "results").mkdir(parents=True)
    Corpus(machine="lab-h200", seed=3, **plan).write(upstream / "results")
    git(upstream, "init", "-q", "-b", "main")
    git(upstream, "add", ".")
    git(upstream, "commit", "-qm", "main")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", str(upstream))
    git(folder, "pull", "-q", "origin", "main")
    Corpus(machine="epyc-h200", ratio=falling, **plan).write(upstream / "results")
    (upstream / "scripts").mkdir()
    (upstream / "scripts/share.py").write_text("raise SystemExit('code of the request')")
    git(upstream, "add", ".")
    git(upstream, "commit", "-qm", "request")
    git(upstream, "update-ref", "refs/pull/7/head", "HEAD")
    steps = [step("shared", title) for title in ("Take the files", "Check", "Answer")]
    run("\n".join(steps), folder, NUMBER="7", PACKAGES="pandas", PICTURES="https://a.b/c")
    assert [path.name for path in (folder / "incoming").iterdir()] == ["epyc-h200.json"]
    said = (folder / "gh.txt").read_text()
    assert said.startswith("pr comment 7 --edit-last --create-if-none --body-file answer/answer.md")
    assert "## epyc-h200.json: accepted" in said
    assert "[The pictures](https://a.b/c)" in said
