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
    """What to say before measuring, when torch finds no accelerator."""
    for seen, words in (
        (signs.nvidia, _nvidia),
        (signs.amd, _amd),
        (signs.intel, _intel),
        (signs.apple, _apple),
    ):
        if seen:
            return f"{words(signs)}; measuring the CPU only"
    return NOTHING


def _nvidia(signs: Signs) -> str:
    facts = [f"driver {signs.nvidia_driver}"] if signs.nvidia_driver else []
    facts += [f"for CUDA up to {signs.nvidia_cuda}"] if signs.nvidia_cuda else []
    card = "an NVIDIA GPU" + (f" ({', '.join(facts)})" if facts else "")
    return _unused(card, signs, _all_hidden(signs) or _nvidia_mend(signs))


def _nvidia_mend(signs: Signs) -> str:
    runs, needs = _major(signs.nvidia_cuda), _major(signs.build.removeprefix("CUDA "))
    if not signs.build.startswith("CUDA"):
        backend = BUILD_OF.get(min(runs, max(BUILD_OF)), "auto")
        return f"it is no CUDA build; install one: {_install(signs, backend)}"
    if signs.closed:
        return _no_permission(signs)
    if 0 < runs < needs:
        least = LEAST_DRIVERS.get(needs, "a newer one")
        mend = f"the driver is too old for it; update the driver ({least} or later)"
        if runs not in BUILD_OF:
            return mend
        return f"{mend}, or install a build for CUDA {runs}: {_install(signs, BUILD_OF[runs])}"
    if signs.nvml_error:
        return (
            f"the driver does not answer ({signs.nvml_error}); see what nvidia-smi says, "
            "install the driver or restart after its update"
        )
    return _unknown(signs)


def _amd(signs: Signs) -> str:
    if not signs.build.startswith("ROCm"):
        return _unused(
            "an AMD GPU",
            signs,
            f"it is no ROCm build; install one: {_install(signs, 'auto')}",
        )
    mend = _no_permission(signs) if signs.closed else _unknown(signs)
    return _unused("an AMD GPU", signs, _all_hidden(signs) or mend)


def _intel(signs: Signs) -> str:
    if not signs.build.startswith("XPU"):
        mend = f"it is no XPU build; for an Arc or newer, install one: {_install(signs, 'xpu')}"
    else:
        mend = _no_permission(signs) if signs.closed else _unknown(signs)
    return _unused("an Intel GPU", signs, mend)


def _apple(signs: Signs) -> str:
    if signs.build != "MPS":
        mend = "it is no build for Apple's GPUs; install torch's own wheel for macOS on arm64"
    elif 0 < _major(signs.macos) < 14:
        mend = f"macOS {signs.macos} is too old; torch needs macOS 14 or later"
    else:
        mend = _unknown(signs)
    return _unused("an Apple GPU", signs, mend)


def _unused(card: str, signs: Signs, mend: str) -> str:
    return f"{card} is here, but torch {signs.torch} ({signs.build}) does not use it: {mend}"


def _all_hidden(signs: Signs) -> str | None:
    """Which variable hides every GPU: CUDA and HIP stop reading at the first name that is none."""
    for name, value in signs.visible:
        if name.endswith("VISIBLE_DEVICES") and (value.strip() or "-").startswith("-"):
            return f"{name}={value!r} hides every device; unset it"
    return None


def _no_permission(signs: Signs) -> str:
    return (
        f"{', '.join(signs.closed)} may not be opened; join their groups: "
        "sudo usermod -aG render,video $USER, then log in again"
    )


def _unknown(signs: Signs) -> str:
    """torch's own words, and variables that may hide a device."""
    words = [*signs.said, *[f"{name} is {value!r}" for name, value in signs.visible]]
    return f"torch said: {'; '.join(words)}" if words else "torch does not say why"


def _install(signs: Signs, backend: str) -> str:
    return install_command(signs.torch, backend)


def _major(version: str | None) -> int:
    first = (version or "").partition(".")[0]
    return int(first) if first.isdecimal() else 0
