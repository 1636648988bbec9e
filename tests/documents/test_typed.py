"""The documents' commands, typed: what measures is answered by stubs, what reads has real files.

The experiments in tests/evidence/ have tests of their own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus import Corpus
from tests.documents.commands import ROOT, Command
from tests.documents.test_documents import COMMANDS, MADE, asked
from tests.run.typed import answers_to

pytestmark = pytest.mark.slow
SHORT = ("--suspect-repeats", "0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the committed result files, and one of them by the names of a reader's own."""
    made = tmp_path_factory.mktemp("reader")
    for name in ("results", "incoming", "measured"):
        (made / name).mkdir()
    for path in (ROOT / "results").glob("*.json"):
        shutil.copy(path, made / "results")
    for name in MADE:
        shutil.copy(ROOT / "results/xeon.json", made / name)
    plan = Corpus(machine="epyc-h200", batch_sizes=(8, 64), epochs=(1,), sides=("cpu", "cuda"))
    plan.write(made / "incoming")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = readme.partition("say `my_network.py`:")[2].partition("    uv run")[0].splitlines()
    (made / "my_network.py").write_text("\n".join(line.removeprefix("    ") for line in lines))
    (made / "models").symlink_to(ROOT / "models")
    return made


def benched(command: Command, folder: Path) -> list[str]:
    """The words after `pytest bench`, their files in the folder."""
    words = [
        word.replace("results/", f"{folder}/measured/").replace("my_net", f"{folder}/my_net")
        for word in asked(command)[2:]
    ]
    return [*words, *(() if "--learning" in words else SHORT), "--overwrite"]


def is_bench(command: Command) -> bool:
    return asked(command)[:2] == ["pytest", "bench"]


def test_every_measuring_command_of_a_document_measures(folder: Path) -> None:
    typed = [one for one in COMMANDS if is_bench(one) and "--help" not in one.words]
    said = answers_to([benched(one, folder) for one in typed])
    failed = {
        one.typed: answer.output[-2000:]
        for one, answer in zip(typed, said, strict=True)
        if answer.code
    }
    assert failed == {}
    assert len(typed) > 10


def test_every_reading_command_of_a_document_reads(folder: Path) -> None:
    typed = [asked(one) for one in COMMANDS if asked(one)[0].startswith("scripts/")]
    failed = {" ".join(words): said for words in typed if (said := read(words, folder))}
    assert failed == {}
    assert len(typed) > 5


def read(words: list[str], folder: Path) -> str:
    """What a script said that failed; its files are those of the folder."""
    script, *rest = words
    typed = [
        one
        for word in rest
        for one in ([str(path) for path in sorted(folder.glob(word))] if "*" in word else [word])
    ]
    typed += ["--dpi", "40"] if "report" in script and "--dpi" not in rest else []
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *typed],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""
