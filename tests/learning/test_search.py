"""Which runs a cell is given: races choose the learning rate, other seeds make the figure."""

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.learning.grid import is_rung
from bench.learning.run import machine_name
from bench.learning.search import unrun
from tests.learn_fakes import CAP, Needed, answer, carried_out, search

OWN = 0.1
LADDER = (0.01, 0.0316, 0.1, 0.316)


def best_at(best: float, steps: int = 100) -> Needed:
    """Steps that grow with the distance from the best learning rate, on a log scale."""

    def needed(rate: float, seed: int) -> int:
        return round(steps * math.sqrt(max(rate / best, best / rate))) + seed % 7

    return needed


def test_the_first_tuning_seed_races_every_learning_rate() -> None:
    [job] = search().next_jobs()
    assert job.seed == 100
    assert job.learning_rates == (0.01, 0.1, 1.0)
    assert job.limit_steps is None


def test_the_figure_seeds_train_at_the_rate_that_the_tuning_seeds_choose() -> None:
    own = search()
    jobs = carried_out(own, lambda rate, _seed: {0.01: 150, 0.1: 100, 1.0: None}[rate])
    assert own.chosen_rate() == 0.1
    assert [(job.seed, job.learning_rates) for job in jobs] == [
        (100, (0.01, 0.1, 1.0)),
        (101, (0.01, 0.1)),
        (0, (0.1,)),
        (1, (0.1,)),
        (2, (0.1,)),
    ]


def test_the_choice_of_the_learning_rate_never_sees_the_figure_seeds() -> None:
    def needed(rate: float, seed: int) -> int:
        tuning = {0.01: 150, 0.1: 100, 1.0: 190}[rate]
        return tuning if seed >= 100 else {0.01: 1, 0.1: 900, 1.0: 1}[rate]

    own = search()
    carried_out(own, needed)
    assert own.chosen_rate() == 0.1
    for seed in own.figure_seeds:  # and the search, done, does not ask for others either
        assert own.runs[0.1, seed].target_steps == 900
    own.take([replace(own.runs[0.1, 0], learning_rate=0.01, steps=[0, 1], target_steps=1)])
    assert own.chosen_rate() == 0.1


def test_the_choice_is_by_the_geometric_mean_over_the_tuning_seeds() -> None:
    steps = {(0.01, 100): 100, (0.1, 100): 110, (0.01, 101): 180, (0.1, 101): 120}
    own = search((0.01, 0.1))
    carried_out(own, lambda rate, seed: steps.get((rate, seed), 50))
    assert own.chosen_rate() == 0.1


def test_of_equally_fast_rates_the_smaller_one_is_chosen_as_a_reader_does() -> None:
    own = search((0.01, 0.1))
    carried_out(own, lambda _rate, _seed: 100)
    for rate, loss in ((0.01, 0.5), (0.1, 0.1)):
        own.runs[rate, 100].loss[-1] = loss
    assert own.chosen_rate() == 0.01


def test_a_rate_that_reached_with_both_seeds_beats_a_sooner_one_that_did_with_one() -> None:
    steps = {(0.01, 100): 100, (0.1, 100): 150, (0.01, 101): None, (0.1, 101): 150}
    own = search((0.01, 0.1))
    carried_out(own, lambda rate, seed: steps.get((rate, seed), 50))
    assert own.chosen_rate() == 0.1


def test_a_rate_twice_as_slow_as_the_best_is_hopeless_and_gets_a_row_for_every_seed() -> None:
    own = search()
    carried_out(own, lambda rate, _seed: {0.01: 900, 0.1: 100, 1.0: 150}[rate])
    lost = own.runs[0.01, 100]
    assert (lost.ended, lost.steps[-1]) == ("hopeless", 200)
    [row] = unrun(own)
    assert (row.learning_rate, row.seed, row.ended) == (0.01, 101, "hopeless")
    assert "did not reach the target with seed 100" in row.detail


def test_without_a_tuning_seed_that_reaches_the_target_no_figure_seed_is_trained() -> None:
    own = search()
    jobs = carried_out(own, lambda _rate, _seed: 2 * CAP)
    assert own.chosen_rate() is None
    # The nearest one gets the chance of a second seed.
    assert [(job.seed, len(job.learning_rates)) for job in jobs] == [(100, 3), (101, 1)]
    rows = unrun(own)
    assert {row.seed for row in rows} == {0, 1, 2, 101}
    assert all(row.ended == "hopeless" and row.steps == [] for row in rows)


@pytest.mark.parametrize(
    ("best", "rungs"),
    [
        (0.1, LADDER),
        (1.0, (*LADDER, 1.0, 3.16)),
        (0.001, (0.001, 0.00316, *LADDER)),
        (0.00316, (0.001, 0.00316, *LADDER)),
        (1e-7, (0.001, 0.00316, *LADDER)),
        (1e7, (*LADDER, 1.0, 3.16)),
    ],
)
def test_a_grid_grows_twice_at_most_past_the_edge_where_the_best_rate_lies(
    best: float, rungs: tuple[float, ...]
) -> None:
    own = search(LADDER, own_rate=OWN, cap_steps=10**9)
    carried_out(own, best_at(best))
    assert tuple(rate for rate in own.tried() if is_rung(rate, OWN)) == rungs


@pytest.mark.parametrize(("best", "chosen"), [(0.06, 0.0562), (0.09, 0.1), (0.17, 0.178)])
def test_the_rates_half_a_step_from_the_best_one_are_tried_as_well(
    best: float, chosen: float
) -> None:
    own = search(LADDER, own_rate=OWN, cap_steps=10**9)
    carried_out(own, best_at(best))
    assert set(own.tried()) - set(LADDER) == {0.0562, 0.178}
    assert own.chosen_rate() == chosen


def test_without_a_rate_that_reached_the_target_nothing_is_refined() -> None:
    own = search(LADDER, own_rate=OWN)
    carried_out(own, lambda _rate, _seed: 2 * CAP)
    assert all(is_rung(rate, OWN) for rate in own.tried())


def test_given_learning_rates_are_all_that_is_tried() -> None:
    own = search(LADDER)
    carried_out(own, best_at(1e-7))
    assert own.tried() == LADDER


def test_a_grid_whose_largest_rate_diverges_does_not_grow_there() -> None:
    own = search(LADDER, own_rate=OWN)
    carried_out(own, lambda rate, _seed: None if rate > 0.2 else round(10 / rate))
    assert max(own.tried()) == max(LADDER)


def test_the_losers_of_a_grown_grid_keep_to_the_limit_of_the_first_race() -> None:
    own = search(LADDER, own_rate=OWN)
    own.take(answer(own.next_jobs()[0], best_at(1.0)))
    [job] = own.next_jobs()
    assert job.learning_rates == (1.0,)
    assert job.limit_steps == 2 * own.runs[0.316, 100].steps[-1]


def test_figure_seeds_train_side_by_side_and_have_no_limit_but_the_cap() -> None:
    own = search((0.1,), epoch=100)
    for _ in range(2):
        own.take(answer(own.next_jobs()[0], best_at(0.1)))
    jobs = own.next_jobs()
    assert [job.seed for job in jobs] == [0, 1, 2]
    assert all(job.limit_steps is None and job.cap_steps == CAP for job in jobs)
    # The tuning seeds needed 102 and 103 steps: a second epoch, so two more at least.
    assert {(job.until, job.least_steps) for job in jobs} == {("settled", 400)}


def test_to_the_end_every_figure_seed_is_trained_whatever_it_reaches() -> None:
    own = search(to_end=True)
    jobs = carried_out(own, lambda _rate, _seed: 2 * CAP)
    assert own.chosen_rate() is None
    assert [(job.seed, job.until) for job in jobs[-3:]] == [(0, "end"), (1, "end"), (2, "end")]
    assert {job.learning_rates for job in jobs[-3:]} == {(own.figure_rate(),)}
    assert {row.seed for row in unrun(own)} == {101}
    reached = search(to_end=True)
    carried_out(reached, best_at(0.1))
    assert {reached.runs[0.1, seed].steps[-1] for seed in (0, 1, 2)} == {CAP}


def test_to_the_end_nothing_is_trained_where_every_rate_failed() -> None:
    own = search(to_end=True)
    [job] = own.next_jobs()
    own.take([replace(row, ended="failed", steps=[], loss=[]) for row in answer(job, best_at(1))])
    for later in own.next_jobs():
        rows = answer(later, best_at(1))
        own.take([replace(row, ended="failed", steps=[], loss=[]) for row in rows])
    assert own.figure_rate() is None
    assert own.next_jobs() == []


def test_an_interrupted_search_goes_on_where_it_was() -> None:
    whole, cut, resumed = search(), search(), search()
    needed = best_at(0.1)
    jobs = carried_out(whole, needed)
    for _ in range(3):
        cut.take(answer(cut.next_jobs()[0], needed))
    resumed.take(list(cut.runs.values()))
    left = carried_out(resumed, needed)
    assert [*jobs[:3], *left] == jobs
    assert resumed.runs == whole.runs
    assert unrun(resumed) == unrun(whole)


def test_a_cell_whose_runs_all_fail_ends_and_is_not_tried_for_ever() -> None:
    own = search(LADDER, own_rate=OWN)
    for _ in range(20):
        for job in own.next_jobs():
            rows = answer(job, lambda _rate, _seed: None)
            own.take([replace(row, ended="failed", steps=[], loss=[]) for row in rows])
    assert own.next_jobs() == []
    assert own.chosen_rate() is None
    assert own.tried() == LADDER


@pytest.mark.parametrize("name", ["learning-box.json", "box-learning.json", "box.json"])
def test_a_learning_file_is_of_the_machine_that_its_name_tells(name: str) -> None:
    assert machine_name(Path(name)) == "box"
