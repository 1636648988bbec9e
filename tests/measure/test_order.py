"""Who runs when."""

from bench.grid import Side
from bench.measure.order import shuffled, side_order


def test_devices_alternate_forwards_and_backwards() -> None:
    sides = [Side("cpu"), Side("cuda")]
    orders = [side_order(sides, block, seed=0, workload="mlp") for block in range(4)]
    assert orders == [sides, sides[::-1]] * 2


def test_of_more_sides_each_has_every_place_and_drift_falls_on_all_alike() -> None:
    names = ("cpu", "cuda", "cuda+bf16", "xpu")
    sides = [*map(Side, names), Side("cpu", again=True)]
    orders = [side_order(sides, block, seed=3, workload="mlp") for block in range(8)]
    places = {side: [order.index(side) for order in orders] for side in sides}
    assert {sum(own) for own in places.values()} == {8 * 2}
    assert all(set(places[side]) >= {0, 1, 2, 3} - {0} for side in sides[:4])
    assert all(order == sides for order in [sorted(one, key=sides.index) for one in orders])
    others = [side_order(sides, 0, seed=seed, workload="mlp")[0] for seed in range(20)]
    assert set(others) == set(sides[:4])


def test_the_order_of_batch_sizes_comes_from_the_seed_and_changes_with_the_block() -> None:
    sizes = range(1, 20)
    first = shuffled(sizes, seed=3, workload="mlp", block=0)
    assert first == shuffled(sizes, seed=3, workload="mlp", block=0)
    assert sorted(first) == list(sizes)
    assert first != shuffled(sizes, seed=3, workload="mlp", block=1)
    assert first != shuffled(sizes, seed=4, workload="mlp", block=0)
