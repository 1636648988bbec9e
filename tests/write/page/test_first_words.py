"""How many words a reader sees before anything is scrolled, counted in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.measure.process import ROOT
from scripts.sections.contents import contents
from scripts.sections.inputs import Report
from scripts.tables.analysis import Analysis
from scripts.tables.comparison import of_same_work
from scripts.write.inline_svg import small_svg
from scripts.write.page import page
from tests.browsing import Opened
from tests.corpus import Corpus, Pattern, falling
from tests.write.reports import of_own_hardware

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

MOST_WORDS = 120
SEEN = """height => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const node = walker.currentNode, parent = node.parentElement;
        if (parent.closest("script, style, option, svg")) continue;
        if (!parent.checkVisibility({ opacityProperty: true })) continue;
        for (const part of node.textContent.matchAll(/\\s+|\\S+/g)) {
            const range = document.createRange();
            range.setStart(node, part.index);
            range.setEnd(node, part.index + part[0].length);
            const box = range.getBoundingClientRect();
            const seen = box.width && box.top < height && box.right > 0;
            if (seen || !part[0].trim()) texts.push(part[0]);
        }
        if (getComputedStyle(parent).display === "block") texts.push(" ");
    }
    return texts.join("");
}"""
"""What stands within so many pixels: as text, not as a picture."""

NETWORKS = ("mlp", "cnn", "lstm", "transformer")
PLAN: dict[str, Any] = {
    "workloads": NETWORKS, "sides": ("cpu", "cuda"),
    "batch_sizes": (8, 64, 512), "epochs": (1, 4), "ratio": falling,
}  # fmt: skip


def processor(_folder: Path) -> list[Path]:
    return [ROOT / "results" / "xeon.json"]


def devices(_folder: Path) -> list[Path]:
    return [ROOT / "results" / "xeon-vulkan.json"]


def machines(folder: Path) -> list[Path]:
    """Ten, each with a network on which it is the fastest and one on which its GPU never pays."""
    plans = []
    for number in range(10):
        rates = [1.0 + (number + place) % 10 for place in range(4)]

        def ratio(name: str, side: str, size: int, slow: str = NETWORKS[number % 4]) -> float:
            return 2.0 if name == slow else falling(name, side, size)

        def seconds(name: str, size: int, rates: list[float] = rates) -> float:
            return rates[NETWORKS.index(name)] * (3e-4 + 2e-6 * size)

        known = PLAN | {"ratio": ratio, "cpu_step_seconds": seconds}
        plans.append(Corpus(machine=f"machine-{number:04}", seed=number, **known))
    return of_own_hardware(folder, *plans)


def doubts(folder: Path) -> list[Path]:
    """Loaded blocks, noise, few of them, unlike work, an absent side, a run that was cut short."""
    absent: dict[Pattern, tuple[str, ...]] = {
        ("cnn", 512, None, "cuda"): ("oom", "tried to allocate 9.50 GiB"),
        ("lstm", 8, None, "vulkan"): ("timeout", "60 s"),
        ("mlp", 64, 4, None): ("interrupted", ""),
    }
    suspect: dict[Pattern, list[str]] = {
        ("mlp", 512, 1, "vulkan"): ["loss mismatch"],
        ("cnn", None, None, "cuda"): ["loaded: other processes used 45% of the CPU"],
    }
    loaded = {("cuda", block): ["loaded: other processes used 61% of the CPU"] for block in (0, 1)}
    known = PLAN | {"sides": ("cpu", "cuda", "vulkan"), "epochs": (1, 4, 16)}
    plan = Corpus(
        absent=absent, suspect=suspect, block_suspect=loaded, process_noise=0.15, blocks=3,
        measured_epochs=4, **known,
    )  # fmt: skip
    return [plan.write(folder)]


def shown(files: list[Path]) -> str:
    """The page with the pictures that are seen at once."""
    analysis = Analysis(files)
    every = analysis.results.files
    base = every["machine"].iloc[0]
    several = of_same_work(analysis, list(every["file"]), base=base) if len(files) > 1 else None
    report = Report(analysis, comparison=several)
    sections = contents(report)
    first = [one for part in sections if part.part == "answer" for one in part.pictures]
    drawn = {one: figure for one in first if one.caption and (figure := one.draw())}
    return page(report, sections, {one: small_svg(figure) for one, figure in drawn.items()})


def seen(browser: "Browser", path: Path) -> list[str]:
    one = Opened(browser, path, viewport={"width": 1280, "height": 800})
    words: list[str] = one.page.evaluate(SEEN, 800).split()
    one.close()
    return words


@pytest.mark.parametrize("files", [processor, devices, machines, doubts])
def test_a_first_screen_has_at_most_120_words(
    browser: "Browser", tmp_path: Path, files: Callable[[Path], list[Path]]
) -> None:
    path = tmp_path / "report.html"
    path.write_text(shown(files(tmp_path)), encoding="utf-8")
    words = seen(browser, path)
    assert words[0] == "Crossover:"
    assert 60 < len(words) <= MOST_WORDS, " ".join(words)


def test_the_committed_page_has_at_most_120_words_on_its_first_screen(browser: "Browser") -> None:
    words = seen(browser, ROOT / "results" / "figures" / "report.html")
    assert 60 < len(words) <= MOST_WORDS, " ".join(words)
