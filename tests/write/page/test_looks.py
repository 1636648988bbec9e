"""How the page looks in a real browser: on a phone, in the dark, on paper, without JavaScript."""

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browsing import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_400_pixels_the_page_does_not_scroll_sideways(
    browser: "Browser", report: Path, scheme: str
) -> None:
    one = Opened(browser, report, viewport={"width": 400, "height": 800}, color_scheme=scheme)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 400
    assert one.page.locator("#switches").is_visible()
    assert one.trouble == []
    one.context.close()


def test_dark_mode_is_dark_and_its_words_have_contrast(browser: "Browser", report: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        one = Opened(browser, report, color_scheme=scheme)
        colours[scheme] = one.page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor,
            getComputedStyle(document.body).color,
            getComputedStyle(document.querySelector('.map .ink')).fill]"""
        )
        one.context.close()
    sums = {
        scheme: [sum(json.loads(f"[{rgb[4:-1]}]")) for rgb in three]
        for scheme, three in colours.items()
    }
    assert sums["light"][0] > 700
    assert max(sums["light"][1:]) < 150
    assert sums["dark"][0] < 120
    assert min(sums["dark"][1:]) > 600


def test_the_page_is_printed_without_what_is_folded(browser: "Browser", report: Path) -> None:
    one = Opened(browser, report)
    document = one.page.pdf(format="A4", print_background=True)
    assert 1 <= document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") <= 4
    one.page.emulate_media(media="print")
    assert one.page.locator("#answer h1").is_visible()
    assert one.page.locator(".map svg").first.evaluate("map => map.clientWidth") > 200
    assert one.page.locator("#t-verdicts-mlp").is_hidden()
    one.unfold()
    assert one.page.locator("#t-verdicts-mlp").is_visible()
    assert one.page.locator("#t-verdicts-mlp .tools").is_hidden()
    one.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (400, 800)])
def test_sentence_and_curve_are_seen_before_anything_is_scrolled(
    browser: "Browser", report: Path, width: int, height: int
) -> None:
    one = Opened(browser, report, viewport={"width": width, "height": height})
    bottom = "document.querySelector('h1').getBoundingClientRect().bottom"
    assert one.page.evaluate(bottom) < height / 2
    one.close()


def test_without_javascript_everything_is_there(browser: "Browser", report: Path) -> None:
    one = Opened(browser, report, java_script_enabled=False)
    one.unfold()
    assert one.page.locator(".map svg:visible").count() == 4
    assert one.page.locator("#switches").is_hidden()
    assert one.page.locator("#t-verdicts-mlp tbody tr:visible").count() > 20
    assert one.page.get_by_text("Without JavaScript everything is here").is_visible()
    assert "is slower than the CPU below" in one.page.locator("h1").inner_text()
    one.context.close()


def test_every_control_has_a_name_and_headings_step_down_one_at_a_time(page: "Page") -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, a')].filter(e =>
        !e.textContent.trim() && !(e.labels && e.labels.length)).length"""
    )
    assert nameless == 0
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - former <= 1 for former, later in pairwise(levels))
