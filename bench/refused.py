"""What of pytest's and its plugins' options would spoil a run: refused before anything is measured.

Each of them is taken by pytest without a word, and hours later there is nothing to show.
"""

import os
from pathlib import Path

import pytest

_NO_FIGURES = "no cell would have a figure"
_OTHER_FILE = "--benchmark-json names the only file of a run"
_NO_CACHE = "a run remembers no cells of an earlier one; name those that you want with -k"
_ROUNDS = "a round is a process of its own, which times itself; --blocks says how many"
_CUT_SHORT = (
    "one failed cell would leave all that come after it out of the result (-x is --maxfail=1)"
)
REFUSED = {
    "--benchmark-disable": _NO_FIGURES,
    "--benchmark-skip": _NO_FIGURES,
    "--setup-plan": _NO_FIGURES,
    "--setup-only": _NO_FIGURES,
    "--benchmark-min-rounds": _ROUNDS,
    "--benchmark-min-time": _ROUNDS,
    "--benchmark-max-time": _ROUNDS,
    "--benchmark-precision": _ROUNDS,
    "--benchmark-calibration-precision": _ROUNDS,
    "--benchmark-warmup": _ROUNDS,
    "--benchmark-timer": _ROUNDS,
    "--benchmark-disable-gc": _ROUNDS,
    "--benchmark-cprofile": "the profile would be of a clock that replays; --diagnose takes one",
    "--benchmark-cprofile-dump": _OTHER_FILE,
    "--benchmark-save": _OTHER_FILE,
    "--benchmark-autosave": _OTHER_FILE,
    "--benchmark-save-data": _OTHER_FILE,
    "--benchmark-group-by": "a cell is a line of its own; scripts/report.py puts them in order",
    "--benchmark-histogram": "scripts/report.py draws the result",
    "--benchmark-compare": "scripts/compare.py compares results",
    "--benchmark-compare-fail": "scripts/compare.py compares results",
    "--lf": _NO_CACHE,
    "--ff": _NO_CACHE,
    "--nf": _NO_CACHE,
    "--sw": _NO_CACHE,
    "--sw-skip": _NO_CACHE,
    "--sw-reset": _NO_CACHE,
    "--maxfail": _CUT_SHORT,
    "--trace": "every cell would wait for the debugger",
    "--pdb": "a failed cell would wait for the debugger, and the result with it",
    "--keep-duplicates": "a cell is measured once",
    "--looponfail": "a run is not repeated when a file changes",
}
"""Why, by option."""
USUAL = {
    "--benchmark-group-by": "group",
    "--benchmark-min-rounds": 5,
    "--benchmark-min-time": "0.000005",
    "--benchmark-max-time": "1.0",
    "--benchmark-calibration-precision": 10,
    "--benchmark-timer": "time.perf_counter",
}
"""What those say that nobody has typed, where that is anything."""
FILES = ("--junitxml", "--log-file", "--report-log")
"""What pytest writes besides, opened before or after everything is measured."""
ONE_AT_A_TIME = "a run measures one process at a time; leave"


def refuse_options(config: pytest.Config) -> None:
    """Raises `pytest.UsageError` for the first option that would leave a run with nothing."""
    for name in ("terminal", "warnings", "python"):
        if not config.pluginmanager.has_plugin(name):
            raise pytest.UsageError(f"-p no:{name}: a run needs it; leave it out")
    if not has_benchmark(config.pluginmanager):
        raise pytest.UsageError(
            "pytest-benchmark is not there, which writes the result: leave `-p no:benchmark` and "
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD out, or install it"
        )
    _refuse_parallel(config)
    _refuse_files(config)


def has_benchmark(plugins: pytest.PytestPluginManager) -> bool:
    """Whether pytest-benchmark is there, found by pytest or named: -p pytest_benchmark.plugin."""
    return any(map(plugins.has_plugin, ("benchmark", "pytest_benchmark.plugin")))


def refuse_useless(config: pytest.Config) -> None:
    """Raises `pytest.UsageError` for an option of pytest's or a plugin's that is REFUSED."""
    for flag, why in REFUSED.items():
        typed = config.getoption(flag, None)
        if typed and typed != USUAL.get(flag):
            raise pytest.UsageError(f"{flag}: {why}; leave it out{_as_well()}")
    for flag in FILES:
        file = config.getoption(flag, None)
        if file is None and flag == "--log-file":
            file = config.getini("log_file")
        if file:
            _refuse_unwritable(flag, Path(file).expanduser(), config)


def _refuse_unwritable(flag: str, path: Path, config: pytest.Config) -> None:
    """Only a real file shows that a place can be written; one that lies there stays as it is."""
    result = Path(config.getoption("--benchmark-json") or "").expanduser()
    try:
        if path.resolve() == result.resolve():
            raise pytest.UsageError(f"{flag}: {path} is the result file; name another{_as_well()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        path.open("ab").close()
        if new:
            path.unlink()
    except (OSError, RuntimeError) as error:  # the latter: links in a circle
        why = getattr(error, "strerror", error)
        raise pytest.UsageError(
            f"{flag}: {path} cannot be written ({why}); name another or leave it out{_as_well()}"
        ) from None


def _as_well() -> str:
    """Where an option may come from that nobody has just typed."""
    more = os.environ.get("PYTEST_ADDOPTS", "")
    return f" (PYTEST_ADDOPTS: {more[:200]!a})" if more else ""


def _refuse_parallel(config: pytest.Config) -> None:
    """pytest-xdist's workers would each measure, beside one another."""
    option = config.option
    if getattr(option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError(f"-n: {ONE_AT_A_TIME} -n out{_as_well()}")
    if getattr(option, "dist", "no") != "no" or getattr(option, "tx", None):
        raise pytest.UsageError(f"--dist: {ONE_AT_A_TIME} -d, --dist and --tx out{_as_well()}")
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise pytest.UsageError(f"PYTEST_XDIST_WORKER: {ONE_AT_A_TIME} it unset")


def _refuse_files(config: pytest.Config) -> None:
    """A run times or learns: the file of the other one holds no test of it."""
    learning = config.getoption("--learning")
    names = {Path(argument.partition("::")[0]).name for argument in config.args}
    if learning and "bench_training.py" in names:
        raise pytest.UsageError("bench_training.py: is about timing; leave --learning out")
    if not learning and "bench_learning.py" in names:
        raise pytest.UsageError("bench_learning.py: belongs to --learning; add that")
