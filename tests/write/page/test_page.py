"""The page's text: what it says, that nothing out of a file gets out of its place, its weight."""

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from scripts.figures.speed import speed_figure
from scripts.figures.style import encoded
from scripts.tables.analysis import Analysis
from scripts.write import page as page_module
from scripts.write.inline_svg import data_address, small_svg
from tests.corpus import Corpus, Pattern, falling
from tests.write.reports import page_text

SMALL: dict[str, Any] = {"batch_sizes": (8, 64, 512), "epochs": (1, 4)}
NASTY = "\"><img src=x onerror=alert(1)></script><script>alert(2)</script>'javascript:alert(3)"


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif self._in != "style":
            self.words.append(data)

    @property
    def said(self) -> str:
        """What a reader sees, on one line."""
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _tag, attributes in self.found if "id" in attributes]


def page_of(folder: Path, *plans: Corpus, small: dict[str, str] | None = None) -> Elements:
    paths = [plan.write(folder, f"file{place}") for place, plan in enumerate(plans)]
    return Elements(page_text(Analysis(paths), small=small))


def test_unequal_software_and_unequal_work_are_warned_of(tmp_path: Path) -> None:
    other = Corpus(machine="other", **SMALL).result()
    other["machine_info"]["crossover"] |= {"torch": "2.15.0", "software_id": "0" * 12}
    other["crossover"]["workloads"]["mlp"]["definition"] = "f" * 12
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    analysis = Analysis([Corpus(**SMALL).write(tmp_path), path])
    said = Elements(page_text(analysis)).said
    assert "torch 2.14.1+cu130 on devbox; torch 2.15.0 on other" in said
    assert "Different work, so not comparable: mlp (and 1 more)" in said


def test_a_run_that_was_cut_short_is_warned_of(tmp_path: Path) -> None:
    absent: dict[Pattern, tuple[str, ...]] = {("mlp", 512, None, None): ("interrupted", "")}
    said = page_of(tmp_path, Corpus(absent=absent, **SMALL)).said
    assert "the run was cut short (8 of 12 cells measured); --resume finishes it" in said


def test_every_absent_cell_is_named_with_its_reason_and_what_was_said(tmp_path: Path) -> None:
    absent: dict[Pattern, tuple[str, ...]] = {
        ("mlp", 8, None, "vulkan"): ("timeout", "60 s"),
        ("mlp", 512, 4, "vulkan"): ("oom", "8 GB"),
    }
    elements = page_of(tmp_path, Corpus(absent=absent, **SMALL))
    said = elements.said
    assert "timeout 60 s 8 (1, 4)" in said
    assert "oom 8 GB 512 (4)" in said


def test_the_exact_command_and_software_of_each_file_are_there(tmp_path: Path) -> None:
    said = page_of(tmp_path, Corpus(machine="a", **SMALL), Corpus(machine="b", **SMALL)).said
    for name in "ab":
        assert f"pytest bench --benchmark-json results/{name}.json" in said


def test_a_file_of_one_side_has_its_times_and_says_that_nothing_is_compared(
    tmp_path: Path,
) -> None:
    elements = page_of(tmp_path, Corpus(sides=("cpu",), **SMALL))
    assert "Only cpu was timed: mlp trains fastest at batch 512." in elements.said
    assert "overtake" not in elements.said
    assert re.search(r"devbox cpu \d+\.\d% \d+\.\d% \d of \d", elements.said)
    assert "Seconds behind the ratios of mlp" in elements.said
    assert "switches" not in elements.ids()


def test_text_out_of_a_file_stays_text(tmp_path: Path) -> None:
    place: Pattern = ("mlp", 8, None, "vulkan")
    plan = Corpus(machine=NASTY, absent={place: ("failed", f"{NASTY}<!--")}, **SMALL)
    clean = page_of(tmp_path, Corpus(absent={place: ("failed", "")}, **SMALL))
    elements = page_of(tmp_path, dataclasses.replace(plan, run={"command": NASTY}))
    tags, clean_tags = (
        [tag for tag, _attributes in each.found if tag != "text"] for each in (elements, clean)
    )
    assert tags == clean_tags  # a long title has more lines of text
    assert NASTY in elements.said
    handlers = [name for _tag, attributes in elements.found for name in attributes]
    assert not [name for name in handlers if name.startswith("on")]


def test_numbers_for_the_script_hold_no_end_of_it_and_are_json(tmp_path: Path) -> None:
    text = page_text(Analysis([Corpus(machine=NASTY, **SMALL).write(tmp_path, "odd")]))
    data = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert len(data) >= 5
    for one in data:
        assert "<" not in one
        json.loads(one, parse_constant=pytest.fail)
    assert any(NASTY in column.get("texts", []) for one in data for column in json.loads(one))


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else(tmp_path: Path) -> None:
    elements = page_of(tmp_path, Corpus(**SMALL))
    [policy] = [
        str(attributes["content"])
        for tag, attributes in elements.found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    addresses = [
        str(attributes[name])
        for _tag, attributes in elements.found
        for name in ("src", "href")
        if name in attributes
    ]
    assert addresses
    assert all(address.startswith(("#", "data:image/svg+xml,")) for address in addresses)


def test_no_two_elements_share_an_id_and_every_link_has_its_place(tmp_path: Path) -> None:
    plans = [
        Corpus(
            machine=name,
            workloads=("mlp", "a.b", "a-b"),
            sides=("cpu+threads=1", "cuda:2", "cuda*2"),
            **SMALL,
        )
        for name in ("x", "X", "x y")
    ]
    elements = page_of(tmp_path, *plans)
    ids = elements.ids()
    assert len(ids) == len(set(ids))
    links = [str(a["href"])[1:] for tag, a in elements.found if tag == "a"]
    assert set(links) <= set(ids)


def test_the_same_files_give_the_same_page(tmp_path: Path) -> None:
    path = Corpus(**SMALL).write(tmp_path)
    first, second = (page_text(Analysis([path])) for _time in range(2))
    assert first == second


def test_beyond_its_room_the_page_keeps_the_crossovers_and_says_what_it_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.sections.inputs.MOST_ROWS", 15)
    paths = []
    for name in "abc":
        document = Corpus(machine=name, **SMALL).result()
        document["machine_info"]["crossover"]["machine_id"] = name * 12
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(document))
    said = Elements(page_text(Analysis(paths))).said
    assert "Shown cell by cell: the first 1 of 3 files" in said
    assert "mlp on a: vulkan" in said
    assert "mlp on c: vulkan" not in said
    assert "c mlp slower at every batch size" in said


def test_a_machine_of_the_full_grid_takes_less_than_a_tenth_of_five_megabytes(
    tmp_path: Path,
) -> None:
    plan = Corpus(
        workloads=[f"workload-{n}" for n in range(9)],
        batch_sizes=[2**k for k in range(13)],
        epochs=(1, 2, 4, 8, 16, 32),
        blocks=3,
        ratio=falling,
    )
    small = {f"speed-devbox-workload-{n}": f"<svg>{n}{'x' * 1_000_000}</svg>" for n in range(9)}
    text = page_text(Analysis([plan.write(tmp_path)]), small=small)
    shown = sum(map(len, re.findall(r'"data:image/svg[^"]*"', text)))
    assert 250_000 < len(text.encode()) - shown < 500_000
    assert 3_000_000 < len(text.encode()) < 5_000_000
    assert "5 figures did not fit into this page" in text


def test_a_picture_that_does_not_fit_is_left_out_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "BYTES_PER_ROW", 0)
    monkeypatch.setattr(page_module, "MOST_BYTES", 1000)
    small = {"speed-devbox-mlp": f"<svg>{'x' * 2000}</svg>", "total-devbox-mlp": "<svg></svg>"}
    elements = page_of(tmp_path, Corpus(**SMALL), small=small)
    shown = [attributes["data-name"] for tag, attributes in elements.found if tag == "img"]
    assert shown == ["total-devbox-mlp"]
    assert "1 figure did not fit into this page" in elements.said


def test_a_picture_keeps_its_texts_as_they_are_and_is_smaller(tmp_path: Path) -> None:
    path = Corpus(machine="box 1.23456 <b>&\"'", **SMALL).write(tmp_path, "odd")
    analysis = Analysis([path])
    [pair] = analysis.pairs(str(path))
    title = f"{pair.workload} on {pair.machine}"
    rounds, fitted = analysis.rounds_of(pair), analysis.fits_of(pair)
    figure = speed_figure(rounds, fitted, title=title)
    svg = small_svg(figure)
    assert "mlp on box 1.23456 &lt;b&gt;&amp;\"'" in svg
    assert len(svg) < len(encoded(figure, "svg")) / 4
    assert "\n" not in data_address(svg)
    assert not set('<>"&#') & set(data_address(svg))


def test_every_picture_and_heat_map_has_words_for_who_cannot_see_it(tmp_path: Path) -> None:
    elements = page_of(tmp_path, Corpus(**SMALL), small={"speed-devbox-mlp": "<svg></svg>"})
    [image] = [attributes for tag, attributes in elements.found if tag == "img"]
    assert "per step at batch size 8" in str(image["alt"])
    drawings = [attributes for tag, attributes in elements.found if tag == "svg"]
    assert len(drawings) == 1
    assert all(len(str(attributes["aria-label"])) > 40 for attributes in drawings)
