"""pytest's side of a run, whether it times or learns: cells, when to work and what to write."""

import io
import shlex
import sys
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
from rich.console import Console

from bench.measure.journal import Line, journal_path
from bench.record.reader import has_reader, refusal
from bench.record.result_file import write_json
from bench.record.resume import result_path
from bench.record.state import RunState
from bench.signals import ended_by_signals, unheard_signals, until_the_end

LONGEST_COMMAND = 10_000
"""Whoever reads a result refuses longer texts; a test holds both alike."""
NAME = "crossover"
FIXTURE = "crossover_run"

State = TypeVar("State", bound=RunState[Any, Any])


class Cases(NamedTuple):
    """The cells as pytest's parameter sets."""

    axes: list[str]
    values: list[tuple[Any, ...]]
    ids: list[str]


class RunPlugin(ABC, Generic[State]):
    """The hooks of one run; registered under NAME."""

    def __init__(self, config: pytest.Config, run: State) -> None:
        """Checks that nothing is lost by the run, before anything runs."""
        # pytest-benchmark would write in place and print a table of all cells; this suite writes
        # the same JSON atomically, with rows for the cells that have no figure, and a summary.
        config.option.benchmark_json = None
        config.option.benchmark_quiet = not config.option.benchmark_verbose
        # Neither it nor pytest makes a folder of its own where the run is started.
        config.option.benchmark_storage = f"file://{run.path.parent}"
        for name in ("lfplugin", "nfplugin"):
            if config.pluginmanager.has_plugin(name):
                config.pluginmanager.unregister(name=name)
        self.run = run
        self.lost = ""
        """What another plugin could not write."""
        if not config.option.collectonly:
            run.claim.check()

    @abstractmethod
    def cases(self) -> Cases:
        """Every cell of the grid as a test."""

    @abstractmethod
    def work(self, cases: list[Any], console: Console) -> None:
        """Measures or trains the cells of these parameter sets of pytest's."""

    @abstractmethod
    def content(self) -> Line:
        """Our part of the result file."""

    @abstractmethod
    def summarise(self, console: Console) -> None:
        """Says what came of the run and what to type next."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for every cell of the grid."""
        if FIXTURE not in metafunc.fixturenames:
            return
        axes, values, ids = self.cases()
        metafunc.fixturenames.extend(axes)
        metafunc.parametrize(axes, values, ids=ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Does everything that was selected before pytest is shown cell by cell.

        pytest captures no output here, so progress is visible, and Ctrl-C leaves what was done to
        be written.
        """
        if session.config.option.collectonly or session.testsfailed:
            return
        for item in session.items:
            if FIXTURE not in getattr(item, "fixturenames", ()):
                raise pytest.UsageError(f"{item.nodeid}: is no cell; a run measures, leave it out")
        cases = [item.callspec for item in session.items if hasattr(item, "callspec")]
        if not cases:
            ids = self.cases().ids
            raise pytest.UsageError(
                f"none of the {len(ids)} cells is chosen, whose first is {ids[0]}; mend -k or "
                "whatever else leaves them out; --collect-only lists them"
            )
        until_the_end(session.config, ended_by_signals())
        self.work(cases, open_console())
        until_the_end(session.config, ended_by_signals())  # also while the cells are shown

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Writes the result file, whatever ended the session.

        Another plugin that cannot write its own (--junitxml) takes no summary from this one.
        """
        until_the_end(session.config, unheard_signals())
        if self.run.facts is not None:
            session.exitstatus = self._write(session)
        self.run.claim.release()
        try:
            return (yield)
        except OSError as error:
            self.lost = f"what another option of pytest's writes is not written: {error}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return None

    def _write(self, session: pytest.Session) -> int:
        """Writes the result file and returns the session's exit status."""
        run = self.run
        try:
            output = _result(session.config, run) | {run.key: self.content()}
            write_json(run.path, output)
        except OSError as error:
            run.write_error = f"{run.path}: cannot be written ({error.strerror})"
            return pytest.ExitCode.INTERNAL_ERROR
        except Exception as error:  # noqa: BLE001 - hours of work must not end in a plugin's hook
            run.write_error = f"{run.path}: not written ({error!r})"
            return pytest.ExitCode.INTERNAL_ERROR
        run.complete = output[run.key]["complete"]
        if not run.complete:
            return pytest.ExitCode.INTERNAL_ERROR if run.stopped else pytest.ExitCode.INTERRUPTED
        run.checked = has_reader()
        why = refusal(run.path) if run.checked else None
        if why is not None:
            run.write_error = f"{run.path} was written, but its own reader refuses it: {why}"
            return pytest.ExitCode.INTERNAL_ERROR
        if run.checked:
            with suppress(OSError):
                journal_path(run.path).unlink()
        return session.exitstatus

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Says what was done and what was not, and what to type next."""
        if self.run.facts is not None:
            terminalreporter.ensure_newline()
            self.summarise(open_console())
        if self.lost:
            terminalreporter.write_line(self.lost)


def open_console() -> Console:
    """Returns the console; a letter that its encoding lacks is written as `\\xe9`, no error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    console = Console()
    if not console.width:  # COLUMNS=0, where nothing could be read
        console.width = 80
    return console


def placed(config: pytest.Config) -> tuple[Path, bool, bool, str, bool]:
    """Where the result goes, whether to resume or to overwrite, what was typed, and whether the
    machine is said to be the same.
    """
    names = ("--resume", "--overwrite", "--same-machine")
    resume, overwrite, same_machine = map(config.getoption, names)
    if same_machine and not resume:
        raise pytest.UsageError("--same-machine: says something of a run to resume; add --resume")
    path = result_path(config, resume=resume, overwrite=overwrite)
    typed = shlex.join(["pytest", *config.invocation_params.args])
    if len(typed) > LONGEST_COMMAND:
        raise pytest.UsageError(
            f"--benchmark-json: a result tells what was typed, in {LONGEST_COMMAND} letters at "
            f"most, and these are {len(typed)}; name fewer values"
        )
    return path, resume, overwrite, typed, same_machine


def _result(config: pytest.Config, run: RunState[Any, Any]) -> Line:
    """pytest-benchmark's own JSON."""
    hook = config.hook
    # The host's own name is nobody's business but its owner's, who named the file.
    machine = run.facts.machine
    ours = {"node": machine["machine"], "crossover": machine}
    output: Line = hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=list(run.stats.values()),
        include_data=True,
        machine_info=_ask(hook.pytest_benchmark_generate_machine_info, config) | ours,
        commit_info=_ask(hook.pytest_benchmark_generate_commit_info, config),
    )
    return output


def _ask(hook: Any, config: pytest.Config) -> Line:
    """What a hook says; what it raised where it raised."""
    try:
        answer: Line = hook(config=config)
    except Exception as error:  # noqa: BLE001 - hours of work must not end in a hook
        return {"error": repr(error)}
    return answer
