"""The C allocator of a worker: asked for by variables, read back, and refused where it is not."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import allocators
from bench.allocators import in_force, lacking, name_of, require, variables
from bench.measure.environment import allocator_variables
from bench.measure.process import worker_environment

GLIBC = (in_force() or "").startswith("glibc")


@pytest.fixture(autouse=True)
def _ask_again() -> Iterator[None]:
    allocators._library.cache_clear()
    yield
    allocators._library.cache_clear()


def pretend(
    monkeypatch: pytest.MonkeyPatch, *, runs: str | None, pages: Path | None = None
) -> None:
    monkeypatch.setattr(allocators, "in_force", lambda: runs)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(allocators, "_PAGES", pages or Path("/gone"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("/usr/lib/libtcmalloc_minimal.so.4", "tcmalloc"),
        ("/usr/lib/libjemalloc.so.2", "jemalloc"),
        ("/opt/lib/libmimalloc.so.2.1", "mimalloc"),
        ("/lib/ld-musl-x86_64.so.1", "musl"),
        ("/usr/lib/system/libsystem_malloc.dylib", "macOS"),
        ("/lib/x86_64-linux-gnu/libc.so.6", "glibc 2.31"),
        ("/lib/x86_64-linux-gnu/libc-2.31.so", "glibc 2.31"),
        ("/usr/bin/python3.11", None),
    ],
)
def test_an_allocator_is_known_by_the_file_that_malloc_is_in(
    monkeypatch: pytest.MonkeyPatch, file: str, name: str | None
) -> None:
    monkeypatch.setattr(allocators, "glibc", lambda: "glibc 2.31")
    monkeypatch.delenv("DYLD_INSERT_LIBRARIES", raising=False)
    assert name_of(file) == name


def test_what_may_have_taken_the_place_of_malloc_is_not_called_the_systems_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYLD_INSERT_LIBRARIES", "/opt/libjemalloc.dylib")
    assert name_of("/usr/lib/system/libsystem_malloc.dylib") is None
    monkeypatch.setattr(allocators, "glibc", lambda: None)
    assert name_of("/lib/libc.so.7") is None  # BSD's, which is no glibc


def test_a_plain_worker_has_the_allocator_of_whoever_started_it() -> None:
    assert variables("", {"LD_PRELOAD": "libtcmalloc.so.4"}) == {}


def test_a_worker_that_keeps_memory_has_three_variables() -> None:
    environment = worker_environment("cpu", 0, "keep")
    assert {name: environment[name] for name in allocators.KEEPING} == {
        "MALLOC_MMAP_THRESHOLD_": "4294967296",
        "MALLOC_TRIM_THRESHOLD_": "8589934592",
        "MALLOC_TOP_PAD_": "268435456",
    }


def test_what_we_set_counts_beside_what_a_person_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocators, "find_library", lambda name: f"lib{name}.so.4")
    own = {"LD_PRELOAD": "libmine.so", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}
    assert variables("tcmalloc", own) == {"LD_PRELOAD": "libtcmalloc_minimal.so.4:libmine.so"}
    assert variables("hugepages", own) == {
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=0:glibc.malloc.hugetlb=1"
    }


def test_the_variables_of_an_allocator_are_recorded_without_what_is_private() -> None:
    known = {"LD_PRELOAD": "/home/ada/libjemalloc.so.2", "MALLOC_CONF": "prof_prefix:/home/ada"}
    known |= {"MALLOC_TOP_PAD_": "1", "OMP_NUM_THREADS": "2", "TCMALLOC_RELEASE_RATE": "0"}
    assert allocator_variables(known) == {
        "LD_PRELOAD": "libjemalloc.so.2",
        "MALLOC_CONF": "set",
        "MALLOC_TOP_PAD_": "1",
        "TCMALLOC_RELEASE_RATE": "0",
    }


@pytest.mark.parametrize("name", ["keep", "hugepages"])
@pytest.mark.parametrize(
    ("runs", "why"),
    [
        ("musl", "this is a setting of glibc's allocator, and musl is in force"),
        (None, "this is a setting of glibc's allocator, and an unknown one is in force"),
        ("glibc 2.31", "this needs glibc 2.35 or newer, here is glibc 2.31"),
    ],
)
def test_a_setting_of_glibc_means_nothing_to_another_allocator_or_to_an_old_one(
    monkeypatch: pytest.MonkeyPatch, name: str, runs: str | None, why: str
) -> None:
    pretend(monkeypatch, runs=runs)
    assert lacking(name) == why


def test_huge_pages_need_a_system_that_has_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pages = tmp_path / "enabled"
    pretend(monkeypatch, runs="glibc 2.36", pages=pages)
    off = f"the system's transparent huge pages are off ({pages})"
    assert lacking("keep") is None
    assert lacking("hugepages") == off
    pages.write_text("always madvise [never]\n")
    assert lacking("hugepages") == off
    pages.write_text("always [madvise] never\n")
    assert lacking("hugepages") is None


def test_an_allocator_that_is_not_installed_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, runs="glibc 2.36")
    monkeypatch.setattr(allocators, "find_library", lambda _name: None)
    assert lacking("tcmalloc") == (
        "no libtcmalloc_minimal is found here: install libtcmalloc-minimal4 on Debian, "
        "gperftools-libs on Fedora"
    )
    allocators._library.cache_clear()
    monkeypatch.setattr(allocators, "find_library", lambda name: f"lib{name}.so.2")
    assert lacking("jemalloc") is None
    monkeypatch.setattr(sys, "platform", "darwin")
    assert lacking("jemalloc") == "allocators are preloaded on Linux only"


@pytest.mark.parametrize(
    ("asked", "found", "said"),
    [
        ("tcmalloc", "glibc 2.36", "asked for tcmalloc, runs glibc 2.36"),
        ("jemalloc", None, "asked for jemalloc, runs an unknown allocator"),
        ("keep", "tcmalloc", "asked for glibc, runs tcmalloc"),
        ("hugepages", "musl", "asked for glibc, runs musl"),
    ],
)
def test_a_process_with_another_allocator_than_was_asked_for_is_an_error(
    asked: str, found: str | None, said: str
) -> None:
    with pytest.raises(RuntimeError, match=f"^{said}$"):
        require(asked, found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", None), ("", "musl"), ("keep", "glibc 2.36"), ("tcmalloc", "tcmalloc")],
)
def test_a_process_with_the_allocator_that_was_asked_for_goes_on(
    asked: str, found: str | None
) -> None:
    require(asked, found)


STEPS = """
import ctypes, resource
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def step():
    block = libc.malloc(64 << 20)
    libc.memset(block, 1, 64 << 20)
    libc.free(block)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3): step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
"""A step that needs 64 MB; prints the page faults of three after the first one."""


@pytest.mark.skipif(not GLIBC or lacking("keep") is not None, reason="needs glibc 2.35")
def test_memory_that_is_kept_is_not_fetched_anew_at_every_step() -> None:
    faults = {
        name: int(
            subprocess.run(
                [sys.executable, "-S", "-c", STEPS],
                env=worker_environment("cpu", 0, name),
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for name in ("", "keep")
    }
    assert faults["keep"] < 10
    assert faults[""] >= 3 * 32  # 32 of the largest pages that a system may use, 16,384 usual ones


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_allocator_in_force_lies_in_a_file_that_this_process_has_mapped() -> None:
    file = allocators._file_of_malloc()
    assert file is not None
    assert str(Path(file).resolve()) in Path("/proc/self/maps").read_text()
