"""Single figures give points: ratios, every crossing in its direction, break-even, no verdict."""

import pytest

from scripts.published.points import (
    AFTER,
    FALLS_BEHIND,
    FROM_FIRST,
    NEVER,
    OVERTAKES,
    UNTIL,
)
from scripts.words.published import contest_lines, crossing_words, not_told
from tests.published.tables import HEAD, curve, published, tables_of


@pytest.mark.parametrize(
    ("ratios", "kinds"),
    [
        ({32: 2.0, 128: 0.5}, [(OVERTAKES, 32, 128)]),
        ({16: 0.4, 64: 0.35, 256: 2.18}, [(FALLS_BEHIND, 64, 256)]),
        ({8: 2.0, 32: 0.5, 128: 0.6, 512: 3.0}, [(OVERTAKES, 8, 32), (FALLS_BEHIND, 128, 512)]),
        ({8: 2.0, 32: 1.0, 128: 0.5}, [(OVERTAKES, 8, 128)]),
        ({8: 2.0, 32: 1.5}, []),
        ({8: 0.5}, []),
    ],
)
def test_every_change_of_sides_is_found_in_its_direction(
    ratios: dict[int, float], kinds: list[tuple[str, int, int]]
) -> None:
    found = tables_of(curve(ratios)).crossings
    assert list(zip(found["kind"], found["lower"], found["upper"], strict=True)) == kinds
    assert ((found["lower"] < found["batch_size"]) & (found["batch_size"] < found["upper"])).all()


def test_seconds_per_step_cross_where_those_per_epoch_do() -> None:
    def law(size: int, *, steps: bool, fixed: float, each: float) -> float:
        return (fixed + each * size) * (1 if steps else 1000 / size)

    found = []
    for steps, name in ((False, "epoch_seconds"), (True, "step_seconds")):
        rows = [
            f"net,{size},{device},{law(size, steps=steps, fixed=fixed, each=each)}"
            for size in (16, 256)
            for device, fixed, each in (("cpu", 1.0, 0.1), ("gpu", 6.0, 0.02))
        ]
        text = "\n".join([HEAD.replace("epoch_seconds", name), *rows, ""])
        found.append(tables_of(text).crossings["batch_size"].iloc[0])
    assert found == pytest.approx([62.5, 62.5])  # (6 - 1) / (0.1 - 0.02)


@pytest.mark.parametrize(
    ("cpu", "gpu", "kind", "epochs"),
    [
        ((1.0, 1.0), (5.0, 0.5), AFTER, 8.0),
        ((5.0, 0.5), (1.0, 1.0), UNTIL, 8.0),
        ((1.0, 1.0), (5.0, 2.0), NEVER, None),
        ((1.0, 1.0), (1.2, 0.5), FROM_FIRST, None),
        ((5.0, 1.0), (1.0, 1.0), FROM_FIRST, None),
    ],
)
def test_break_even_is_where_start_and_epochs_together_take_equally_long(
    cpu: tuple[float, float], gpu: tuple[float, float], kind: str, epochs: float | None
) -> None:
    rows = [
        f"net,32,{device},{epoch},10,{start + 10 * epoch}"
        for device, (start, epoch) in (("cpu", cpu), ("cuda", gpu))
    ]
    own = tables_of("\n".join([f"{HEAD},epochs,total_seconds", *rows, ""])).break_even.iloc[0]
    assert own["kind"] == kind
    assert own["epochs"] == pytest.approx(epochs, nan_ok=True) if epochs else own.isna()["epochs"]


def test_without_a_start_that_is_told_there_is_no_break_even() -> None:
    assert tables_of(curve({32: 2.0, 128: 0.5})).break_even.empty


def test_rows_without_a_batch_size_are_compared_but_are_in_no_curve() -> None:
    own = tables_of(f"{HEAD}\nmlp,,cpu,1\nmlp,,cuda,2\nmlp,64,cpu,2\nmlp,64,cuda,1\n")
    assert sorted(own.ratios["ratio"]) == [0.5, 2.0]
    assert own.crossings.empty


@pytest.mark.parametrize(
    ("cpu", "gpu", "ratios"),
    [
        ("2,1000,1,", "20,1000,3,", [3.0]),  # an epoch is an epoch, however many were trained
        ("2,1000,1,", "2,500,3,", []),  # but not of fewer samples
        ("2,,,4", "2,,,6", [1.5]),
        ("2,,,4", "20,,,6", []),  # two whole trainings are the same work or nothing
    ],
)
def test_only_the_same_work_is_compared(cpu: str, gpu: str, ratios: list[float]) -> None:
    head = "workload,batch_size,device,epochs,samples,epoch_seconds,total_seconds"
    own = tables_of(f"{head}\nmlp,32,cpu,{cpu}\nmlp,32,cuda,{gpu}\n").ratios
    assert list(own["ratio"]) == ratios


def test_the_fastest_of_each_kind_lead_and_the_others_are_in_the_table() -> None:
    rows = ["net,32,cpu,small,9", "net,32,cpu,large,3", "net,32,gpu,one,4", "net,32,gpu,four,5"]
    text = "\n".join(["workload,batch_size,device,device_name,epoch_seconds", *rows, ""])
    own = tables_of(text).ratios
    assert len(own) == 4
    assert own.loc[own["fastest"], ["side", "base"]].to_numpy().tolist() == [["one", "large"]]


def test_a_crossing_is_told_as_a_point_of_one_run_without_any_verdict() -> None:
    own = tables_of(curve({32: 2.0, 128: 0.5}))
    ((_who, text),) = contest_lines(own.ratios, own.crossings, own.break_even)
    assert "it overtakes at about" in text
    assert "one run, no interval" in text
    assert "verdict" not in own.ratios
    assert "falls behind" in crossing_words(
        tables_of(curve({32: 0.5, 128: 2.0})).crossings.iloc[0].to_dict()
    )


def test_no_text_of_a_table_reaches_a_terminal_as_it_is() -> None:
    bad = "\N{RIGHT-TO-LEFT OVERRIDE}net"
    own = tables_of(curve({32: 2.0, 128: 0.5}).replace("net", bad))
    ((who, text),) = contest_lines(own.ratios, own.crossings, own.break_even)
    assert bad not in who + text + own.ratios["workload"].iloc[0]


def test_what_no_row_tells_is_said() -> None:
    assert not_told(published(curve({32: 2.0}))) == (
        "Not told: cold start, totals, steps of an epoch, learning rates, rounds and A/A repeats."
    )
