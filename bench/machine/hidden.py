"""Why torch finds no accelerator where one seems to be, in one sentence with the mend.

Facts in, words out: what the facts are gathered from is `bench.machine.signs`. Imports no torch.
"""

from dataclasses import dataclass

from bench.machine.kernels import install_command

NOTHING = "no accelerator found: measuring the CPU only"
LEAST_DRIVERS = {12: "525", 13: "580"}
"""The NVIDIA drivers (of Linux) from which programs of a CUDA generation run."""
BUILD_OF = {12: "cu126", 13: "cu130"}
"""uv's names of torch's builds with the most cards, by CUDA generation."""


@dataclass(frozen=True)
class Signs:
    """What this machine shows of accelerators that torch does not find.

    `build` is what torch was built for (`CUDA 13.0`, `ROCm 6.4`, `XPU 2025`, `MPS`, `CPU only`),
    `said` what it warned of. `nvidia`, `amd`, `intel`, `apple`: whether such a GPU seems to be
    here. `nvidia_cuda` is the newest CUDA that NVIDIA's driver runs. `closed` are device files
    that exist and may not be opened. `visible` are variables that hide devices, as they are set.
    """

    torch: str
    build: str
    said: tuple[str, ...] = ()
    nvidia: bool = False
    nvidia_driver: str | None = None
    nvidia_cuda: str | None = None
    nvml_error: str | None = None
    amd: bool = False
    intel: bool = False
    apple: bool = False
    macos: str = ""
    closed: tuple[str, ...] = ()
    visible: tuple[tuple[str, str], ...] = ()


def note_of(signs: Signs) -> str:
    """Returns what to say before measuring, when torch finds no accelerator."""
    for seen, card, mend in (
        (signs.nvidia, _nvidia_card(signs), _nvidia),
        (signs.amd, "an AMD GPU", _amd),
        (signs.intel, "an Intel GPU", _intel),
        (signs.apple, "an Apple GPU", _apple),
    ):
        if seen:
            unused = f"{card} is here, but torch {signs.torch} ({signs.build}) does not use it"
            return f"{unused}: {mend(signs)}; measuring the CPU only"
    return NOTHING


def _nvidia_card(signs: Signs) -> str:
    facts = [f"driver {signs.nvidia_driver}"] if signs.nvidia_driver else []
    facts += [f"for CUDA up to {signs.nvidia_cuda}"] if signs.nvidia_cuda else []
    return "an NVIDIA GPU" + (f" ({', '.join(facts)})" if facts else "")


def _nvidia(signs: Signs) -> str:
    runs, needs = _major(signs.nvidia_cuda), _major(signs.build.removeprefix("CUDA "))
    if hidden := _all_hidden(signs):
        return hidden
    if not signs.build.startswith("CUDA"):
        backend = BUILD_OF.get(min(runs, max(BUILD_OF)), "auto")
        return f"it is no CUDA build; install one: {install_command(signs.torch, backend)}"
    if 0 < runs < needs and not signs.closed:
        least = LEAST_DRIVERS.get(needs, "a newer one")
        mend = f"the driver is too old for it; update the driver ({least} or later)"
        if runs not in BUILD_OF:
            return mend
        command = install_command(signs.torch, BUILD_OF[runs])
        return f"{mend}, or install a build for CUDA {runs}: {command}"
    if signs.nvml_error and not signs.closed:
        return (
            f"the driver does not answer ({signs.nvml_error}); see what nvidia-smi says, "
            "install the driver or restart after its update"
        )
    return _unknown(signs)


def _amd(signs: Signs) -> str:
    if not signs.build.startswith("ROCm"):
        return f"it is no ROCm build; install one: {install_command(signs.torch, 'auto')}"
    return _all_hidden(signs) or _unknown(signs)


def _intel(signs: Signs) -> str:
    if not signs.build.startswith("XPU"):
        command = install_command(signs.torch, "xpu")
        return f"it is no XPU build; for an Arc or newer, install one: {command}"
    return _unknown(signs)


def _apple(signs: Signs) -> str:
    if signs.build != "MPS":
        return "it is no build for Apple's GPUs; install torch's own wheel for macOS on arm64"
    if 0 < _major(signs.macos) < 14:
        return f"macOS {signs.macos} is too old; torch needs macOS 14 or later"
    return _unknown(signs)


def _all_hidden(signs: Signs) -> str | None:
    """Which variable hides every GPU: CUDA and HIP stop reading at the first name that is none."""
    for name, value in signs.visible:
        if name.endswith("VISIBLE_DEVICES") and (value.strip() or "-").startswith("-"):
            return f"{name}={value!r} hides every device; unset it"
    return None


def _unknown(signs: Signs) -> str:
    """Device files that are closed; else torch's own words and what may hide a device."""
    if signs.closed:
        return (
            f"{', '.join(signs.closed)} may not be opened; join their groups: "
            "sudo usermod -aG render,video $USER, then log in again"
        )
    words = [*signs.said, *[f"{name} is {value!r}" for name, value in signs.visible]]
    return f"torch said: {'; '.join(words)}" if words else "torch does not say why"


def _major(version: str | None) -> int:
    first = (version or "").partition(".")[0]
    return int(first) if first.isdecimal() else 0
