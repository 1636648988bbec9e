"""The page in a real browser: Debian's Chromium, driven by Playwright."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.tables.analysis import Analysis
from tests.browsing import Opened
from tests.corpus import Corpus
from tests.write.reports import NASTY, page_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


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


def test_a_machine_called_like_a_script_is_only_a_name(page: "Page") -> None:
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").count() == 1
    assert page.get_by_text(NASTY).first.is_visible()
