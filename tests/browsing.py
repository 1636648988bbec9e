"""A real browser for tests of the page: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = os.environ.get("CROSSOVER_REQUIRE_BROWSER") == "1"


def running_browser() -> Iterator["Browser"]:
    """Chromium for tests, which are skipped where there is none (or fail, if asked)."""
    known = find_spec("playwright") is not None
    if CHROMIUM is None or not known:
        what = "the playwright package" if CHROMIUM else "chromium"
        words = f"{what} is missing (required when CROSSOVER_REQUIRE_BROWSER=1)"
        if REQUIRED:
            pytest.fail(words)
        pytest.skip(words)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Opened:
    """A page as opened, and what went wrong on the way."""

    def __init__(self, browser: "Browser", path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.trouble: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("dialog", lambda dialog: self.trouble.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def unfold(self) -> None:
        """Opens everything that is folded, also within what is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def close(self) -> None:
        """Closes the page; nothing may have gone wrong, and no network been asked."""
        foreign = [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]
        assert foreign == []
        assert self.trouble == []
        self.context.close()
