"""A side by its name: a torch device with its settings, and what each setting changes in a job.

`device[*n][+setting[=value]]...`, e.g. `cpu`, `cuda:1`, `cpu+threads=1`, `cuda*2+bf16`. A side has
one canonical name: settings in the order of SETTINGS, without those of the plain job. Imports no
torch.
"""

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, NamedTuple

from bench.allocators import HUGE_PAGES, KEEP, LIBRARIES, lacking
from bench.grid import IMPLEMENTATION_NAMES, device_of, devices_of
from bench.job import DIAGNOSIS, DISPATCH, MEASURE, TASKS, Job
from bench.loop import DECODERS, LEAN, OWN, PARTS, RUNGS, Loop
from bench.meant import meant

MOST_SIDES, MOST_THREADS, LONGEST = 64, 9999, 200
COMPILE_MODES = ("default", "reduce-overhead", "max-autotune")
SETTINGS = {
    "devices": "devices",
    "threads": "threads",
    "precision": "precision",
    "compile": "compiled",
    "memory_format": "memory_format",
    "flush_denormals": "flush_denormals",
    "optimizer_implementation": "optimizer_implementation",
    "loop": "loop",
    **{field.name: f"loop.{field.name}" for field in fields(Loop)},
    "malloc": "malloc",
}
"""What a side may have, in order, by the field of its job."""


class SideError(Exception):
    """A side that cannot be; the message begins with its name and says why."""


class Term(NamedTuple):
    """What a word sets. `only`: a type of device, or `accelerator` for all but the CPU."""

    setting: str
    value: Any
    only: str = ""
    why: str = ""


_CUDA_GRAPHS = "CUDA graphs need a cuda device"
_NO_COPIES = "the CPU computes where the data lies"
TERMS = {
    "ieee": Term("precision", "ieee"),
    "tf32": Term("precision", "tf32", "cuda", "TF32 is a number format of cuda devices"),
    "bf16": Term("precision", "bf16"),
    "compile": Term("compile", "default"),
    **{f"compile={mode}": Term("compile", mode) for mode in COMPILE_MODES},
    "graphs": Term("compile", "reduce-overhead", "cuda", _CUDA_GRAPHS),
    "channels-last": Term("memory_format", "channels-last"),
    "keep-denormals": Term("flush_denormals", False, "cpu", "only the CPU flushes denormals"),
    **{name: Term("optimizer_implementation", name) for name in IMPLEMENTATION_NAMES},
    **{f"loop={name}": Term("loop", loop) for name, loop in (RUNGS | {"own": OWN}).items()},
    "loop=pinned": Term("loop", RUNGS["pinned"], "accelerator", _NO_COPIES),
    **{f"{part}={one}": Term(part, one) for part, values in PARTS.items() for one in values},
    **{
        f"placement={one}": Term("placement", one, "accelerator", _NO_COPIES)
        for one in PARTS["placement"]
    },
    **{
        f"malloc={name}": Term("malloc", name, "cpu", "the C allocator is the CPU's")
        for name in (KEEP, HUGE_PAGES, *LIBRARIES)
    },
}
"""Every word but `threads=N`."""


def job_of(name: str, plain: Job) -> Job:
    """Returns the plain job on a side's device, with its settings. Raises SideError."""
    if len(name) > LONGEST or not name.isprintable():
        raise SideError(f"{name[:60]!a}: no name of a side; it has at most {LONGEST} letters")
    head, *words = name.split("+")
    device, star, count = head.partition("*")
    kind = _kind(name, device)
    devices = _count(name, device, count) if star else 1
    terms = {word: _term(name, word) for word in words}
    for word, term in terms.items():
        if not _fits(term, kind):
            raise SideError(f"{name}: {word}: {term.why}, this is {kind}")
    settings = [term.setting for term in terms.values()]
    twice = [word for word, term in terms.items() if settings.count(term.setting) > 1]
    if twice or len(terms) < len(words):
        raise SideError(f"{name}: {' and '.join(twice) or words[-1]}: one setting twice")
    job = replace(plain, device=device, devices=devices)
    for term in sorted(terms.values(), key=lambda one: [*SETTINGS].index(one.setting)):
        job = _with(job, term)
    if job.compiled and job.precision == "tf32":
        words_of_torch = "torch's compiler cannot read how TF32 is set"
        raise SideError(f"{name}: TF32 with torch.compile: {words_of_torch}")
    if devices > 1 and (job.compiled or job.loop != LEAN):
        raise SideError(f"{name}: several devices train together by the lean loop, not compiled")
    if job.threads % devices:
        least = f"write threads={devices} or a multiple of it"
        raise SideError(f"{name}: its {devices} processes need as many threads each; {least}")
    return job


def _kind(name: str, device: str) -> str:
    """Returns the type of a device. Only torch knows whether there is such a one."""
    kind, _, index = device.partition(":")
    if device in TERMS or device.startswith("threads="):
        raise SideError(f"{name}: a setting stands behind its device; write cpu+{name}")
    if not re.fullmatch(r"\w{1,30}(:(0|[1-9]\d{0,8}))?", device, re.ASCII):
        raise SideError(
            f"{name}: not a torch device; write a type as torch does (cpu, cuda, mps, xpu, or one "
            "of an installed backend), with an index where there are several (cuda:1)"
        )
    usual = kind.lower() if kind.lower() in ("cpu", "cuda", "mps", "xpu") else kind
    if usual != kind or (kind == "cpu" and index):
        raise SideError(f"{name}: no device is called {device}; write {usual}")
    return kind


def _count(name: str, device: str, count: str) -> int:
    """Returns how many devices train together."""
    if not re.fullmatch(r"[1-9][0-9]?", count):
        raise SideError(f"{name}: not a number of devices: {count!r}; write {device}*2")
    if device not in ("cpu", "cuda"):
        raise SideError(f"{name}: only cpu and cuda train together, the first ones; write cuda*2")
    return int(count)


def _term(name: str, word: str) -> Term:
    if word in TERMS:
        return TERMS[word]
    setting, _, count = word.partition("=")
    if setting != "threads":
        words = f"no such setting as {word!r}{meant(word, TERMS)}; one of threads=N"
        raise SideError(f"{name}: {words}, {', '.join(TERMS)}")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", count):
        raise SideError(f"{name}: threads=N takes whole numbers from 1 to {MOST_THREADS}")
    return Term("threads", int(count), "cpu", "the number of threads is the CPU's")


def _fits(term: Term, kind: str) -> bool:
    return kind != "cpu" if term.only == "accelerator" else term.only in ("", kind)


def _with(job: Job, term: Term) -> Job:
    part, _, of_loop = SETTINGS[term.setting].partition(".")
    value: Any = replace(job.loop, **{of_loop: term.value}) if of_loop else term.value
    return replace(job, **{part: value})


def name_of(job: Job, plain: Job) -> str:
    """Returns the canonical name of the side whose job this is: the fewest and shortest words."""
    kind = job.device.partition(":")[0]
    words = [job.device + (f"*{job.devices}" if job.devices > 1 else "")]
    for setting, field in [*SETTINGS.items()][1:]:
        value = attrgetter(field)(job)
        if setting == "loop":
            words += _loop_words(value, plain.loop, kind)
        elif value != attrgetter(field)(plain) and not field.startswith("loop."):
            own = [word for word, term in TERMS.items() if _sets(term, setting, value, kind)]
            words.append(min(own, key=len, default=f"{setting}={value}"))
    return "+".join(words)


def _sets(term: Term, setting: str, value: Any, kind: str) -> bool:
    return (term.setting, term.value) == (setting, value) and _fits(term, kind)


def _loop_words(loop: Loop, plain: Loop, kind: str) -> list[str]:
    """Returns the nearest whole loop, if the plain one is not nearer, and parts."""
    found = []
    whole = {word: term.value for word, term in TERMS.items() if term.setting == "loop"}
    for word, base in (whole | {"": plain}).items():
        parts = [one for one in PARTS if getattr(loop, one) != getattr(base, one)]
        words = [*filter(None, [word]), *(f"{one}={getattr(loop, one)}" for one in parts)]
        other = base.loader in DECODERS and "loader" in parts  # that it decodes is its name
        fits = all(_fits(TERMS[one], kind) for one in words) and not other
        if fits and base.deterministic == loop.deterministic:
            found.append(words)
    return min(found, key=len)


def canonical(names: Iterable[str], plain: Job) -> tuple[str, ...]:
    """Returns the sides by their canonical names, in order. Raises SideError."""
    found: dict[str, str] = {}
    for name in names:
        side = name_of(job_of(name, plain), plain)
        if side in found:
            raise SideError(f"{name}: is {found[side]} by another name; name it once")
        found[side] = name
    devices = {device_of(side): name for side, name in found.items()}
    for device, name in devices.items():
        if device.endswith(":0") and device[:-2] in devices:
            raise SideError(f"{name}: {device} is {device[:-2]} by another name; write one of them")
    if len(found) > MOST_SIDES:
        raise SideError(f"{name}: one more than {MOST_SIDES} sides")
    return tuple(found)


def axes(names: Iterable[str], plain: Job) -> dict[str, dict[str, Any]]:
    """Returns of every side the settings in which these sides differ, as scalars."""
    jobs = {name: job_of(name, plain) for name in names}
    differing = {
        setting: read
        for setting, read in ((name, attrgetter(SETTINGS[name])) for name in SETTINGS)
        if setting != "loop" and len({read(job) for job in jobs.values()}) > 1
    }
    return {
        name: {setting: read(job) for setting, read in differing.items()}
        for name, job in jobs.items()
    }


def torch_devices(sides: Iterable[str]) -> tuple[str, ...]:
    """Returns the torch devices of sides, each once."""
    return tuple(dict.fromkeys(device for side in sides for device in devices_of(side)))


def plain_sides(sides: Iterable[str]) -> list[str]:
    """Returns the devices that are measured without settings."""
    return [side for side in sides if side == device_of(side)]


def equal_arithmetic(one: str, other: str) -> bool:
    """Whether two sides compute in one number format."""
    formats = ({"bf16", "tf32"}.intersection(side.split("+")) for side in (one, other))
    return next(formats) == next(formats)


def lacks(job: Job, batch_size: int) -> str | None:
    """Says why this machine cannot do a job, as far as it is known beforehand; None: it may."""
    if job.compiled and job.task in (TASKS[DIAGNOSIS], TASKS[DISPATCH]):
        return "what torch.compile has fused cannot be taken apart"
    if job.devices > 1 and job.task != MEASURE:
        return "a step of several processes is not taken apart"
    if batch_size < job.devices:
        return f"batch size {batch_size} is less than a sample for each of {job.devices} devices"
    return lacking(job.malloc) if job.malloc else None
