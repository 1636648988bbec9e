"""The verdict rule's own error rates, on a clock with known truth.

python tests/evidence/simulation/simulate.py                  a quick look, printed
python tests/evidence/simulation/simulate.py --long results   2 000 runs a line, to results/
"""

import argparse
import sys
from pathlib import Path

if not __package__:  # run as a file: imports start at the checkout
    sys.path[0] = str(Path(__file__).resolve().parents[3])

from tests.evidence.simulation import cells, curves, in_use, looks, machines, text
from tests.evidence.simulation.gates import Tables


def main(arguments: list[str] | None = None) -> int:
    """Reads the arguments, simulates, prints the page and with --long writes it and its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", type=Path, metavar="FOLDER", help="the long tables, written here")
    parser.add_argument("--runs", type=int, help="runs a line (100; long: 2 000)")
    parser.add_argument("--seed", type=int, default=0, help="of the noise")
    options = parser.parse_args(arguments)
    if options.long and not options.long.is_dir():
        parser.error(f"--long {options.long}: is not a folder")
    runs = options.runs or (2_000 if options.long else 100)
    if runs < 1:
        parser.error(f"--runs {runs}: at least 1")
    if options.seed < 0:
        parser.error(f"--seed {options.seed}: at least 0")
    tables = simulated(runs=runs, seed=options.seed)
    page = text.page(tables, seed=options.seed)
    print(page)
    if options.long:
        tables.cells.to_csv(options.long / "simulation.csv", index=False, float_format="%.6g")
        tables.curves.to_csv(
            options.long / "simulation-curves.csv", index=False, float_format="%.6g"
        )
        (options.long / "simulation.md").write_text(page, encoding="utf-8")
    return 0


def simulated(*, runs: int, seed: int) -> Tables:
    """All tables, with so many runs a line."""
    return Tables(
        cells=cells.table(runs=runs, seed=seed),
        mixed=cells.mixed(runs=runs, seed=seed),
        curves=curves.table(runs=max(runs // 2, 1), seed=seed),
        looks=looks.table(runs=max(runs // 4, 1), seed=seed),
        machines=machines.of_machines(comparisons=runs, seed=seed),
        targets=machines.of_targets(pairs=runs, seed=seed),
        in_use=in_use.table(pairs=runs, seed=seed),
    )


if __name__ == "__main__":
    sys.exit(main())
