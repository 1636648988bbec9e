"""pytest's side of `--learning`: the hooks of any run, with the cells and words of learning."""

from typing import Any

import pytest
from rich.console import Console

from bench.learning.content import learning_key
from bench.learning.grid import LearnCell, learn_cell_id
from bench.learning.options import read_learn_settings
from bench.learning.run import LearnRun
from bench.learning.summary import print_learn_summary
from bench.measure.journal import Line
from bench.plugin import Cases, RunPlugin, placed


class LearnPlugin(RunPlugin[LearnRun]):
    """The hooks of a learning run."""

    def __init__(self, config: pytest.Config) -> None:
        """Checks everything that was typed, before anything runs."""
        super().__init__(config, LearnRun(read_learn_settings(config), *placed(config)))

    def cases(self) -> Cases:
        """Every cell of the grid."""
        cells = self.run.all_cells()
        return Cases(
            list(LearnCell._fields), list(map(tuple, cells)), list(map(learn_cell_id, cells))
        )

    def work(self, params: list[dict[str, Any]], console: Console) -> None:
        """Trains the selected cells."""
        self.run.learn([LearnCell(**own) for own in params], console)

    def machine(self) -> Line | None:
        """The machine's facts, once the run has asked for them."""
        return self.run.facts.machine if self.run.facts else None

    def content(self) -> Line:
        """Every run with its curve, and the cells without a figure."""
        assert self.run.facts is not None  # noqa: S101 - only then is anything written
        return learning_key(self.run, self.run.facts)

    def summarise(self, console: Console) -> None:
        """Says what was learned and what was not."""
        print_learn_summary(self.run, console)
