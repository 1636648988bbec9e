from pathlib import Path
from typing import Any

import pytest

from scripts import advise
from tests.corpus import Corpus
from tests.learn_corpus import LearnCorpus
from tests.target.plans import LEARNED, TIMED, Say


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs advise.py on plans and returns what it printed."""

    def run(*arguments: str, plans: list[Any] | None = None, workload: str = "mlp") -> str:
        both = [Corpus(**TIMED), LearnCorpus(**LEARNED)] if plans is None else plans
        paths = [str(plan.write(tmp_path, f"file{place}")) for place, plan in enumerate(both)]
        assert advise.main([*paths, "--workload", workload, *arguments]) == 0
        return capsys.readouterr().out

    return run
