"""pytest's side of `pytest bench`: its options, and the plugin of the run that was asked for."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.console.say import print_help, refused_in_lines
from bench.console.summary import print_summary
from bench.learning.options import add_learning_options, learning_help, refuse_learning_options
from bench.learning.plugin import LearnPlugin
from bench.measure.budget import process_age
from bench.measure.journal import Line
from bench.options import add_options, option_help, read_settings
from bench.plugin import NAME, Cases, RunPlugin, open_console, placed
from bench.record.resume import FLAG
from bench.record.rows import crossover_key
from bench.record.state import TimingRun
from bench.refused import has_benchmark, refuse_options, refuse_useless
from bench.run import find_sides, measure

ASKING = ("--help", "--help-crossover", "--fixtures", "--fixtures-per-test")
"""What only asks pytest something: no run begins."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Adds the suite's options."""
    add_options(parser)
    add_learning_options(parser)
    if not has_benchmark(pluginmanager):  # whoever types it is told so (`refuse_options`)
        parser.addoption(FLAG, help="the result file")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Prints the help of the suite's own options where that is asked for, and ends."""
    if not config.getoption("--help-crossover"):
        refuse_useless(config)
        return None
    print_help(open_console(), {**option_help(), **learning_help()})
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Checks everything that was typed, before anything runs."""
    if any(map(config.getoption, ASKING)):
        return
    with refused_in_lines():
        refuse_options(config)
        kind = LearnPlugin if config.getoption("--learning") else TimingPlugin
        if config.pluginmanager.register(kind(config), NAME) is None:
            raise pytest.UsageError(f"-p no:{NAME}: that is the run itself; leave it out")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A run times or learns, never both."""
    other = "bench_training.py" if config.getoption("--learning") else "bench_learning.py"
    return True if collection_path.name == other else None


@pytest.fixture(scope="session")
def crossover_run(pytestconfig: pytest.Config) -> Any:
    """The run that measured or trained the cells."""
    plugin: Any = pytestconfig.pluginmanager.get_plugin(NAME)
    return plugin.run


class TimingPlugin(RunPlugin[TimingRun]):
    """The hooks of a timing run."""

    def __init__(self, config: pytest.Config) -> None:
        """Checks everything that was typed, before anything runs."""
        refuse_learning_options(config)
        super().__init__(config, TimingRun(read_settings(config), *placed(config)))
        self.run.busy_ok = config.getoption("--busy-ok")
        self.verbose = config.option.verbose > 0
        self.run.clock.before = process_age()

    def pytest_collection(self) -> None:
        """Asks torch for devices where none were named. While pytest collects, a refusal would be a
        traceback.
        """
        with refused_in_lines():
            find_sides(self.run)

    def cases(self) -> Cases:
        """Every cell of the grid; a setting is an axis where the run's sides differ in it."""
        cells = self.run.by_id
        params = [self.run.params(cell) for cell in cells.values()]
        return Cases(list(params[0]), [tuple(own.values()) for own in params], list(cells))

    def work(self, cases: list[Any], console: Console) -> None:
        """Measures the selected cells."""
        with refused_in_lines():
            measure(self.run, [self.run.by_id[one.id] for one in cases], console)

    def content(self) -> Line:
        """Rows with and without a time."""
        assert self.run.facts is not None  # noqa: S101 - only then is anything written
        return crossover_key(self.run, self.run.facts, set(self.run.stats))

    def summarise(self, console: Console) -> None:
        """Says what was measured and what was not."""
        print_summary(self.run, console, seconds=self.verbose)
