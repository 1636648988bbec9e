"""What is said when torch finds no accelerator: one sentence, with the mend."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.machine.hidden import NOTHING, Signs, note_of
from bench.machine.signs import ask_nvml, gather_signs

BARE = Signs(torch="2.14.1+cu130", build="CUDA 13.0")
CPU = replace(BARE, torch="2.14.1+cpu", build="CPU only")
CARD: dict[str, Any] = {"nvidia": True, "nvidia_driver": "535.54.03", "nvidia_cuda": "12.2"}
NEW: dict[str, Any] = CARD | {"nvidia_driver": "580.95", "nvidia_cuda": "13.0"}

SENTENCES = [
    (
        replace(BARE, **CARD),
        "an NVIDIA GPU (driver 535.54.03, for CUDA up to 12.2) is here, but torch 2.14.1+cu130 "
        "(CUDA 13.0) does not use it: the driver is too old for it; update the driver (580 or "
        "later), or install a build for CUDA 12: uv pip install --no-config torch==2.14.1 "
        "--torch-backend=cu126",
    ),
    (
        replace(BARE, **CARD | {"nvidia_driver": "470.1", "nvidia_cuda": "11.4"}),
        "the driver is too old for it; update the driver (580 or later)",
    ),
    (
        replace(BARE, **CARD | {"nvidia_cuda": "11.4"}, build="CUDA 12.6"),
        "update the driver (525 or later)",
    ),
    (
        replace(CPU, **CARD),
        "torch 2.14.1+cpu (CPU only) does not use it: it is no CUDA build; install one: "
        "uv pip install --no-config torch==2.14.1 --torch-backend=cu126",
    ),
    (replace(CPU, **NEW), "--torch-backend=cu130"),
    (replace(CPU, **CARD | {"nvidia_cuda": "14.1"}), "--torch-backend=cu130"),
    (replace(CPU, **CARD | {"nvidia_cuda": "11.4"}), "--torch-backend=auto"),
    (replace(CPU, nvidia=True, nvml_error="NVML: Driver Not Loaded"), "--torch-backend=auto"),
    (replace(BARE, **NEW, build="ROCm 7.0"), "it is no CUDA build"),
    (
        replace(BARE, nvidia=True, nvml_error="NVML: Driver/library version mismatch"),
        "the driver does not answer (NVML: Driver/library version mismatch); see what nvidia-smi "
        "says, install the driver or restart after its update",
    ),
    (
        replace(BARE, nvidia=True, closed=("/dev/nvidiactl",), nvml_error="NVML: no permission"),
        "/dev/nvidiactl may not be opened; join their groups: sudo usermod -aG render,video $USER",
    ),
    (
        replace(BARE, **NEW, visible=(("CUDA_VISIBLE_DEVICES", ""),)),
        "CUDA_VISIBLE_DEVICES='' hides every device; unset it",
    ),
    (
        replace(BARE, **NEW, visible=(("CUDA_VISIBLE_DEVICES", "-1"),)),
        "CUDA_VISIBLE_DEVICES='-1' hides every device; unset it",
    ),
    (
        replace(BARE, **NEW, visible=(("CUDA_VISIBLE_DEVICES", "7"),), said=("CUDA error 804",)),
        "torch said: CUDA error 804; CUDA_VISIBLE_DEVICES is '7'",
    ),
    (replace(BARE, **NEW), "torch does not say why"),
    (
        replace(BARE, amd=True),
        "an AMD GPU is here, but torch 2.14.1+cu130 (CUDA 13.0) does not use it: it is no ROCm "
        "build; install one: uv pip install --no-config torch==2.14.1 --torch-backend=auto",
    ),
    (replace(BARE, amd=True, build="ROCm 7.0", closed=("/dev/kfd",)), "/dev/kfd may not be opened"),
    (
        replace(BARE, amd=True, build="ROCm 7.0", visible=(("HIP_VISIBLE_DEVICES", ""),)),
        "HIP_VISIBLE_DEVICES='' hides every device; unset it",
    ),
    (replace(BARE, amd=True, build="ROCm 7.0", said=("HIP error",)), "torch said: HIP error"),
    (
        replace(BARE, intel=True),
        "an Intel GPU is here, but torch 2.14.1+cu130 (CUDA 13.0) does not use it: it is no XPU "
        "build; for an Arc or newer, install one: uv pip install --no-config torch==2.14.1 "
        "--torch-backend=xpu",
    ),
    (
        replace(CPU, intel=True, build="XPU 20250302", closed=("/dev/dri/renderD128",)),
        "/dev/dri/renderD128 may not be opened",
    ),
    (replace(BARE, apple=True, build="MPS", macos="13.6"), "macOS 13.6 is too old"),
    (replace(BARE, apple=True, build="MPS", macos="15.1"), "torch does not say why"),
    (replace(CPU, apple=True, macos="15.1"), "install torch's own wheel for macOS on arm64"),
    (replace(BARE, **NEW, intel=True), "an NVIDIA GPU"),
]


@pytest.mark.parametrize(("signs", "words"), SENTENCES)
def test_a_gpu_that_torch_does_not_use_is_named_with_the_mend(signs: Signs, words: str) -> None:
    note = note_of(signs)
    assert words in note
    assert note.endswith("; measuring the CPU only")
    assert "\n" not in note


@pytest.mark.parametrize("signs", [BARE, CPU, replace(BARE, said=("Found no NVIDIA driver",))])
def test_without_any_sign_the_cpu_is_measured_and_that_is_said(signs: Signs) -> None:
    assert note_of(signs) == NOTHING == "no accelerator found: measuring the CPU only"


def no_driver() -> dict[str, Any]:
    return {"nvml_error": "NVML: NVML Shared Library Not Found"}


def signs_of(root: Path, **how: Any) -> Signs:
    given: dict[str, Any] = {"environment": {}, "which": lambda _: None, "nvml": no_driver}
    given |= {"torch": "2.14.1", "build": "CPU only"}
    return gather_signs((), root=root, **given | how)


def write(root: Path, name: str, text: str = "") -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_an_empty_machine_shows_no_gpu(tmp_path: Path) -> None:
    signs = signs_of(tmp_path)
    assert (signs.nvidia, signs.amd, signs.intel) == (False, False, False)
    assert (signs.closed, signs.visible) == ((), ())
    assert (signs.torch, signs.build) == ("2.14.1", "CPU only")


def test_nvml_that_counts_no_cards_is_a_driver_without_a_gpu(tmp_path: Path) -> None:
    facts = {"nvidia_driver": "580.95", "nvidia_cuda": "13.0"}
    write(tmp_path, "proc/driver/nvidia/version")
    for cards, seen in ((0, False), (2, True)):
        signs = signs_of(tmp_path, nvml=lambda cards=cards: facts | {"cards": cards})
        assert (signs.nvidia, signs.nvidia_cuda) == (seen, "13.0")


def test_a_silent_driver_is_seen_by_its_files_or_its_command(tmp_path: Path) -> None:
    assert signs_of(tmp_path, which=lambda name: f"/usr/bin/{name}").nvidia
    write(tmp_path, "proc/driver/nvidia/version")
    assert signs_of(tmp_path).nvidia


def test_amds_compute_nodes_are_gpus_when_they_have_an_id(tmp_path: Path) -> None:
    write(tmp_path, "dev/kfd")
    write(tmp_path, "sys/class/kfd/kfd/topology/nodes/0/gpu_id", "0\n")
    assert not signs_of(tmp_path).amd
    write(tmp_path, "sys/class/kfd/kfd/topology/nodes/1/gpu_id", "50880\n")
    assert signs_of(tmp_path).amd


def test_a_render_device_is_intels_by_its_vendor(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/drm/renderD128/device/vendor", "0x1002\n")
    assert not signs_of(tmp_path).intel
    write(tmp_path, "sys/class/drm/renderD129/device/vendor", "0x8086\n")
    assert signs_of(tmp_path).intel


def test_variables_that_hide_devices_are_kept(tmp_path: Path) -> None:
    signs = signs_of(tmp_path, environment={"CUDA_VISIBLE_DEVICES": "", "HOME": "/root"})
    assert signs.visible == (("CUDA_VISIBLE_DEVICES", ""),)


def test_device_files_that_may_not_be_opened_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "dev/kfd")
    write(tmp_path, "dev/dri/renderD128")
    assert signs_of(tmp_path).closed == ()
    monkeypatch.setattr(
        "bench.machine.signs.os.access", lambda *_: False
    )  # root may open everything
    assert signs_of(tmp_path).closed == ("/dev/kfd", "/dev/dri/renderD128")


def test_nvml_tells_the_driver_or_why_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    import pynvml

    for name, answer in (
        ("nvmlInit", None),
        ("nvmlSystemGetCudaDriverVersion_v2", 12040),
        ("nvmlSystemGetDriverVersion", "550.54"),
        ("nvmlDeviceGetCount", 1),
    ):
        monkeypatch.setattr(pynvml, name, lambda answer=answer: answer)
    assert ask_nvml() == {"nvidia_driver": "550.54", "nvidia_cuda": "12.4", "cards": 1}

    def broken() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_DRIVER_NOT_LOADED)

    monkeypatch.setattr(pynvml, "nvmlInit", broken)
    assert ask_nvml() == {"nvml_error": "NVML: Driver Not Loaded"}
