"""Causes in sentences."""

from typing import Any

import pandas as pd

from scripts.words.why import cause_line, flops_in_words, shares_line, sum_line


def warm(batch_size: int, cause: str, **known: Any) -> dict[str, Any]:
    return {
        "batch_size": batch_size, "epochs": pd.NA, "cause": cause, "agrees": "",
        "step_seconds": 2e-3, "operations": 19.0, "load_share": 0.1,
        "copy_share": 0.0, "network_share": 0.9,
        "evaluation_share": 0.0, "host_share": float("nan"), "looking": 0.04,
        "flops": 2e6, "matmul_flops_per_second": 1e11, "host_reads": 0.0, "sum_share": 1.04,
        "busy_share": float("nan"), "synchronisations": float("nan"), "suspect": "",
        "uncounted": "", "side": "cuda",
    } | known  # fmt: skip


def total(batch_size: int, epochs: int, cause: str) -> dict[str, Any]:
    return warm(batch_size, cause) | {"epochs": epochs}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows)).astype({"epochs": "Int64"})


def test_the_line_names_each_cause_with_its_batch_sizes_and_what_it_means() -> None:
    words = cause_line(
        table(
            warm(8, "launch-bound"), warm(32, "launch-bound"), warm(128, "launch-bound"),
            warm(512, "compute-bound"),
        )
    )  # fmt: skip
    assert words == (
        "Why, once warm: launch-bound at batch size 8, 32 and 128 (the operations are too small: "
        "the host cannot feed the device); compute-bound at batch size 512 (the device is at work)."
    )


def test_the_line_says_where_the_cold_start_is_most_of_the_total() -> None:
    words = cause_line(
        table(
            warm(8, "launch-bound"), total(8, 1, "fixed cost"), total(8, 2, "launch-bound"),
            warm(32, "launch-bound"), total(32, 1, "fixed cost"), total(32, 2, "fixed cost"),
        )
    )  # fmt: skip
    assert words.endswith("The cold start is most of 2 epochs at batch size 32.")


def test_the_line_says_where_two_measures_differ() -> None:
    words = cause_line(table(warm(8, "launch-bound", agrees="no"), warm(32, "launch-bound")))
    assert words.endswith("A second measure does not agree at batch size 8.")


def test_without_a_diagnosis_there_is_no_line() -> None:
    nothing = table(warm(8, "unknown")).iloc[:0]
    assert cause_line(nothing) == shares_line(nothing) == sum_line(nothing) == ""


def test_the_line_says_where_the_diagnosis_itself_is_suspect() -> None:
    words = cause_line(table(warm(8, "launch-bound", suspect="block 0: host loaded")))
    assert words.endswith("Suspect at batch size 8: block 0: host loaded.")


def test_parts_add_up_to_the_step_within_the_median_and_the_largest_difference() -> None:
    sums = {8: 1.04, 32: 0.98, 128: 1.2, 512: float("nan")}
    rows = [warm(size, "unknown", sum_share=share) for size, share in sums.items()]
    words = sum_line(table(*rows))
    assert words == (
        "The parts of a step add up to the undisturbed step within 4.0% in the median of 3 cells "
        "(at most 20.0%)."
    )
    assert sum_line(table(warm(8, "unknown"))).endswith("within 4.0%.")


def test_totals_do_not_count_the_same_step_again() -> None:
    rows = table(warm(8, "launch-bound", sum_share=1.1), total(8, 1, "fixed cost"))
    assert sum_line(rows).endswith("within 10.0%.")


def test_the_shares_of_the_smallest_step_are_said_with_what_looking_added() -> None:
    words = shares_line(table(warm(32, "launch-bound"), warm(8, "launch-bound", host_share=0.97)))
    assert words == (
        "A step at batch size 8 (2.00 ms, 19 operations): the network 90%, loading 10%; "
        "host share 97%; 1 GFLOP/s, 1.0% of the device's best; looking added +4%."
    )


def test_what_looking_seems_to_save_is_noise() -> None:
    assert shares_line(table(warm(8, "launch-bound", looking=-0.03))).endswith(
        "added nothing that shows."
    )


def test_numbers_that_the_host_reads_are_said() -> None:
    words = shares_line(table(warm(128, "sequential", host_reads=130.0)))
    assert "; 130 numbers read by the host; 1 GFLOP/s" in words


def test_the_devices_busy_share_and_its_synchronisations_are_said_where_they_are_known() -> None:
    known = warm(8, "launch-bound", host_share=0.9, busy_share=0.3, synchronisations=2.0)
    assert "; host share 90%, device busy 30%; 2 synchronisations; " in shares_line(table(known))


def test_flops_that_were_not_counted_are_not_said() -> None:
    words = shares_line(table(warm(8, "launch-bound", flops=float("nan"))))
    assert words.endswith("the network 90%, loading 10%; looking added +4%.")


def test_flops_that_were_counted_in_part_are_a_lower_bound() -> None:
    words = shares_line(table(warm(8, "launch-bound", uncounted="_lstm_mps")))
    assert "; at least 1 GFLOP/s, 1.0% of the device's best" in words
    assert "at least" not in shares_line(table(warm(8, "launch-bound")))


def test_flops_are_said_with_a_unit_that_fits() -> None:
    assert flops_in_words(2.5e9) == "2.5 GFLOP/s"
    assert flops_in_words(1e15) == "1 PFLOP/s"
    assert flops_in_words(12.0) == "12 FLOP/s"
