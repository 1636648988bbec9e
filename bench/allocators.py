"""The C allocator of a process: which one is in force, and the variables that ask for another.

Imports no torch. torch keeps a GPU's memory from step to step; the CPU's it leaves to `malloc`.
"""

import ctypes
import os
import sys
from collections.abc import Mapping
from ctypes.util import find_library
from functools import cache
from pathlib import Path

KEEP, HUGE_PAGES = "keep", "hugepages"
KEEPING = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}
"""glibc keeps what is freed: no block of its own for a large tensor, and nothing is given back."""
HUGE_PAGES_TUNABLE = "glibc.malloc.hugetlb=1"
LIBRARIES = {
    "jemalloc": ("jemalloc", "libjemalloc2 on Debian, jemalloc on Fedora"),
    "tcmalloc": ("tcmalloc_minimal", "libtcmalloc-minimal4 on Debian, gperftools-libs on Fedora"),
}
"""What is preloaded, by the allocator's name: its library, and the packages that bring it."""

LEAST_GLIBC = (2, 35)
"""Older ones ignore a threshold above 32 MB, and know no huge pages."""
_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_KNOWN = ("jemalloc", "tcmalloc", "mimalloc", "musl")


class _Symbol(ctypes.Structure):
    """`Dl_info` of the dynamic linker; only the file is read."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


@cache
def in_force() -> str | None:
    """Returns the allocator of this process, e.g. `glibc 2.36` or `tcmalloc`; None: not known."""
    if sys.platform == "win32":
        return "Windows"
    file = _file_of_malloc()
    return name_of(file) if file else None


def _file_of_malloc() -> str | None:
    """Asks the dynamic linker in which file the `malloc` lies that this process calls."""
    try:
        process, found = ctypes.CDLL(None), _Symbol()
        known = process.dladdr(ctypes.cast(process.malloc, ctypes.c_void_p), ctypes.byref(found))
    except (AttributeError, OSError):
        return None
    return os.fsdecode(found.file) if known and found.file else None


def name_of(file: str) -> str | None:
    """Returns the allocator that a library is, by its file's name."""
    library = file.rpartition("/")[2]
    for name in _KNOWN:
        if name in library:
            return name
    if library.startswith(("libc.so", "libc-")):
        return glibc()
    # There another allocator takes malloc's place without its name.
    own = library.startswith("libsystem_malloc") and "DYLD_INSERT_LIBRARIES" not in os.environ
    return "macOS" if own else None


def glibc() -> str | None:
    """Returns `glibc 2.36`, as the C library says; None where it is another one."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError, OSError):
        return None


def variables(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Returns what is to be set beside `environment` for a process with this allocator.

    Of two tunables the last one counts, of two libraries the first one.
    """
    if name == KEEP:
        return dict(KEEPING)
    if name == HUGE_PAGES:
        return {"GLIBC_TUNABLES": _joined(environment.get("GLIBC_TUNABLES"), HUGE_PAGES_TUNABLE)}
    if name:
        return {"LD_PRELOAD": _joined(_library(name), environment.get("LD_PRELOAD"))}
    return {}


def _joined(*values: str | None) -> str:
    return ":".join(filter(None, values))


@cache
def _library(name: str) -> str | None:
    return find_library(LIBRARIES[name][0])


def lacking(name: str) -> str | None:
    """Says why this machine has no such allocator; None where it has."""
    if name in LIBRARIES:
        library, packages = LIBRARIES[name]
        if sys.platform != "linux":
            return "allocators are preloaded on Linux only"
        return None if _library(name) else f"no lib{library} is found here: install {packages}"
    found = in_force() or "an unknown one"
    if not found.startswith("glibc "):
        return f"this is a setting of glibc's allocator, and {found} is in force"
    if _version(found) < LEAST_GLIBC:
        return f"this needs glibc 2.35 or newer, here is {found}"
    return None if name == KEEP else _without_huge_pages()


def _version(allocator: str) -> tuple[int, ...]:
    digits = allocator.partition(" ")[2].split(".")
    return tuple(int(part) for part in digits if part.isdecimal())


def _without_huge_pages() -> str | None:
    try:
        off = "[never]" in _PAGES.read_text()
    except OSError:
        off = True
    return f"the system's transparent huge pages are off ({_PAGES})" if off else None


def require(asked: str, found: str | None) -> None:
    """Raises RuntimeError where a process runs with another allocator than its job asks for."""
    wanted = asked if asked in LIBRARIES else "glibc"
    if asked and not (found or "").startswith(wanted):
        raise RuntimeError(f"asked for {wanted}, runs {found or 'an unknown allocator'}")
