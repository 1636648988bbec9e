"""The stand-ins of torch's modules are no more generous than the modules."""

import pytest
import torch

from tests.torch_modules import KINDS, TorchModule, install


@pytest.mark.parametrize("kind", KINDS)
def test_a_stand_in_has_the_attributes_of_the_real_module_and_no_others(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    real = getattr(torch, kind)
    fake: object = install(monkeypatch, kind)
    assert torch.get_device_module(kind) is fake
    assert dir(fake) == dir(real)
    for name in ("set_device", "get_device_name", "no_such_function"):
        assert hasattr(fake, name) == hasattr(real, name)


def test_what_the_real_module_lacks_cannot_be_faked() -> None:
    with pytest.raises(AssertionError, match="has no set_device"):
        TorchModule("mps", set_device=lambda index: None)


def test_what_is_not_faked_raises_as_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch, "mps")
    assert fake.device_count() == 1
    if not torch.backends.mps.is_available():
        with pytest.raises((RuntimeError, AttributeError)):
            fake.recommended_max_memory()
