"""`pytest bench --help-crossover`: the suite's own options, and nothing else."""

import pytest

from bench.learning.options import learning_help
from bench.options import add_options, option_help
from tests.run.typed import answers_to


@pytest.mark.parametrize("columns", [40, 80])
def test_every_option_is_told_of_once_and_no_word_is_broken(columns: int) -> None:
    [said] = answers_to([["--help-crossover"]], COLUMNS=str(columns))
    ours = option_help() | learning_help()
    lines = said.output.splitlines()
    assert said.code == 0
    assert [line for line in lines if line.startswith("--")] == list(ours)
    assert max(map(len, lines)) <= columns
    words = " ".join(f"{flag} {about}" for flag, about in ours.items())
    assert said.output.split() == words.split()


def test_an_option_may_be_typed_without_its_s() -> None:
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    assert parser.parse_known_args(["--workload", "mlp", "--side", "cpu"]).workloads == "mlp"
