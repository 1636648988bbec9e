"""Why, and what would help: the two lines of the first screen, from what a file shows."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scripts.sections.answer import answer
from scripts.sections.cause import cause_lines
from scripts.words.answer.cause import Known, cause_sentence, help_sentence, larger_batch
from tests.causes.test_fault_words import table
from tests.corpus import Corpus, falling
from tests.write.test_told import report_of

EXACT: dict[str, Any] = {
    "process_noise": 0.0, "epoch_noise": 0.0, "batch_sizes": (8, 64, 512), "epochs": (1,),
    "sides": ("cpu", "cuda"), "ratio": falling,
    "cpu_step_seconds": lambda _workload, batch: 3e-4 * (batch / 8) ** 0.5,
}  # fmt: skip
FIXED = "Why: small batches pay a step's fixed cost for few samples"


def lines(folder: Path, *, faults: bool = True, **changed: Any) -> list[str]:
    report = report_of(folder, Corpus(**(EXACT | changed)))
    return list(cause_lines(report, faults=faults))


def test_without_a_study_step_times_say_why_and_what_a_larger_batch_gains(tmp_path: Path) -> None:
    why, helps = lines(tmp_path)
    assert why == f"{FIXED} (mlp)."
    gain = 8 * falling("mlp", "cuda", 8) / falling("mlp", "cuda", 512)
    assert helps == (
        f"What helps: a larger batch (mlp, 512 over 8: {gain:.0f}x the samples per second). "
        "pytest bench --remedies all tries others."
    )


def test_the_networks_are_named_that_pay_it(tmp_path: Path) -> None:
    def ratio(workload: str, side: str, batch_size: int) -> float:
        return 2.0 if workload == "cnn" else falling(workload, side, batch_size)

    assert lines(tmp_path, workloads=("mlp", "cnn"), ratio=ratio)[0] == f"{FIXED} (mlp)."


def test_where_the_file_does_not_tell_why_it_is_said_who_does(tmp_path: Path) -> None:
    why, _helps = lines(tmp_path, ratio=lambda *_cell: 2.0)
    assert why == "Why is not known: pytest bench --diagnose tells."
    assert lines(tmp_path, ratio=lambda *_cell: 0.5) == []


def test_of_several_machines_the_one_is_named_that_a_larger_batch_helps_most(
    tmp_path: Path,
) -> None:
    steep = Corpus(**EXACT, machine="steep")
    flat = Corpus(**(EXACT | {"ratio": lambda *_cell: 2.0}), machine="flat")
    report = report_of(tmp_path, flat, steep)
    report.analysis.results.files["machine_id"] = ["0" * 12, "1" * 12]
    why, helps = cause_lines(report, faults=True)
    assert why == f"{FIXED} (mlp)."
    assert "(mlp on steep, 512 over 8: " in helps


NONE = pd.DataFrame()
REMEDIES = pd.DataFrame(columns=["kind", "verdict", "lo", "file", "workload", "batch_size", "base"])
CPU = Known("cpu", "cpu+threads=1", "", frozenset(), NONE, REMEDIES, NONE, NONE)


def rates(*found: tuple[str, int, float], doubt: str = "") -> pd.DataFrame:
    rows = pd.DataFrame(found, columns=["workload", "batch_size", "samples_a_second"])
    return rows.assign(side="cpu", block=0, doubt=doubt)


def test_page_faults_are_why_a_cpu_is_no_faster() -> None:
    known = CPU._replace(
        causes=pd.DataFrame({"epochs": [], "cause": [], "batch_size": []}),
        faults=table((8, 10.0, 0.1), (512, 73_000.0, 0.3)),
    )
    assert cause_sentence(known) == (
        "Why the CPU is no faster: page faults (memory allocation) take a quarter of a step's CPU "
        "seconds or more (mlp at batch 512)."
    )


@pytest.mark.parametrize(
    ("slower", "doubt", "words"),
    [
        ((), "", "(cnn, 64 over 8: 10x the samples per second)."),
        (("mlp",), "", "(mlp, 512 over 8: 4.0x the samples per second)."),
        (("mlp",), "host loaded", "--remedies all tries remedies."),
        ((), "host loaded", ""),
    ],
)
def test_a_larger_batch_is_told_of_sound_rates_where_it_is_slower(
    slower: tuple[str, ...], doubt: str, words: str
) -> None:
    found = ("cnn", 8, 10.0), ("cnn", 64, 100.0), ("cnn", 512, 90.0), ("mlp", 8, 5.0)
    rounds = rates(*found, ("mlp", 512, 20.0), doubt=doubt)
    said = help_sentence(CPU._replace(slower=frozenset(slower), rounds=rounds))
    assert words in said
    assert bool(words) == bool(said)


def test_a_larger_batch_that_gains_less_than_a_tenth_is_no_help() -> None:
    assert larger_batch(CPU._replace(rounds=rates(("mlp", 8, 100.0), ("mlp", 64, 109.0)))) is None


def test_a_terminal_has_page_faults_in_a_line_of_their_own(tmp_path: Path) -> None:
    [section] = answer(report_of(tmp_path, Corpus(**EXACT)))
    said = [line.text for line in section.notes]
    assert f"{FIXED} (mlp)." in said
    assert set(said) <= {getattr(item, "text", "") for item in section.brief}
