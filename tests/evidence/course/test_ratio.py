"""The suite's course loop and the plain one written after it do the same, to the bit."""

from dataclasses import replace

import pytest
import torch

from bench.train.trainer import make_permutation
from tests.evidence.course import ratio

SAMPLES, SIZE = 64, 16


@pytest.mark.parametrize(
    ("workload", "rung"),
    [("mlp", "course"), ("mlp", "decoding"), ("cnn", "course"), ("lstm", "course")],
)
def test_both_loops_train_to_the_same_weights(workload: str, rung: str) -> None:
    job = replace(ratio.JOB, samples=SAMPLES)
    order = make_permutation(job, 0, torch.device("cpu")).tolist()
    mine, train = ratio.suite(workload, SIZE, rung, SAMPLES)
    other, plainly = ratio.plainly(workload, SIZE, rung, SAMPLES, order)
    train(0)
    plainly(0)
    for one, two in zip(mine.parameters(), other.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_the_pairs_ratio_is_of_their_cpu_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"mine": 0.3, "other": 0.2}
    monkeypatch.setattr(ratio, "cpu_seconds", lambda work, number: seconds[work])
    loops = tuple((torch.nn.Identity(), name) for name in seconds)
    assert ratio.compared(loops, 4) == ["300.0", "200.0", "1.50 [1.50, 1.50]"]  # type: ignore[arg-type]
