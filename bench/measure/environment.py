"""Variables that change times: what is recorded of them, and which no worker gets to see.

A setting that a person may want for real training (threads, allocators, affinities) stays and is
recorded. A switch for debugging, or one that cripples one side of the comparison, is left out.
"""

import os
import re
from collections.abc import Mapping

from bench.measure.host.limits import read_limits

ALLOCATORS = (
    *("MALLOC_", "TCMALLOC_", "MIMALLOC_", "GLIBC_TUNABLES"),
    *("LD_PRELOAD", "DYLD_INSERT_LIBRARIES"),
)
"""Beginnings of the names that change the C allocator."""
RECORDED = (
    *ALLOCATORS,
    *("OMP_", "GOMP_", "KMP_", "MKL_", "ONEDNN_", "DNNL_", "OPENBLAS_", "VECLIB_"),
    *("ATEN_", "PYTORCH_", "TORCH_", "TORCHDYNAMO_", "TORCHINDUCTOR_", "TRITON_"),
    *("CUDA_", "CUBLAS_", "CUBLASLT_", "CUDNN_", "NVIDIA_", "HSA_", "HIP_", "ROCR_", "AMD_"),
    *("MIOPEN_", "SYCL_", "ZE_", "UR_", "ONEAPI_", "MTL_"),
    *("PYTHONMALLOC", "PYTHONDEVMODE", "PYTHONTRACEMALLOC"),
)  # fmt: skip
"""Beginnings of the names that are recorded."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
OF_PYTHON = ("PYTHONSAFEPATH", "PYTHONINSPECT")
"""With them a process that we start would not find our modules, or wait for a person's input."""
OWN = ("TORCH_DEVICE_BACKEND_AUTOLOAD", "PYTORCH_ENABLE_MPS_FALLBACK")
"""Set for every worker, whatever they were: not worth a record."""

_WAITS = "every launch would wait for the device"
_NO_CACHE = "all device memory would be taken from the driver anew"
_FEWER = "the CPU would compute with fewer of its instructions than it has"
_PRECISION = "the precision would not be the one that the run asks for"
_NOT_COMPILED = "what is to be compiled would run uncompiled"
_CHECKS = "every allocation would be checked or filled"
_PRINTS = "every operation would be printed"
LEFT_OUT = {
    "CUDA_LAUNCH_BLOCKING": _WAITS,
    "HIP_LAUNCH_BLOCKING": _WAITS,
    "AMD_SERIALIZE_KERNEL": _WAITS,
    "AMD_SERIALIZE_COPY": _WAITS,
    "ZE_SERIALIZE": _WAITS,
    "PYTORCH_NO_CUDA_MEMORY_CACHING": _NO_CACHE,
    "PYTORCH_NO_HIP_MEMORY_CACHING": _NO_CACHE,
    "CUDA_CACHE_DISABLE": "every process would compile its kernels anew",
    "CUDA_INJECTION64_PATH": "a profiler would look at every launch",
    "ATEN_CPU_CAPABILITY": _FEWER,
    "ONEDNN_MAX_CPU_ISA": _FEWER,
    "DNNL_MAX_CPU_ISA": _FEWER,
    "MKL_ENABLE_INSTRUCTIONS": _FEWER,
    "MKL_CBWR": _FEWER,
    "NVIDIA_TF32_OVERRIDE": _PRECISION,
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": _PRECISION,
    "ONEDNN_DEFAULT_FPMATH_MODE": _PRECISION,
    "DNNL_DEFAULT_FPMATH_MODE": _PRECISION,
    "PYTORCH_MPS_FAST_MATH": _PRECISION,
    "TORCH_COMPILE_DISABLE": _NOT_COMPILED,
    "TORCHDYNAMO_DISABLE": _NOT_COMPILED,
    "TORCHDYNAMO_SUPPRESS_ERRORS": _NOT_COMPILED,
    "MALLOC_CHECK_": _CHECKS,
    "MALLOC_PERTURB_": _CHECKS,
    "PYTHONMALLOC": _CHECKS,
    "PYTHONDEVMODE": _CHECKS,
    "PYTHONTRACEMALLOC": _CHECKS,
    "ONEDNN_VERBOSE": _PRINTS,
    "DNNL_VERBOSE": _PRINTS,
    "MKL_VERBOSE": _PRINTS,
}
"""Why no worker gets to see a variable: with it a comparison would be false."""

_LIBRARIES = ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES")
_PLAIN = re.compile(r"[A-Za-z0-9_ .,:;=+%@{}()\[\]|*<>!-]{0,200}")
_PRIVATE = re.compile(r"TOKEN|KEY|SECRET|PASS|USER|HOST|URL|ADDR|HOME|ROOT|DIR|PATH|FILE|LOG")


def startable() -> dict[str, str]:
    """The environment without what keeps a Python that we start from its work."""
    return {name: value for name, value in os.environ.items() if name not in OF_PYTHON}


def inherited() -> dict[str, str]:
    """The environment that the processes of a run start from.

    torch starts a thread for each core that it sees, also where a container's quota has no time for
    them: unless somebody has named a number, it is that of the quota.
    """
    kept = {name: value for name, value in startable().items() if name not in LEFT_OUT}
    threads = read_limits().threads
    if threads is None or any(name in kept for name in THREADS):
        return kept
    return kept | dict.fromkeys(THREADS, str(threads))


def limit_lines() -> list[str]:
    """A line where the container grants less than the machine has, and what follows from it."""
    limits = read_limits()
    if limits.threads is None:
        return []
    line = f"this container has {limits.quota:g} of {len(limits.own_cores)} cores' time"
    if not any(name in os.environ for name in THREADS):
        line += f": torch's own number of threads is {limits.threads}"
    return [line]


def recorded(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that change times, by name; of values that may be private only `set`.

    Of preloaded libraries the files' names are kept, not where they lie.
    """
    return {
        name: _shown(name, value)
        for name, value in sorted(environment.items())
        if name.startswith(RECORDED) and name not in OWN
    }


def allocator_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Those of `recorded` that change the C allocator."""
    known = recorded(environment).items()
    return {name: value for name, value in known if name.startswith(ALLOCATORS)}


def _shown(name: str, value: str) -> str:
    if name in _LIBRARIES:
        return " ".join(part.rpartition("/")[2] for part in re.split(r"[\s:]+", value) if part)
    plain = _PLAIN.fullmatch(value) and not _PRIVATE.search(name)
    return value if plain else "set"


def left_out_lines(environment: Mapping[str, str]) -> list[str]:
    """A line for each recorded variable that no worker gets to see, and why."""
    return [
        f"left out of the workers' environment: {name}={value}: {LEFT_OUT[name]}"
        for name, value in environment.items()
        if name in LEFT_OUT
    ]
