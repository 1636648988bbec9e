"""Faults of what is said: scripts/words/."""

from tests.faults.fault import Fault

WORDS = {
    "derived numbers not called derived": Fault(
        "scripts/words/derived.py",
        'return f"{epochs} (derived)" if derived else str(epochs)',
        "return str(epochs)",
        "read/test_derived.py::test_a_derived_number_of_epochs_says_so",
    ),
    "a larger batch always helps": Fault(
        "scripts/words/answer/cause.py",
        "best.gain >= _LEAST_GAIN",
        "best.gain >= 1",
        "write/test_cause.py::test_a_larger_batch_that_gains_less_than_a_tenth_is_no_help",
    ),
    "the CPU called beaten where the bound is slower": Fault(
        "scripts/words/host/bound.py",
        '(anyone["slowest_seconds"] < anyone["floor_seconds"]).cummin()',
        '(anyone["slowest_seconds"] > anyone["floor_seconds"]).cummin()',
        "bound/test_words.py",
    ),
    "a larger batch's gain told of networks that are not slower": Fault(
        "scripts/words/answer/cause.py",
        'own = own[own["workload"].isin(known.slower)]',
        "pass",
        "write/test_cause.py",
    ),
    "scores that rise called worse": Fault(
        "scripts/words/target/turning.py",
        '"worse" if high < 0 else "better" if low > 0',
        '"better" if high < 0 else "worse" if low > 0',
        "target/test_turning.py",
    ),
}
