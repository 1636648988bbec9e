"""The documents' commands, typed: what measures is collected, what reads does so, without pictures.

Runs of `pytest bench` have their own tests, as have the experiments in tests/evidence/ and what
reads all committed files.
"""

import importlib
import shutil
from pathlib import Path

import pytest

from scripts import report
from tests.corpus import Corpus
from tests.documents.commands import ROOT
from tests.documents.test_documents import COMMANDS, MADE, asked
from tests.run.typed import answers_to
from tests.write.reports import DRAWN, no_pictures

pytestmark = pytest.mark.slow
DOORS = ("advise", "compare", "export", "import_table", "report", "share")
READING = [
    words
    for words in dict.fromkeys(tuple(asked(one)) for one in COMMANDS)
    if words[0] in {f"scripts/{name}.py" for name in DOORS}
    and not {"results/figures", "--collection"} & {*words}
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the committed result files, and one of them by the names of a reader's own."""
    made = tmp_path_factory.mktemp("reader")
    (made / "incoming").mkdir()
    shutil.copytree(ROOT / "results", made / "results", ignore=shutil.ignore_patterns("figures"))
    for name in MADE:
        shutil.copy(ROOT / "results/xeon.json", made / name)
    (made / "my_network.py").touch()
    plan = Corpus(machine="epyc-h200", batch_sizes=(8, 64), epochs=(1,), sides=("cpu", "cuda"))
    plan.write(made / "incoming")
    return made


def test_every_measuring_command_of_a_document_names_what_can_be_measured(folder: Path) -> None:
    typed = [asked(one)[2:] for one in COMMANDS if asked(one)[:2] == ["pytest", "bench"]]
    typed = [words for words in typed if words != ["--help"]]
    here = [
        [
            word.replace("results/", f"{folder}/").replace("my_net", f"{folder}/my_net")
            for word in words
        ]
        for words in typed
    ]
    said = answers_to([[*words, "--collect-only", "-q"] for words in here])
    failed = [
        (words, one.output[-500:]) for words, one in zip(typed, said, strict=True) if one.code
    ]
    assert failed == []
    assert len(typed) > 10


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words)[:60])
def test_a_reading_command_of_a_document_reads(
    words: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, *arguments = words
    monkeypatch.chdir(folder)
    monkeypatch.setattr(DRAWN, no_pictures)
    module = importlib.import_module(script.removesuffix(".py").replace("/", "."))
    expanded = [
        one
        for word in arguments
        for one in ([str(path) for path in sorted(folder.glob(word))] if "*" in word else [word])
    ]
    assert module.main(expanded) == 0


def test_the_answer_that_readme_shows_is_that_of_its_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("`+` is faster than one")[2].split("\n\n")[1]
    assert report.main([str(folder / "results/xeon.json"), "--brief"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for line in shown.splitlines():
        assert " ".join(line.split()) in said
