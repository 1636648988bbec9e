"""Files that arrive: what is refused, what a person should look at, what agrees."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.read.table import Results, load_results
from scripts.sharing import plausible
from scripts.sharing.plausible import Beside, examined
from tests.corpus import Corpus

PLAN: dict[str, Any] = {"batch_sizes": (8, 64), "epochs": (1, 2), "sides": ("cpu", "cuda")}
Change = Callable[[dict[str, Any]], None]


def arrived(folder: Path, change: Change | None = None, **plan: Any) -> Path:
    """A file that arrives: of `epyc-h200`, unless the plan says more."""
    own = Corpus(**{"machine": "epyc-h200", "seed": 1, **PLAN, **plan})
    content = own.result()
    if change:
        change(content)
    (folder / "in").mkdir(exist_ok=True)
    path = folder / "in" / f"{own.machine}.json"
    path.write_text(json.dumps(content))
    return path


def there(folder: Path, change: Change | None = None, **plan: Any) -> Path:
    """Another machine's file, which is there."""
    content = Corpus(**{"machine": "lab-h200", "seed": 2, **PLAN, **plan}).result()
    content["machine_info"]["crossover"]["machine_id"] = "ffffffffffff"
    if change:
        change(content)
    path = folder / "lab-h200.json"
    path.write_text(json.dumps(content))
    return path


def test_a_sound_file_is_accepted_and_agrees_with_another_machine_of_its_card(
    tmp_path: Path,
) -> None:
    found = examined(arrived(tmp_path), Beside([there(tmp_path)]))
    assert found.refusals == found.doubts == []
    (agrees,) = found.agreements
    assert agrees.startswith("the same NVIDIA H200 as lab-h200: ")
    assert agrees.endswith("its seconds over 2 cells")


def test_a_card_three_times_as_slow_as_elsewhere_is_to_be_looked_at(tmp_path: Path) -> None:
    slow = arrived(tmp_path, cpu_step_seconds=lambda _workload, batch: 9e-4 + 6e-6 * batch)
    found = examined(slow, Beside([there(tmp_path)]))
    assert found.refusals == found.agreements == []
    assert found.doubts[0].startswith("the same NVIDIA H200 as lab-h200: 3.0x its seconds")


def named(name: str) -> Change:
    return lambda content: content["machine_info"]["crossover"].update(machine=name)


def command(words: str) -> Change:
    return lambda content: content["crossover"]["run"].update(command=words)


@pytest.mark.parametrize(
    ("change", "plan", "said"),
    [
        (None, {"machine": "my-machine"}, "--name: my-machine is what anybody's may be called"),
        (named("other"), {}, "is other, but the file is epyc-h200.json"),
        (command("pytest bench --workloads /home/emmy/net.py"), {}, "names what is private"),
        (
            None,
            {"absent": {("mlp", 64, 2, "cuda"): ("interrupted", "")}},
            "crossover.complete: is false; finish the run with --resume",
        ),
        (None, {"absent": {(None, None, None, None): ("oom", "")}}, "nothing was measured"),
    ],
)
def test_what_refuses_a_file_is_said(
    tmp_path: Path, change: Change | None, plan: dict[str, Any], said: str
) -> None:
    found = examined(arrived(tmp_path, change, **plan), Beside([]))
    assert any(said in text for text in found.refusals), found


def test_what_the_reader_refuses_is_refused_in_its_words(tmp_path: Path) -> None:
    def contradict(content: dict[str, Any]) -> None:
        content["benchmarks"][0]["stats"]["data"][0] *= 2

    (said,) = examined(arrived(tmp_path, contradict), Beside([])).refusals
    assert "cold start and epochs add up to" in said


def test_files_that_are_there_are_read_once_for_all_that_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Path]] = []

    def load(paths: Sequence[Path], **options: Any) -> Results:
        asked.append([*paths])
        return load_results(paths, **options)

    monkeypatch.setattr(plausible, "load_results", load)
    own, beside = arrived(tmp_path), Beside([there(tmp_path)])
    assert examined(own, beside) == examined(own, beside)
    assert asked == [[own], beside.paths, [own]]


def test_measurements_of_another_file_are_refused(tmp_path: Path) -> None:
    found = examined(arrived(tmp_path, seed=2), Beside([there(tmp_path)]))
    assert any("are those of" in text for text in found.refusals)


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    path = arrived(tmp_path)
    taken = tmp_path / path.name
    taken.write_bytes(path.read_bytes())
    assert any("is there already" in text for text in examined(path, Beside([taken])).refusals)


def diagnosed(flops_per_sample: float, peak: float) -> Change:
    """A diagnosis of batch size 64 on both sides, with the peaks of these."""

    def change(content: dict[str, Any]) -> None:
        row = {"workload": "mlp", "batch_size": 64, "step_seconds": 1e-3, "steps": 64}
        row |= {"host_enqueue_seconds": 1e-3, "alone_seconds": 1e-3, "operations": 40}
        row |= {"instrumented_step_seconds": 1e-3, "host_reads": 0, "moved_bytes": 1000}
        row |= {"first_step_seconds": 1e-3, "warm_step_seconds": 1e-3, "context_seconds": 0.0}
        row |= {"transfer_seconds": 0.0, "flops": int(64 * flops_per_sample)}
        parts = ("load", "copy", "forward", "backward", "optimizer", "evaluation")
        row |= {"parts": {f"{part}_seconds": 1e-4 for part in parts}}
        own = content["crossover"]
        own["diagnosis"] = [row | {"side": side} for side in ("cpu", "cuda")]
        own["peaks"] = [{"side": side, "matmul_flops_per_second": peak} for side in ("cpu", "cuda")]

    return change


def test_a_step_faster_than_any_card_is_refused_by_what_another_file_counted(
    tmp_path: Path,
) -> None:
    counted = there(tmp_path, diagnosed(2e6, 1e13))
    assert examined(arrived(tmp_path), Beside([counted])).refusals == []
    fast = arrived(tmp_path, cpu_step_seconds=lambda _workload, batch: 1e-9 * batch)
    refusals = examined(fast, Beside([there(tmp_path, diagnosed(1e8, 1e13))])).refusals
    told = {text.partition(":")[0].rpartition(", ")[2]: text for text in refusals}
    assert "more than any card reaches (5 PFLOP/s)" in told["cpu"]
    assert "more than an H200 reaches (134 TFLOP/s)" in told["cuda"]


def test_a_step_faster_than_its_own_matrix_product_is_refused(tmp_path: Path) -> None:
    assert examined(arrived(tmp_path, diagnosed(2e6, 1e13)), Beside([])).refusals == []
    refusals = examined(arrived(tmp_path, diagnosed(2e6, 1e9)), Beside([])).refusals
    assert any("more than its own matrix product allows" in text for text in refusals)

    def loaded(content: dict[str, Any]) -> None:
        diagnosed(2e6, 1e9)(content)
        for peak in content["crossover"]["peaks"]:
            peak["suspect"] = ["block 0: host loaded"]

    assert examined(arrived(tmp_path, loaded), Beside([])).refusals == []
