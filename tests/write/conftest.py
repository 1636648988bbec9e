"""What tests of reports are given: a report that is told on one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import report
from tests.corpus import Corpus
from tests.write.reports import DRAWN, no_pictures


@pytest.fixture
def say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs the report on plans, without figures, and returns what it printed on one line."""
    monkeypatch.setattr(DRAWN, no_pictures)

    def run(*plans: Corpus) -> str:
        paths = [str(plan.write(tmp_path, f"file{place}")) for place, plan in enumerate(plans)]
        assert report.main([*paths, "--out", str(tmp_path / "report")]) == 0
        return " ".join(capsys.readouterr().out.split())

    return run
