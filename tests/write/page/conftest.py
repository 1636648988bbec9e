"""The browser that shows the page, started once for all tests of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browsing import running_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium; without it the tests that ask for it are skipped, or fail where it is required."""
    yield from running_browser()
