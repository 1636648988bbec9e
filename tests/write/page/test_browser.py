"""The page in a real browser: Debian's Chromium, driven by Playwright."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.tables.analysis import Analysis
from scripts.write.inline_svg import small_svg
from tests.browsing import Opened
from tests.corpus import Corpus, Pattern, falling
from tests.write.reports import of_own_hardware, page_text, report_figures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

NASTY = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>'


@pytest.fixture(scope="module")
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


def column(page: "Page", place: int) -> list[str]:
    """The shown texts of a column of mlp's table of verdicts, from 1."""
    cells = page.locator(f"#t-verdicts-mlp tbody tr:not(.gone) td:nth-child({place})")
    return [text.strip() for text in cells.all_text_contents()]


def test_the_page_opens_without_errors_or_requests(opened: Opened) -> None:
    opened.page.wait_for_load_state("networkidle")
    assert [url for url in opened.requests if not url.startswith("data:")] == opened.requests[:1]
    assert opened.page.locator(".map svg").count() == 4
    pictures = opened.page.locator(".picture img")
    assert pictures.count() == 1
    assert pictures.evaluate("image => image.naturalWidth") > 300


def test_the_policy_stops_a_script_that_gets_in_all_the_same(
    browser: "Browser", report: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.html"
    injected = '<script>document.title = "owned"</script><img src=x onerror="alert(1)"></main>'
    broken.write_text(report.read_text().replace("</main>", injected, 1))
    one = Opened(browser, broken)
    assert one.page.title().startswith("Crossover: devbox")
    assert any("Content Security Policy" in text for text in one.trouble)
    assert "1" not in one.trouble
    assert any("Loading the image" in text for text in one.trouble)
    one.context.close()


def test_a_table_is_sorted_by_its_titles_and_says_so(page: "Page") -> None:
    title = page.locator('#t-verdicts-mlp th[data-key="ratio"]')
    values = page.evaluate(
        """() => JSON.parse(document.querySelector('#t-verdicts-mlp script').textContent)
        .find(c => c.key === 'ratio').values"""
    )
    missing = [value for value in values if value is None]
    assert missing
    known = sorted(value for value in values if value is not None)
    title.get_by_role("button").click()
    assert title.get_attribute("aria-sort") == "ascending"
    rising = [float(text.split("x")[0]) for text in column(page, 5) if text]
    assert rising == pytest.approx(known, abs=0.051, rel=0.05)
    assert column(page, 5)[-len(missing) :] == [""] * len(missing)
    title.get_by_role("button").press("Enter")
    assert title.get_attribute("aria-sort") == "descending"
    falling_values = [float(text.split("x")[0]) for text in column(page, 5) if text]
    assert falling_values == rising[::-1]
    assert column(page, 5)[-1] == ""


def test_a_table_is_filtered_by_words_and_by_verdict(page: "Page") -> None:
    box = page.locator("#t-verdicts-mlp")
    everything = len(column(page, 6))
    box.get_by_role("combobox").select_option("suspect")
    assert set(column(page, 6)) == {"suspect"}
    shown = len(column(page, 6))
    assert box.locator("output").text_content() == f"{shown} of {everything} rows"
    box.get_by_role("combobox").select_option("all")
    box.get_by_label("Filter").fill("TIMEOUT")
    assert [text for text in column(page, 8) if "timeout" not in text] == []
    assert len(column(page, 8)) == 1
    box.get_by_label("Filter").fill("")
    assert len(column(page, 6)) == everything


def test_pointing_at_a_cell_shows_its_numbers_and_escape_hides_them(page: "Page") -> None:
    tip = page.locator("#tip")
    assert tip.is_hidden()
    page.locator(".map .c").filter(has_text="timeout").first.hover()
    words = tip.inner_text()
    assert "not measured" in words
    assert "batch size: 8" in words
    assert "timeout (60 s)" in words
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.locator(".map svg").first.locator(".c").first.hover()
    words = tip.inner_text()
    assert "slower" in words
    assert "epochs: warm" in words
    assert "seconds / base seconds: " in words
    assert "repetitions: 5" in words
    inside = tip.evaluate(
        "t => {const b = t.getBoundingClientRect(); return b.right <= innerWidth}"
    )
    assert inside


def test_the_keyboard_walks_a_heat_map_and_reads_each_cell(page: "Page") -> None:
    first = page.locator(".map svg").first
    assert first.locator('.c[tabindex="0"]').count() == 1
    first.locator('.c[tabindex="0"]').focus()
    label = "document.activeElement.getAttribute('aria-label')"
    assert "batch size 8, epochs warm" in page.evaluate(label)
    page.keyboard.press("ArrowRight")
    assert "batch size 64, epochs warm" in page.evaluate(label)
    page.keyboard.press("ArrowDown")
    assert "batch size 64, epochs 4" in page.evaluate(label)
    page.keyboard.press("End")
    assert "batch size 512, epochs 4" in page.evaluate(label)
    assert "batch size: 512" in page.locator("#tip").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Keep as SVG"


def test_the_switches_choose_machine_and_sides_everywhere(page: "Page") -> None:
    first = page.locator(".map svg").first
    page.locator("#switches select").first.select_option(NASTY)
    assert set(column(page, 1)) == {NASTY}
    assert first.is_hidden()
    assert NASTY in page.locator("#switches output").inner_text()
    page.locator("#switches select").first.select_option("all")
    page.locator("#switches select").last.select_option("cuda (NVIDIA H200) against cpu")
    assert set(column(page, 2)) == {"cuda (NVIDIA H200) against cpu"}
    assert page.locator(".map:visible").count() == 1


def test_tables_are_kept_as_csv_and_figures_as_svg(page: "Page", tmp_path: Path) -> None:
    with page.expect_download() as csv:
        page.locator("#t-verdicts-mlp .csv").click()
    assert csv.value.suggested_filename == "verdicts-mlp.csv"
    lines = Path(csv.value.path()).read_text().splitlines()
    assert lines[0].startswith("machine,pair,batch_size,epochs,ratio,verdict,blocks,reason")
    assert len(lines) == 1 + page.locator("#t-verdicts-mlp tbody tr").count()
    assert any(line.startswith('"""><img src=x') for line in lines)
    for figure, words in ((".map", "batch size (samples)"), (".picture", "samples per second")):
        with page.expect_download() as svg:
            page.locator(f"{figure} .svg").first.click()
        text = Path(svg.value.path()).read_text()
        assert text.startswith("<svg")
        assert words in text
        kept = tmp_path / svg.value.suggested_filename
        kept.write_text(text)
        assert kept.suffix == ".svg"
        page.context.new_page().goto(kept.as_uri())
        assert page.context.pages[-1].locator("parsererror").count() == 0
        page.context.pages[-1].close()


def test_a_formula_in_a_name_is_disarmed_in_the_csv_as_report_py_does_it(
    browser: "Browser", tmp_path: Path
) -> None:
    plan = Corpus(machine="=HYPERLINK(1);+2", batch_sizes=(8,), epochs=(1,))
    path = tmp_path / "report.html"
    path.write_text(page_text(Analysis([plan.write(tmp_path, "odd")])))
    one = Opened(browser, path)
    one.unfold()
    with one.page.expect_download() as csv:
        one.page.locator("#t-verdicts-mlp .csv").click()
    lines = Path(csv.value.path()).read_text().splitlines()
    assert lines[1].startswith("'=HYPERLINK(1);'+2,")
    one.close()


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


def test_a_machine_called_like_a_script_is_only_a_name(page: "Page") -> None:
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").count() == 1
    assert page.get_by_text(NASTY).first.is_visible()


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
