"""A page about two machines, and the browser that shows it, started once for all tests of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.tables.analysis import Analysis
from scripts.write.inline_svg import small_svg
from tests.browsing import Opened, running_browser
from tests.corpus import Corpus, Pattern, falling
from tests.write.reports import NASTY, of_own_hardware, page_text, report_figures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium; without it the tests that ask for it are skipped, or fail where it is required."""
    yield from running_browser()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page about two machines, one of them with a nasty name, and two pairs of sides on one."""
    folder = tmp_path_factory.mktemp("page")
    plan: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4), "ratio": falling}
    absent: dict[Pattern, tuple[str, ...]] = {("mlp", 8, 4, "vulkan"): ("timeout", "60 s")}
    suspect: dict[Pattern, list[str]] = {("mlp", 512, 1, "vulkan"): ["loss mismatch"]}
    plans = [
        Corpus(sides=("cpu", "cuda", "vulkan"), absent=absent, suspect=suspect, **plan),
        Corpus(machine=NASTY, workloads=("mlp", "cnn"), **plan),
    ]
    analysis = Analysis(of_own_hardware(folder, *plans))
    small = {
        name: small_svg(figure)
        for name, figure in report_figures(analysis)
        if name.startswith("speed-devbox")
    }
    path = folder / "report.html"
    path.write_text(page_text(analysis, small=small), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: "Browser", report: Path) -> Iterator[Opened]:
    """The page at its usual size; whatever a test does, nothing may go wrong or ask a network."""
    one = Opened(browser, report, viewport={"width": 1200, "height": 900})
    one.unfold()
    yield one
    assert one.requests[0] == report.as_uri()
    one.close()


@pytest.fixture
def page(opened: Opened) -> "Page":
    return opened.page
