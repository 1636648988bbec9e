"""What a whole cluster costs is computed from committed files."""

from tests.evidence.cluster.cost import KINDS, REPORTED, RUNS, page


def test_the_page_is_made_of_a_run_and_of_a_report_that_are_committed() -> None:
    rows = [line.split(" | ") for line in page().splitlines() if line.startswith("| node hours")]
    for _, one, several in rows:
        hours = float(several.rstrip(" |")) / (KINDS * RUNS)
        assert abs(hours - float(one)) < 0.01
    assert len(rows) == 2


def test_the_seconds_of_a_report_are_those_of_its_files() -> None:
    text = "1000 files of 800 cells, 2 GB\n\n| the whole of `report.py` | 55 | 95 | 1.9 GB |\n"
    found = REPORTED.search(text)
    assert found
    assert found.groups() == ("1000", "55")
