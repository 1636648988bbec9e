"""What in today's house breaks a rule of tests/test_house.py, file by file: lists to shrink."""

UPWARDS = {
    "a section is not yet plain data: it asks the renderer for its view": {
        "scripts/sections/collection.py -> scripts/write/collection.py",
        "scripts/sections/collection.py -> scripts/write/view.py",
        "scripts/sections/machine_figures.py -> scripts/write/folder.py",
        "scripts/sections/machines.py -> scripts/write/view.py",
        "scripts/sections/noise.py -> scripts/write/view.py",
        "scripts/sections/overtakes.py -> scripts/write/view.py",
        "scripts/sections/run_figures.py -> scripts/write/folder.py",
        "scripts/sections/tables.py -> scripts/write/view.py",
        "scripts/sections/target.py -> scripts/write/view.py",
        "scripts/sections/totals.py -> scripts/write/view.py",
        "scripts/sections/why.py -> scripts/write/view.py",
    },
    "learning's report is door, tables and renderer in one": {
        "scripts/tables/learned.py -> scripts/write/drawing.py",
        "scripts/tables/learned.py -> scripts/write/folder.py",
    },
}

CIRCLES: set[tuple[str, str]] = set()

TORCH_TOO: set[str] = set()

DRAWING_TOO = {
    "scripts/report.py",  # a figure's type
    "scripts/sections/machine_figures.py",  # a figure's type
    "scripts/sections/run_figures.py",
    "scripts/sections/study_figures.py",
    "scripts/tables/learned.py",
}

TALKING_TOO = {
    "bench/machine/probe.py",  # a process whose answer is a line of text
    "models/prepare.py",  # the door of models/
    "scripts/tables/learned.py",  # a door that stands in the wrong room
}

LONGER = {
    "tests/corpus_file.py": 313,
    "tests/write/page/test_browser.py": 298,
    "tests/write/page/test_page.py": 361,
    "tests/write/test_report.py": 346,
}
"""Files of more than 250 lines, and the lines that they may have at most."""


FAMILIES: set[str] = set()
