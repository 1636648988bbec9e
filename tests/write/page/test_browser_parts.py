"""Time to the target and machines side by side, on a page made by report.py, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts import report as report_script
from scripts.tables.analysis import Analysis
from tests.browsing import Opened
from tests.corpus import Corpus, Pattern, falling
from tests.learn_corpus import LearnCorpus
from tests.write.reports import of_own_hardware, page_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

TABLES = (
    "fastest-mlp", "contests-mlp", "time-to-target-mlp", "epochs-to-target-mlp",
    "geometric-means", "ranks", "crossover-moves", "fastest", "compared-cells", "cost-to-target",
)  # fmt: skip

LAID_OUT = """() => document.querySelectorAll('.part').forEach(
    part => { part.style.contentVisibility = 'visible'; })"""
"""Parts out of sight are laid out when they are scrolled to; this does it at once."""


def slower(factor: float) -> Any:
    return lambda _workload, batch_size: factor * (3e-4 + 2e-6 * batch_size)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three machines with their prices, and of a learning file of one workload."""
    folder = tmp_path_factory.mktemp("parts")
    plan: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4), "ratio": falling}
    absent: dict[Pattern, tuple[str, ...]] = {("mlp", 8, None, "vulkan"): ("timeout", "60 s")}
    plans = [
        Corpus(machine="a", **plan),
        Corpus(machine="b", seed=1, cpu_step_seconds=slower(1.5), **plan),
        Corpus(machine="c", seed=2, absent=absent, **plan),
    ]
    paths = [str(one.write(folder)) for one in plans]
    paths.append(str(LearnCorpus(batch_sizes=(8, 64, 512)).write(folder)))
    prices = [text for name in "abc" for text in ("--price", f"{name}=1.5")]
    out = folder / "out"
    assert report_script.main([*paths, *prices, "--out", str(out), "--dpi", "30"]) == 0
    return out / "report.html"


@pytest.fixture
def opened(browser: "Browser", report: Path) -> Iterator[Opened]:
    one = Opened(browser, report, viewport={"width": 1200, "height": 900})
    one.unfold()
    yield one
    one.close()


@pytest.fixture
def page(opened: Opened) -> "Page":
    return opened.page


def shown(page: "Page", table: str, place: int) -> list[str]:
    """The shown texts of a table's column, from 1."""
    cells = page.locator(f"#t-{table} tbody tr:not(.gone) td:nth-child({place})")
    return [text.strip() for text in cells.all_text_contents()]


def test_every_table_of_these_parts_can_be_kept_as_csv_with_all_its_rows(page: "Page") -> None:
    for name in TABLES:
        box = page.locator(f"#t-{name}")
        with page.expect_download() as csv:
            box.locator(".csv").click()
        assert csv.value.suggested_filename == f"{name}.csv"
        lines = Path(csv.value.path()).read_text().splitlines()
        assert len(lines) == 1 + box.locator("tbody tr").count()


def test_every_figure_can_be_kept_as_svg_and_has_words_for_who_cannot_see_it(page: "Page") -> None:
    figures = page.locator("figure")
    assert figures.count() >= 15
    for figure in figures.all():
        assert figure.locator("button.svg").count() == 1
    names = page.locator(".picture img").evaluate_all("all => all.map(one => one.dataset.name)")
    kinds = {"time", "curves", "epochs", "rates", "relative", "crossover", "fastest", "cost"}
    assert kinds <= {name.partition("-")[0] for name in names}
    alts = page.locator(".picture img").evaluate_all("all => all.map(one => one.alt)")
    assert min(map(len, alts)) > 40


def test_every_picture_is_drawn(page: "Page") -> None:
    page.evaluate(LAID_OUT)
    widths = page.locator(".picture img").evaluate_all("all => all.map(one => one.naturalWidth)")
    assert min(widths) > 200


def test_times_to_the_target_are_sorted_by_their_seconds_and_filtered(page: "Page") -> None:
    box = page.locator("#t-time-to-target-mlp")
    box.locator('th[data-key="seconds"] button').click()
    units = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}
    seconds = []
    for text in shown(page, "time-to-target-mlp", 8):
        if text:
            number, unit = text.split(" ")[:2]
            seconds.append(float(number) * units[unit])
    assert len(seconds) > 10
    assert seconds == sorted(seconds)
    box.get_by_role("combobox").select_option("adam")
    assert set(shown(page, "time-to-target-mlp", 3)) == {"Adam"}


def test_a_machine_that_is_chosen_hides_the_others_contests_and_not_the_ranks(
    page: "Page",
) -> None:
    everyone = len(shown(page, "ranks", 1))
    page.locator("#switches select").first.select_option("b")
    assert set(shown(page, "contests-mlp", 1)) == {"b"}
    assert set(shown(page, "compared-cells", 5)) == {"b"}
    assert len(shown(page, "ranks", 1)) == everyone
    lines = page.locator('[aria-labelledby="w-mlp-target"] p:visible').all_text_contents()
    assert [line for line in lines if line.startswith("b, each at its own best")]
    assert not [line for line in lines if line.startswith("a, each at its own best")]


def test_an_absent_cell_has_its_reason_in_each_of_its_tables(page: "Page") -> None:
    page.locator("#t-time-to-target-mlp").get_by_label("Filter").fill("timeout")
    assert set(shown(page, "time-to-target-mlp", 1)) == {"c"}
    page.locator("#t-compared-cells").get_by_label("Filter").fill("timeout")
    assert set(shown(page, "compared-cells", 10)) == {"c: timeout"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_400_pixels_these_parts_do_not_scroll_the_page_sideways(
    browser: "Browser", report: Path, scheme: str
) -> None:
    one = Opened(browser, report, viewport={"width": 400, "height": 800}, color_scheme=scheme)
    one.page.evaluate(LAID_OUT)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 400
    one.close()


def test_these_parts_are_printed_and_readable_without_javascript(
    browser: "Browser", report: Path
) -> None:
    one = Opened(browser, report, java_script_enabled=False)
    one.unfold()
    for name in TABLES:
        assert one.page.locator(f"#t-{name} tbody tr:visible").count() > 0, name
    assert one.page.pdf(format="A4").startswith(b"%PDF")
    one.close()


def test_a_table_is_reached_and_scrolled_by_the_keyboard(page: "Page") -> None:
    region = page.locator("#t-geometric-means .scroll")
    region.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
        "Geometric means"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('th').dataset.key") == "workload"
    page.keyboard.press("Enter")
    head = page.locator('#t-geometric-means th[data-key="workload"]')
    assert head.get_attribute("aria-sort") == "ascending"


def test_the_maps_of_a_machine_that_is_chosen_are_opened_and_others_hidden(
    browser: "Browser", tmp_path: Path
) -> None:
    plan: dict[str, Any] = {"workloads": ("mlp", "cnn"), "batch_sizes": (8, 64), "epochs": (1,)}
    plans = [Corpus(machine=name, sides=("cpu", "cuda"), **plan) for name in "abcd"]
    path = tmp_path / "report.html"
    path.write_text(page_text(Analysis(of_own_hardware(tmp_path, *plans))), encoding="utf-8")
    one = Opened(browser, path)
    assert one.page.locator(".map:visible").count() == 2
    one.page.locator("#switches select").first.select_option("c")
    assert one.page.locator("details[data-machine]:visible h3").all_text_contents() == ["c"]
    assert one.page.locator(".map:visible").count() == 2
    one.close()
