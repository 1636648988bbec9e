"""Which tests run, in how many processes, and what holds for all of them."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import settings

from bench.measure import blocks as measure
from tests import bench_fakes
from tests.real_runs import real_learning, real_timing

__all__ = ["real_learning", "real_timing"]  # fixtures of every room

# No test judges a wall-clock time.
settings.register_profile("usual", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=100)
settings.load_profile("thorough" if "CROSSOVER_THOROUGH" in os.environ else "usual")

USUAL = "not slow and not vulkan"
MOST_PROCESSES = 8
"""Each imports torch, pandas and matplotlib."""
REPORTS = ("tests/figures", "tests/write")
"""The rooms in which many a test makes a whole report."""
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag of the full gate."""
    parser.addoption("--all", action="store_true", help="slow tests too, as .ci/run asks for")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Leaves out slow tests where none is named, and runs a whole suite on every core."""
    config.stash[LEFT_OUT] = 0
    option: Any = config.option
    named = [one for one in config.args if "::" in one or one.endswith(".py")]
    if not (named or option.all or option.markexpr):
        option.markexpr = USUAL
    if hasattr(config, "workerinput"):
        return  # of pytest-xdist, which passes on what was typed, and nothing that was set here
    whole = config.args in (["tests"], ["."], [str(config.rootpath)])
    if whole and getattr(option, "numprocesses", 0) is None and not option.usepdb:
        option.numprocesses, option.maxprocesses = "logical", MOST_PROCESSES
        option.dist, option.loadscopereorder = "loadfile", False
        if option.all:  # many of the slow ones wait for processes of their own
            option.numprocesses = 1 + (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """The environment of tests and of the processes that they start; a warning is an error.

    One thread for torch: two that wait for each other on a busy machine take many times longer. A
    test of threads asks for its own number. And a `pytest bench` that is started by a worker of
    pytest-xdist is none itself: pytest-benchmark would time nothing there.
    """
    gc.set_threshold(200_000, 20, 20)  # the usual ones take an eighth of the time: see Workers
    config.addinivalue_line("filterwarnings", "error")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.pop("PYTEST_XDIST_WORKER", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process waits for it in the end."""
    real = {item.path for item in items if set(__all__) & set(getattr(item, "fixturenames", ()))}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(
        key=lambda item: (
            item.path not in real,
            item.path not in slow,
            not item.nodeid.startswith(REPORTS),
        )
    )


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Counts what the usual tests leave out."""
    if items and items[0].config.option.markexpr == USUAL:
        items[0].config.stash[LEFT_OUT] += len(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tells the count to pytest-xdist's main process."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the count from a process of pytest-xdist: each left out the same tests."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = output.get("left_out", 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says what was left out, and how it is run."""
    if count := config.stash[LEFT_OUT]:
        terminalreporter.write_line(f"{count} slow tests left out: bash .ci/run, or pytest --all")


@pytest.fixture(autouse=True)
def denormal_numbers() -> Iterator[None]:
    """Has denormal numbers again after a test that trained, which flushes the thread's."""
    yield
    if torch := sys.modules.get("torch"):
        torch.set_flush_denormal(False)


@pytest.fixture
def quiet_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host on which nothing else runs; the fakes' journals are closed afterwards."""
    monkeypatch.setattr(measure, "read_host", lambda: bench_fakes.QUIET)
    yield
    while bench_fakes.OPENED:
        bench_fakes.OPENED.pop().close()
