"""Whether a torch build holds code that a CUDA device can run, by the lists that torch tells.

Imports no torch. `is_available()` is True on a card that the build has no kernels for, and the
first operation raises: so this is asked before anything is measured.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Capability = tuple[int, int]
JETSON = {(5, 3), (6, 2), (7, 2), (8, 7)}
"""Integrated GPUs, which run no code made for other GPUs of their generation."""
RENAMED = {(10, 1): (11, 0)}
"""CUDA 13 calls compute capability 10.1 11.0."""
JETSON_UNIFIED = (13, 2)
"""The CUDA version from which Jetsons run what was made for servers."""


def has_kernels(capability: Capability, arch_list: Iterable[str], *, cuda: str = "") -> bool:
    """Whether one of `torch.cuda.get_arch_list()` runs on a device of this compute capability.

    `cuda` is the build's CUDA version. An empty list tells nothing and is taken for yes.
    """
    archs = list(arch_list)
    return not archs or any(_runs(arch, _renamed(capability), cuda) for arch in archs)


def _runs(arch: str, device: Capability, cuda: str) -> bool:
    match = re.fullmatch(r"(sm|compute)_(\d+)([af]?)", arch)
    if match is None:
        return False
    code = _renamed(divmod(int(match[2]), 10))
    if code == device:
        return True
    if match[3] == "a":  # uses what only this one architecture has
        return False
    if match[1] == "compute" and not match[3]:  # PTX: compiled by the driver for what came later
        return device >= code
    unified = tuple(int(part) for part in re.findall(r"\d+", cuda)[:2]) >= JETSON_UNIFIED
    if not unified and (device in JETSON or code in JETSON):
        return False
    return device[0] == code[0] and device[1] >= code[1]


def _renamed(capability: Capability) -> Capability:
    return RENAMED.get(capability, capability)


def builds_with_kernels(
    capability: Capability, releases: Mapping[str, Any], host: str
) -> list[str]:
    """The CUDA versions whose builds run on the device, of `torch.cuda.PYTORCH_RELEASES_CODE_CC`.

    torch 2.14 lists them by the host's architecture (`platform.machine()`), 2.11 does not.
    """
    found = []
    for cuda, codes in releases.items():
        numbers = codes.get(host.lower(), ()) if isinstance(codes, Mapping) else codes
        archs = [f"sm_{number}" for number in numbers]
        if archs and has_kernels(capability, archs, cuda=cuda):
            found.append(cuda)
    return found


def without_kernels(
    name: str, capability: Capability, arch_list: Iterable[str], *, torch: str, builds: list[str]
) -> str:
    """One sentence: what the card is, what this torch was built for, and what to install."""
    archs = ", ".join(arch_list)
    major, minor = capability
    said = f"{name} has compute capability {major}.{minor}; torch {torch} has kernels for {archs}"
    version = torch.partition("+")[0]
    if not builds:
        return f"{said}; no build of torch {version} has any for it"
    backend = "cu" + builds[0].replace(".", "")
    return f"{said}: install its build for CUDA {builds[0]}: {install_command(torch, backend)}"


def install_command(torch: str, backend: str) -> str:
    """How uv installs another build of the torch that is there.

    `--no-config`: this project's exact versions are those of its own build.
    """
    version = torch.partition("+")[0]
    return f"uv pip install --no-config torch=={version} --torch-backend={backend}"
