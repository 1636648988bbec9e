"""What devices raise, in the words of their libraries, and the reason that a cell gets for it."""

from typing import Any

import pytest
import torch

from bench.measure import tasks
from bench.sides.names import job_of
from bench.train.device import NoSuchDeviceError
from bench.train.errors import classify, is_of_compiling
from tests.measure.test_worker import JOB

SAID = [
    # CUDA, cuBLAS, cuDNN
    (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."), "oom"),
    (torch.AcceleratorError("CUDA error: out of memory"), "oom"),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(h)`"), "oom"),
    (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "oom"),
    (RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear"), "unsupported"),
    (RuntimeError("GET was unable to find an engine to execute this computation"), "unsupported"),
    (RuntimeError("CUDA error: CUBLAS_STATUS_NOT_SUPPORTED when calling `x`"), "unsupported"),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ARCH_MISMATCH"), "unsupported"),
    (
        torch.AcceleratorError("CUDA error: no kernel image is available for execution"),
        "unsupported",
    ),
    (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), "failed"),
    (torch.AcceleratorError("CUDA error: device-side assert triggered"), "failed"),
    (RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED"), "failed"),
    (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"), "failed"),
    (RuntimeError("CUDA error: no CUDA-capable device is detected"), "no device"),
    (AssertionError("Torch not compiled with CUDA enabled"), "no device"),
    # HIP
    (torch.OutOfMemoryError("HIP out of memory. Tried to allocate 2.00 GiB."), "oom"),
    (RuntimeError("HIP error: HIPBLAS_STATUS_ALLOC_FAILED"), "oom"),
    (RuntimeError("rocblas_status_memory_error"), "oom"),
    (RuntimeError("miopenStatusAllocFailed"), "oom"),
    (RuntimeError("HIP error: invalid device function"), "unsupported"),
    (RuntimeError("hipErrorNoBinaryForGpu: Unable to find code object"), "unsupported"),
    (RuntimeError("miopenStatusNotImplemented"), "unsupported"),
    (RuntimeError("miopenStatusUnknownError"), "failed"),
    # SYCL, Level Zero, oneDNN
    (RuntimeError("level_zero backend failed: UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY"), "oom"),
    (RuntimeError("ZE_RESULT_ERROR_OUT_OF_HOST_MEMORY"), "oom"),
    (torch.OutOfMemoryError("XPU out of memory. Tried to allocate 2.00 GiB."), "oom"),
    (RuntimeError("Required aspect fp64 is not supported on the device"), "unsupported"),
    (RuntimeError("UR_RESULT_ERROR_UNSUPPORTED_FEATURE"), "unsupported"),
    (RuntimeError("UR_RESULT_ERROR_DEVICE_LOST"), "failed"),
    (
        RuntimeError("could not create a primitive descriptor for the LSTM primitive"),
        "unsupported",
    ),
    # Metal
    (RuntimeError("MPS backend out of memory (MPS allocated: 18.1 GB)"), "oom"),
    (RuntimeError("Invalid buffer size: 24.00 GiB"), "oom"),
    (RuntimeError("kIOGPUCommandBufferCallbackErrorOutOfMemory"), "oom"),
    (
        TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't "
                  "support float64. Please use float32 instead."),
        "unsupported",
    ),
    (
        NotImplementedError("The operator 'aten::x' is not currently implemented for the MPS"),
        "unsupported",
    ),
    (RuntimeError("Placeholder storage has not been allocated on MPS device!"), "failed"),
    # the host, and code that is wrong
    (RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't"), "oom"),
    (RuntimeError("std::bad_alloc"), "oom"),
    (OSError(12, "Cannot allocate memory"), "oom"),
    (MemoryError(), "oom"),
    (NotImplementedError("Could not run 'aten::x' with arguments from"), "unsupported"),
    (TypeError("unsupported operand type(s) for +: 'int' and 'str'"), "failed"),
    (TypeError("forward() missing 1 required positional argument"), "failed"),
    (AttributeError("module 'torch.mps' has no attribute 'set_device'"), "failed"),
    (ValueError("this is not supported"), "failed"),
    (NoSuchDeviceError("mps: torch sees no mps device"), "no device"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "reason"), SAID, ids=lambda value: str(value)[:40])
def test_what_was_said_gives_the_reason(error: BaseException, reason: str) -> None:
    found, line = classify(error)
    assert found == reason
    assert "\n" not in line


def test_words_count_wherever_they_stand_and_the_first_line_is_kept() -> None:
    error = RuntimeError("Exception raised from malloc\nCUDA error: out of memory\n#0 frame")
    assert classify(error) == ("oom", "RuntimeError: Exception raised from malloc")


def test_what_would_be_a_command_to_a_terminal_is_no_part_of_a_line() -> None:
    error = ValueError("\x1b[1;31mred\x1b[0m \x1b[2J\x00 \u202enews\x07\nmore")
    assert classify(error) == ("failed", "ValueError: red ? ?news?")


def compiler_errors() -> list[BaseException]:
    from torch._dynamo.exc import BackendCompilerFailed, TorchDynamoException
    from torch._inductor.exc import MissingOperatorWithoutDecomp, TritonMissing

    inner = RuntimeError("no C++ compiler")
    found: list[BaseException] = [
        TorchDynamoException("a graph break"),
        BackendCompilerFailed("inductor", inner, None),
        TritonMissing(None),
        MissingOperatorWithoutDecomp("aten.x", [], {}),
    ]
    from torch._dynamo import exc

    if hasattr(exc, "TritonUnavailableError"):  # torch 2.14 and later
        found.append(exc.TritonUnavailableError("triton not built with the 'nvidia' backend"))
    return found


def compiled_work(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> tuple[str, str]:
    """The reason of a compiled cell whose work raises this."""

    def work(_arm: Any, _batch_size: int) -> dict[str, Any]:
        raise error

    monkeypatch.setattr("bench.train.epochs.measure", work)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is asked of `classify`
        tasks.work_of(job_of("cpu+compile", JOB))(None, 8)  # type: ignore[arg-type]
    return classify(raised.value)


def test_what_a_compiler_raises_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in compiler_errors():
        assert is_of_compiling(error)
        reason, line = compiled_work(monkeypatch, error)
        assert reason == "unsupported"
        assert line.startswith("NotImplementedError: torch.compile: ")


def test_memory_that_ran_out_in_a_compiler_is_no_lack_of_support(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from torch._dynamo.exc import BackendCompilerFailed

    inner = torch.OutOfMemoryError("CUDA out of memory.")
    error = BackendCompilerFailed("inductor", inner, None)
    assert compiled_work(monkeypatch, error)[0] == "oom"


def test_a_compiled_cell_that_fails_otherwise_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    error = torch.AcceleratorError("CUDA error: unspecified launch failure")
    assert not is_of_compiling(error)
    assert compiled_work(monkeypatch, error)[0] == "failed"
