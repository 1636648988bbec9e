"""pytest's side of a run: options, cells, and when to measure and to write."""

import shlex
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.console.signals import ended_by_signals, unheard_signals, until_the_end
from bench.console.summary import print_summary
from bench.grid import Cell, cell_id, cell_params
from bench.learning.options import add_learning_options, refuse_learning_options
from bench.learning.plugin import NAME, LearnPlugin
from bench.measure.budget import process_age
from bench.measure.journal import journal_path
from bench.options import add_options, read_settings
from bench.record.claim import result_path
from bench.record.result_file import write_json
from bench.record.rows import Facts, crossover_key
from bench.run import Run

RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the suite's options."""
    add_options(parser)
    add_learning_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Checks everything that was typed, before anything runs."""
    if config.option.help:
        return
    refuse_parallel(config)
    command = shlex.join(["pytest", *config.invocation_params.args])
    if config.getoption("--learning"):
        config.pluginmanager.register(LearnPlugin(config, command), NAME)
        return
    refuse_learning_options(config)
    settings = read_settings(config)
    resume, overwrite = config.getoption("--resume"), config.getoption("--overwrite")
    path = result_path(config, resume=resume, overwrite=overwrite)
    # pytest-benchmark would write in place and print a table of all cells; this suite writes the
    # same JSON atomically, with rows for the cells that have no time, and prints a summary.
    config.option.benchmark_json = None
    config.option.benchmark_quiet = not config.option.benchmark_verbose
    run = Run(settings, path, resume=resume, overwrite=overwrite, command=command)
    if not config.option.collectonly:
        run.claim.check()
    if run.budget:
        run.budget.before = process_age()
    config.stash[RUN] = run


def refuse_parallel(config: pytest.Config) -> None:
    """pytest-xdist's workers would each measure, beside one another."""
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("-n: a run measures one process at a time; leave -n out")


def pytest_collection(session: pytest.Session) -> None:
    """Asks torch for devices where none were named. While pytest collects, a refusal would be a
    traceback.
    """
    run = session.config.stash.get(RUN, None)
    if run is not None:
        run.find_devices()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A run times or learns, never both."""
    other = "bench_training.py" if config.getoption("--learning") else "bench_learning.py"
    return True if collection_path.name == other else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for every cell of the grid."""
    if "crossover_run" not in metafunc.fixturenames:
        return
    run = metafunc.config.stash[RUN]
    cells, asked = run.all_cells(), run.threads_asked
    axes = list(cell_params(cells[0], threads_asked=asked))
    metafunc.fixturenames.extend(axes)
    metafunc.parametrize(
        axes,
        [tuple(cell_params(cell, threads_asked=asked).values()) for cell in cells],
        ids=[cell_id(cell, threads_asked=asked) for cell in cells],
    )


@pytest.fixture(scope="session")
def crossover_run(request: pytest.FixtureRequest) -> Run:
    """The run that measured the cells."""
    return request.config.stash[RUN]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Measures everything that was selected before pytest is shown cell by cell.

    pytest captures no output here, so progress is visible, and Ctrl-C leaves the cells that were
    measured to be written.
    """
    if session.config.option.collectonly or session.testsfailed:
        return
    if RUN not in session.config.stash:
        return  # a learning run has a plugin of its own
    cells = [Cell(**item.callspec.params) for item in session.items if hasattr(item, "callspec")]
    if cells:
        until_the_end(session.config, ended_by_signals())
        session.config.stash[RUN].measure(cells, Console())
        until_the_end(session.config, ended_by_signals())  # also while the cells are shown


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Writes the result file, whatever ended the session."""
    run = session.config.stash.get(RUN, None)
    if run is not None:
        until_the_end(session.config, unheard_signals())
        if run.facts is not None:
            session.exitstatus = _write(session, run, run.facts)
        run.claim.release()
    return (yield)


def _write(session: pytest.Session, run: Run, facts: Facts) -> int:
    """Writes the result file and returns the session's exit status."""
    try:
        output = _result(session.config, run, facts)
        write_json(run.path, output)
    except OSError as error:
        run.write_error = f"{run.path}: cannot be written ({error.strerror})"
        return pytest.ExitCode.INTERNAL_ERROR
    except Exception as error:  # noqa: BLE001 - hours of measuring must not end in a plugin's hook
        run.write_error = f"{run.path}: not written ({error!r})"
        return pytest.ExitCode.INTERNAL_ERROR
    run.complete = output["crossover"]["complete"]
    if run.complete:
        journal_path(run.path).unlink(missing_ok=True)
        return session.exitstatus
    return pytest.ExitCode.INTERNAL_ERROR if run.stopped else pytest.ExitCode.INTERRUPTED


def _result(config: pytest.Config, run: Run, facts: Facts) -> dict[str, Any]:
    """The result file's content: pytest-benchmark's own JSON and our key."""
    hook = config.hook
    # The host's own name is nobody's business but its owner's, who named the file.
    ours = {"node": run.path.stem, "crossover": facts.machine}
    output: dict[str, Any] = hook.pytest_benchmark_generate_json(
        config=config,
        benchmarks=list(run.stats.values()),
        include_data=True,
        machine_info=_ask(hook.pytest_benchmark_generate_machine_info, config) | ours,
        commit_info=_ask(hook.pytest_benchmark_generate_commit_info, config),
    )
    return output | {"crossover": crossover_key(run, facts, set(run.stats))}


def _ask(hook: Any, config: pytest.Config) -> dict[str, Any]:
    """What a hook says; what it raised where it raised."""
    try:
        answer: dict[str, Any] = hook(config=config)
    except Exception as error:  # noqa: BLE001 - hours of measuring must not end in a hook
        return {"error": repr(error)}
    return answer


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says what was measured and what was not, and what to type next."""
    run = config.stash.get(RUN, None)
    if run is not None and run.facts is not None:
        terminalreporter.ensure_newline()
        print_summary(run, Console())
