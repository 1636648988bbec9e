"""pytest's side of `--learning`: cells, when to train and what to write."""

from collections.abc import Generator
from typing import Any

import pytest
from rich.console import Console

from bench.console.signals import ended_by_signals, unheard_signals, until_the_end
from bench.learning.content import learning_key
from bench.learning.grid import LearnCell, learn_cell_id
from bench.learning.options import read_learn_settings
from bench.learning.run import KEY, LearnFacts, LearnRun
from bench.learning.summary import print_learn_summary
from bench.measure.journal import journal_path
from bench.record.claim import result_path
from bench.record.result_file import write_json

NAME = "crossover-learning"


class LearnPlugin:
    """The hooks of one learning run; registered when `--learning` is given."""

    def __init__(self, config: pytest.Config, command: str) -> None:
        """Checks everything that was typed, before anything runs."""
        settings = read_learn_settings(config)
        resume, overwrite = config.getoption("--resume"), config.getoption("--overwrite")
        path = result_path(config, resume=resume, overwrite=overwrite)
        config.option.benchmark_json = None
        config.option.benchmark_quiet = not config.option.benchmark_verbose
        self.run = LearnRun(settings, path, resume, overwrite, command)
        if not config.option.collectonly:
            self.run.claim.check()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for every cell of the grid."""
        if "learning_run" not in metafunc.fixturenames:
            return
        cells = self.run.all_cells()
        metafunc.fixturenames.extend(LearnCell._fields)
        metafunc.parametrize(
            LearnCell._fields, list(map(tuple, cells)), ids=list(map(learn_cell_id, cells))
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Trains everything that was selected before pytest is shown cell by cell."""
        if session.config.option.collectonly or session.testsfailed:
            return
        cells = [
            LearnCell(**item.callspec.params) for item in session.items if hasattr(item, "callspec")
        ]
        if cells:
            until_the_end(session.config, ended_by_signals())
            self.run.learn(cells, Console())
            until_the_end(session.config, ended_by_signals())  # also while the cells are shown

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Writes the result file, whatever ended the session."""
        until_the_end(session.config, unheard_signals())
        if self.run.facts is not None:
            session.exitstatus = self._write(session, self.run.facts)
        self.run.claim.release()
        return (yield)

    def _write(self, session: pytest.Session, facts: LearnFacts) -> int:
        """Writes the result file and returns the session's exit status."""
        run = self.run
        try:
            output = _result(session.config, run, facts)
            write_json(run.path, output)
        except OSError as error:
            run.write_error = f"{run.path}: cannot be written ({error.strerror})"
            return pytest.ExitCode.INTERNAL_ERROR
        except Exception as error:  # noqa: BLE001 - hours of training must not end in a hook
            run.write_error = f"{run.path}: not written ({error!r})"
            return pytest.ExitCode.INTERNAL_ERROR
        run.complete = output[KEY]["complete"]
        if run.complete:
            journal_path(run.path).unlink(missing_ok=True)
            return session.exitstatus
        return pytest.ExitCode.INTERNAL_ERROR if run.stopped else pytest.ExitCode.INTERRUPTED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Says what was learned and what was not, and what to type next."""
        if self.run.facts is not None:
            terminalreporter.ensure_newline()
            print_learn_summary(self.run, Console())


def _result(config: pytest.Config, run: LearnRun, facts: LearnFacts) -> dict[str, Any]:
    """The result file's content: pytest-benchmark's own JSON and our key."""
    hook = config.hook
    ours = {"node": facts.machine["machine"], "crossover": facts.machine}
    output: dict[str, Any] = hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=list(run.stats.values()),
        include_data=True,
        machine_info=_ask(hook.pytest_benchmark_generate_machine_info, config) | ours,
        commit_info=_ask(hook.pytest_benchmark_generate_commit_info, config),
    )
    return output | {KEY: learning_key(run, facts)}


def _ask(hook: Any, config: pytest.Config) -> dict[str, Any]:
    """What a hook says; what it raised where it raised."""
    try:
        answer: dict[str, Any] = hook(config=config)
    except Exception as error:  # noqa: BLE001 - hours of training must not end in a hook
        return {"error": repr(error)}
    return answer
