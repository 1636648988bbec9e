"""What is said of page faults, on small tables with known answers."""

from typing import Any

import pandas as pd
import pytest

from bench import allocators
from scripts.judge.break_even import break_even
from scripts.judge.verdicts import verdicts
from scripts.why.faults import page_faults
from scripts.why.remedies import remedies
from scripts.words import faults as in_words
from scripts.words.faults import brief_faults, fault_line, faults_in_short
from tests.causes.test_faults import KEPT, TYPED, counted
from tests.frames import Row, frame, timed

OTHER = "another allocator may keep the memory (--remedies malloc=tcmalloc measures it)"


def table(*sizes: tuple[int, float, float], **about: Any) -> pd.DataFrame:
    """Page faults of a workload by (batch size, faults per step, share)."""
    rows = [
        counted(faults=faults, system=0.1 * part, user=0.1 - 0.1 * part, batch_size=size, **about)
        for size, faults, part in sizes
    ]
    return page_faults(frame(*rows))


def tried(*rows: list[Row]) -> pd.DataFrame:
    """The remedies of `cpu` at batch size 512, where an epoch of its own takes 1 s."""
    plain = timed([1.0, 1.01, 0.99, 1.0, 1.0], batch_size=512)
    table = frame(plain, *rows, sides=("cpu",))
    return remedies(verdicts(table, scope="warm"), break_even(table), table.iloc[:0])


NOTHING = tried()


def test_steps_that_page_faults_take_up_are_named_with_what_may_keep_the_memory() -> None:
    own = table((128, 2_258, 0.1), (512, 72_982, 0.52), (2048, 331_512, 0.25))
    assert brief_faults(own) == (
        "mlp at batch size 512 and 2048: 73,000 to 332,000 page faults per step, "
        "25% to 52% of its CPU seconds"
    )
    assert fault_line(own, NOTHING) == f"{brief_faults(own)}; {KEPT}"


def test_where_page_faults_take_less_than_a_quarter_nothing_is_said() -> None:
    own = table((128, 2_258, 0.24))
    assert brief_faults(own) == fault_line(own, NOTHING) == fault_line(own[:0], NOTHING) == ""


@pytest.mark.parametrize(
    ("allocator", "variables"),
    [
        ("glibc 2.31", ""),
        ("jemalloc", ""),
        ("", ""),
        ("glibc 2.36", "MALLOC_TRIM_THRESHOLD_=8589934592"),
    ],
)
def test_variables_of_glibc_are_no_advice_for_another_allocator(
    allocator: str, variables: str
) -> None:
    own = table((512, 72_982, 0.5), allocator=allocator, allocator_variables=variables)
    assert fault_line(own, NOTHING).endswith(f"; {OTHER}.")


FAULTS = table((512, 72_982, 0.5))


def test_the_allocator_that_was_measured_to_be_fastest_is_the_advice() -> None:
    keep = timed([1 / 3] * 5, side="cpu+malloc=keep", batch_size=512)
    other = timed([0.5] * 5, side="cpu+malloc=tcmalloc", batch_size=512)
    both = timed([0.1] * 5, side="cpu+bf16+malloc=keep", batch_size=512)
    words = fault_line(FAULTS, tried(keep, other, both))
    assert (
        "; measured here: keeping freed memory (cpu+malloc=keep) at batch size 512 (3.0x" in words
    )
    assert words.endswith(f" faster): {TYPED}")
    assert fault_line(FAULTS, tried(other)).endswith(
        "tcmalloc (cpu+malloc=tcmalloc) at batch size 512 (2.0x [1.98 to 2.0] faster)."
    )


def test_an_allocator_that_was_measured_in_vain_is_no_advice() -> None:
    vain = tried(timed([1.0] * 5, side="cpu+malloc=keep", batch_size=512))
    assert fault_line(FAULTS, vain).endswith(f"; not surely faster here: cpu+malloc=keep; {OTHER}.")
    elsewhere = tried(timed([0.5] * 5, side="cpu+malloc=keep", batch_size=8))
    assert fault_line(FAULTS, elsewhere).endswith(f"; {KEPT}")


def test_both_halves_have_one_mend() -> None:
    assert allocators.KEEPING == in_words.KEEPING
    assert allocators.LEAST_GLIBC == in_words.LEAST_GLIBC


def test_of_all_networks_page_faults_are_one_sentence_with_the_mend() -> None:
    cnn = table((8, 10.0, 0.1), (512, 72_982, 0.5), (2048, 331_512, 0.6), workload="cnn")
    words, typed = faults_in_short(pd.concat([FAULTS, cnn]), NOTHING)
    assert f"{words} {typed}" == (
        "Page faults take a quarter of a step's CPU seconds or more (mlp at batch 512; "
        f"cnn from batch 512 on); {KEPT}"
    )
    assert typed == TYPED
    assert faults_in_short(table((8, 10.0, 0.1)), NOTHING) == ("", "")
    measured = tried(timed([1 / 3] * 5, side="cpu+malloc=keep", batch_size=512))
    words, typed = faults_in_short(FAULTS, measured)
    assert words.endswith("(mlp at batch 512).")
    assert typed == ""
