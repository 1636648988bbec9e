"""A side's name and its job: parsed, canonical, refused by name; remedies and rungs as sides."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.grid import device_of
from bench.job import DIAGNOSIS, TASKS, Job
from bench.loop import COURSE, LEAN, OWN, RUNGS
from bench.sides.names import (
    TERMS,
    SideError,
    axes,
    canonical,
    equal_arithmetic,
    job_of,
    lacks,
    name_of,
    plain_sides,
    torch_devices,
)

PLAIN = Job("mlp", "cpu", 0, (16,), 1, 48, 0, "sgd", "foreach", 0.1, 300.0)
TAUGHT = replace(PLAIN, loop=COURSE)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cpu", {}),
        ("cuda:1", {"device": "cuda:1"}),
        ("cpu+threads=4", {"threads": 4}),
        ("cuda+tf32", {"device": "cuda", "precision": "tf32"}),
        ("cuda+bf16+compile", {"device": "cuda", "precision": "bf16", "compiled": "default"}),
        ("xpu+compile=max-autotune", {"device": "xpu", "compiled": "max-autotune"}),
        ("cuda+graphs", {"device": "cuda", "compiled": "reduce-overhead"}),
        ("mps+channels-last", {"device": "mps", "memory_format": "channels-last"}),
        ("cpu+keep-denormals", {"flush_denormals": False}),
        ("cpu+fused", {"optimizer_implementation": "fused"}),
        ("cpu+loop=course", {"loop": COURSE}),
        ("cpu+loop=own", {"loop": OWN}),
        (
            "cuda+placement=per-batch",
            {"device": "cuda", "loop": replace(LEAN, placement="per-batch")},
        ),
        ("cpu+malloc=keep", {"malloc": "keep"}),
        ("cpu*2+threads=4", {"devices": 2, "threads": 4}),
        ("cuda*8+bf16", {"device": "cuda", "devices": 8, "precision": "bf16"}),
    ],
)
def test_a_name_is_a_job_and_a_job_is_its_name(name: str, change: dict[str, Any]) -> None:
    assert job_of(name, PLAIN) == replace(PLAIN, **change)
    assert name_of(replace(PLAIN, **change), PLAIN) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cpu+foreach", "cpu"),
        ("cpu*1", "cpu"),
        ("cpu+ieee", "cpu"),
        ("cpu+loop=lean", "cpu"),
        ("cuda+compile=default", "cuda+compile"),
        ("cuda+compile=reduce-overhead", "cuda+graphs"),
        ("cuda+fused+bf16", "cuda+bf16+fused"),
        ("cpu+evaluate=never+loop=course", "cpu+loop=no-evaluation"),
        ("cpu+loop=course+loader=slices", "cpu+loop=course+loader=slices"),
        ("cpu+malloc=keep+threads=1", "cpu+threads=1+malloc=keep"),
    ],
)
def test_a_side_has_one_name_however_it_is_typed(typed: str, name: str) -> None:
    assert name_of(job_of(typed, PLAIN), PLAIN) == name


def test_what_the_plain_job_is_has_no_name() -> None:
    assert name_of(job_of("cpu+foreach", replace(PLAIN, optimizer_implementation="fused")),
                   replace(PLAIN, optimizer_implementation="fused")) == "cpu+foreach"  # fmt: skip
    assert canonical(("cpu+loop=course", "cpu+loop=lean"), TAUGHT) == ("cpu", "cpu+loop=lean")


def test_a_rung_has_its_name_in_a_run_of_the_course_loop_too() -> None:
    for plain in (PLAIN, TAUGHT):
        names = [name for name in RUNGS if RUNGS[name] != plain.loop]
        sides = [name_of(job_of(f"cuda+loop={name}", plain), plain) for name in names]
        assert sides == [f"cuda+loop={name}" for name in names]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cuda+speed", "cuda+speed: no such setting as 'speed'; one of threads=N, ieee"),
        ("cuda+compile=fast", "no such setting as 'compile=fast'"),
        ("cpu+", "cpu+: no such setting as ''"),
        ("cpu+BF16", "cpu+BF16: no such setting as 'BF16'; is it bf16?; one of threads=N"),
        ("cpu+compile=reduce", "is it compile=reduce-overhead?"),
        ("cpu+thread=1", "no such setting as 'thread=1'; one of threads=N"),
        ("cpu+threads=0", "cpu+threads=0: threads=N takes whole numbers from 1 to 9999"),
        ("cpu+threads=1e3", "cpu+threads=1e3: threads=N takes whole numbers"),
        ("cpu+threads", "cpu+threads: threads=N takes whole numbers"),
        ("cpu+threads=\u0663", "threads=N takes whole numbers"),
        ("cuda+ieee+bf16", "cuda+ieee+bf16: ieee and bf16: one setting twice"),
        ("cuda+bf16+bf16", "cuda+bf16+bf16: bf16: one setting twice"),
        ("cuda+compile+graphs", "compile and graphs: one setting twice"),
        ("cpu+tf32", "cpu+tf32: tf32: TF32 is a number format of cuda devices, this is cpu"),
        ("xpu:1+graphs", "graphs: CUDA graphs need a cuda device, this is xpu"),
        ("cuda+threads=2", "threads=2: the number of threads is the CPU's, this is cuda"),
        ("mps+malloc=keep", "malloc=keep: the C allocator is the CPU's, this is mps"),
        ("cuda+keep-denormals", "only the CPU flushes denormals, this is cuda"),
        ("cpu+placement=per-batch", "the CPU computes where the data lies, this is cpu"),
        ("cpu+loop=pinned", "the CPU computes where the data lies, this is cpu"),
        ("cuda+tf32+compile", "cuda+tf32+compile: TF32 with torch.compile: torch's compiler"),
        ("cuda+tf32+graphs", "TF32 with torch.compile"),
        ("cpu*x", "cpu*x: not a number of devices: 'x'; write cpu*2"),
        ("cpu*0", "not a number of devices: '0'"),
        ("cuda*100", "not a number of devices: '100'"),
        ("cuda*", "not a number of devices: ''"),
        ("cuda*2*2", "not a number of devices: '2*2'"),
        ("cuda:1*2", "only cpu and cuda train together, the first ones; write cuda*2"),
        ("mps*2", "only cpu and cuda train together, the first ones; write cuda*2"),
        ("cuda*2+graphs", "several devices train together by the lean loop, not compiled"),
        ("cpu*2+loop=course", "several devices train together by the lean loop, not compiled"),
        ("cuda*2+placement=per-batch", "by the lean loop, not compiled"),
        ("cpu*4+threads=2", "cpu*4+threads=2: its 4 processes need as many threads each"),
        ("cpu*2+threads=3", "as many threads each; write threads=2 or a multiple of it"),
        ("cpu\n", "'cpu\\n': no name of a side"),
        ("CUDA", "CUDA: no device is called CUDA; write cuda"),
        ("cpu" + "+bf16" * 50, "no name of a side; it has at most 200 letters"),
        ("bf16", "bf16: a setting stands behind its device; write cpu+bf16"),
        ("threads=1+bf16", "write cpu+threads=1+bf16"),
        ("a gpu", "a gpu: not a torch device"),
        ("c\u00fcda", "not a torch device"),
        ("cuda:-1", "not a torch device"),
        ("", "not a torch device"),
        ("x" * 31, "not a torch device"),
        ("cpu:1", "cpu:1: no device is called cpu:1; write cpu"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name(name: str, words: str) -> None:
    with pytest.raises(SideError) as error:
        job_of(name, PLAIN)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_two_names_of_one_side_and_too_many_sides_are_refused() -> None:
    with pytest.raises(SideError, match=r"cpu\+foreach: is cpu by another name; name it once"):
        canonical(("cpu", "cpu+foreach"), PLAIN)
    with pytest.raises(SideError, match=r"cuda:0\+bf16: cuda:0 is cuda by another name"):
        canonical(("cuda", "cpu", "cuda:0+bf16"), PLAIN)
    with pytest.raises(SideError, match="one more than 64 sides"):
        canonical((f"cpu+threads={count}" for count in range(1, 66)), PLAIN)


DEVICES = st.sampled_from(
    [
        "cpu",
        "cpu*2",
        "cuda*3",
        "mps*2",
        "cuda",
        "cuda:1",
        "mps",
        "xpu",
        "cpu:0",
        "gizmo",
        "CUDA",
        "cuda:0",
        "a b",
    ]
)
WORDS = st.sampled_from([*TERMS, "threads=1", "threads=64", "threads=x", "loop=fast", ""])
NAMES = st.builds(
    lambda device, words: "+".join([device, *words]), DEVICES, st.lists(WORDS, max_size=4)
)


@given(st.lists(NAMES, min_size=1, max_size=6), st.sampled_from([PLAIN, TAUGHT]))
def test_any_list_of_sides_is_refused_by_name_or_canonical(names: list[str], plain: Job) -> None:
    try:
        sides = canonical(names, plain)
    except SideError as error:
        sides = ()
        refused = str(error)
    if not sides:
        assert any(refused.startswith(f"{name}: ") for name in names)
        return
    assert len(sides) == len(set(sides)) == len(names)
    assert canonical(sides, plain) == sides
    assert canonical(reversed(sides), plain) == sides[::-1]
    for side, name in zip(sides, names, strict=True):
        assert job_of(side, plain) == job_of(name, plain)
        assert len(side.split("+")) <= len(name.split("+"))
    rows = axes(sides, plain)
    told = {(device_of(side), *rows[side].values()) for side in sides}
    assert len(told) == len(sides)  # device and axes tell every side from every other
    scalars = (value for row in rows.values() for value in row.values())
    assert all(isinstance(value, str | int | bool) for value in scalars)


def test_the_axes_are_the_settings_in_which_sides_differ() -> None:
    assert axes(("cpu", "cuda"), PLAIN) == {"cpu": {}, "cuda": {}}
    assert axes(("cpu", "cpu+threads=1", "cuda+bf16"), PLAIN) == {
        "cpu": {"threads": 0, "precision": "ieee"},
        "cpu+threads=1": {"threads": 1, "precision": "ieee"},
        "cuda+bf16": {"threads": 0, "precision": "bf16"},
    }
    assert axes(("cuda", "cuda+compile", "cuda+placement=per-batch"), PLAIN)["cuda"] == {
        "compile": "",
        "placement": "resident",
    }


def test_a_name_tells_device_and_precision() -> None:
    sides = ("cpu", "cuda:1+bf16", "cpu*2+threads=2", "cuda:1", "cuda*3+tf32+fused")
    assert torch_devices(sides) == ("cpu", "cuda:1", "cuda", "cuda:2")
    assert plain_sides(sides) == ["cpu", "cuda:1"]
    alike = [equal_arithmetic("cpu+bf16", side) for side in sides]
    assert alike == [False, True, False, False, False]


def test_what_this_machine_lacks_is_told_before_a_process_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.allocators.in_force", lambda: "musl")
    job = job_of("cpu+malloc=keep", PLAIN)
    assert lacks(job, 8) == "this is a setting of glibc's allocator, and musl is in force"
    assert lacks(PLAIN, 8) is None
    compiled = replace(job_of("cpu+compile", PLAIN), task=TASKS[DIAGNOSIS])
    assert lacks(compiled, 8) == "what torch.compile has fused cannot be taken apart"
    several = job_of("cuda*4", PLAIN)
    assert lacks(several, 4) is None
    assert lacks(several, 3) == "batch size 3 is less than a sample for each of 4 devices"
    assert lacks(replace(several, task=TASKS[DIAGNOSIS]), 8) == (
        "a step of several processes is not taken apart"
    )
