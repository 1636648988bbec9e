"""A device's best rates are of the number format that the side computes in."""

from dataclasses import replace

import pytest
import torch

from bench.sides.names import job_of
from bench.train.trainer import open_trainer
from bench.why import peaks
from tests.train.test_group import JOB


@pytest.mark.parametrize(("side", "dtype"), [("cpu", torch.float32), ("cpu+bf16", torch.bfloat16)])
def test_products_are_as_precise_as_the_side(
    side: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.dtype] = []
    product = torch.mm

    def noted(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        seen.append(one.dtype)
        return product(one, other)

    monkeypatch.setattr(torch, "mm", noted)
    monkeypatch.setattr(peaks, "MATRIX_SIZES", (8,))
    monkeypatch.setattr(peaks, "COPIED_BYTES", (64,))
    found = peaks.peaks(open_trainer(job_of(side, replace(JOB, samples=8))), 8)
    assert set(seen) == {dtype}
    assert found.matmul_flops_per_second
