"""The verdict rule's own error rates, and those of rules in use, on a clock with known truth.

python tests/evidence/simulation/simulate.py                  a quick look, printed
python tests/evidence/simulation/simulate.py --long results   20 000 cells a line, to results/
"""

import argparse
import sys
from pathlib import Path

if not __package__:  # run as a file: imports start at the checkout
    sys.path[0] = str(Path(__file__).resolve().parents[3])

from tests.evidence.simulation import cells as simulate_cells
from tests.evidence.simulation import grid as simulate_grid
from tests.evidence.simulation import text as simulate_text


def main(arguments: list[str] | None = None) -> int:
    """Reads the arguments, simulates, prints the tables and with --long writes them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", type=Path, metavar="FOLDER", help="the long table, written here")
    parser.add_argument("--cells", type=int, help="cells a line (2 000; long: 20 000)")
    parser.add_argument("--seed", type=int, default=0, help="of the noise")
    options = parser.parse_args(arguments)
    if options.long and not options.long.is_dir():
        parser.error(f"--long {options.long}: is not a folder")
    cells = options.cells or (20_000 if options.long else 2_000)
    if cells < simulate_cells.RUN_CELLS:
        parser.error(f"--cells {cells}: at least {simulate_cells.RUN_CELLS}")
    if options.seed < 0:
        parser.error(f"--seed {options.seed}: at least 0")
    grids = cells // 10
    single = simulate_cells.table(cells=cells, seed=options.seed)
    grid = simulate_grid.table(grids=grids, seed=options.seed)
    text = simulate_text.page(single, grid, seed=options.seed)
    print(text)
    if options.long:
        single.to_csv(options.long / "simulation.csv", index=False, float_format="%.6g")
        grid.to_csv(options.long / "simulation-grid.csv", index=False, float_format="%.6g")
        (options.long / "simulation.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
