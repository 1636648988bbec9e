"""`python -m tests.evidence.page_run`: what a page weighs and how long a browser takes to open it.

Pages of the committed results and of 1, 3 and 10 generated machines of 800 cells each
(`tests.evidence.scale.corpus`), each opened several times in a fresh Chromium offline: seconds
until the page has loaded, and until the browser has laid out and painted it after that.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.machine.identity import ask_cpu
from bench.machine.named import cpu_brand
from bench.measure.process import ROOT
from tests.browsing import CHROMIUM
from tests.evidence.scale.corpus import write_all

MOST_BYTES = 5_000_000
"""For ten machines: what a mail attachment may have."""

_TIMES = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
    const told = performance.getEntriesByType("navigation")[0];
    done({loaded: told.loadEventEnd, shown: performance.now()});
})))"""


def report_page(files: list[str], folder: Path) -> Path:
    """The page that report.py makes of the files."""
    command = [sys.executable, "scripts/report.py", *files, "--out", str(folder), "--dpi", "50"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder / "report.html"


def opened(page: Page, path: Path) -> dict[str, Any]:
    """Milliseconds until the page was loaded and shown, and how many elements it has."""
    page.goto(path.as_uri())
    times: dict[str, Any] = page.evaluate(_TIMES)
    return times | {"elements": page.evaluate("document.querySelectorAll('*').length")}


def row(words: str, path: Path, *, times: int) -> str:
    """A line of the table: bytes, elements, and the median seconds of `times` fresh browsers."""
    seen = []
    with sync_playwright() as playwright:
        for _time in range(times):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            seen.append(opened(browser.new_page(), path))
            browser.close()
    loaded, shown = (
        statistics.median(one[name] for one in seen) / 1000 for name in ("loaded", "shown")
    )
    size = path.stat().st_size / 1e6
    return f"| {words} | {size:.2f} MB | {seen[0]['elements']} | {loaded:.2f} s | {shown:.2f} s |"


def lines(folder: Path, *, times: int) -> Iterator[str]:
    """Measures and tells, in Markdown."""
    yield "# What the page weighs"
    yield ""
    yield f"On {os.cpu_count()} cores ({cpu_brand(ask_cpu())},"
    yield f"Python {platform.python_version()}), medians of {times} fresh headless Chromiums; load"
    yield f"before: {os.getloadavg()[0]:.1f}. Made by `python -m tests.evidence.page_run --out"
    yield "results/page.md`. The aim: ten machines in less than 5 MB."
    yield ""
    yield "| page of | size | elements | loaded after | painted after |"
    yield "|---|---|---|---|---|"
    yield row(
        "the committed results (the gallery)", ROOT / "results/figures/report.html", times=times
    )
    corpus = folder / "corpus"
    corpus.mkdir()
    paths = sorted(map(str, write_all(10, corpus)))
    for count in (1, 3, 10):
        path = report_page(paths[:count], folder / f"report{count}")
        noun = "machine" if count == 1 else "machines"
        yield row(f"{count} generated {noun} of 800 cells", path, times=times)
        if path.stat().st_size > MOST_BYTES:
            yield f"| ... which is more than {MOST_BYTES / 1e6:.0f} MB | | | | |"


def main() -> None:
    """Measures, prints, and writes the file."""
    parser = argparse.ArgumentParser(description="What does a page weigh?")
    parser.add_argument("--times", type=int, default=5, help="browsers a page (default: 5)")
    parser.add_argument("--out", type=Path, help="file for the table, in Markdown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = "\n".join(lines(Path(folder), times=options.times)) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
