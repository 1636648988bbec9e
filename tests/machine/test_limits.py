"""What a container leaves of the machine, by files as Linux has them, and once for real."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.measure.environment import inherited, limit_lines
from bench.measure.host.limits import Limits, held, read_limits
from bench.measure.process import ROOT
from tests.run.typed import STUBBED

MOUNTS = {
    "v2": "30 23 0:26 {root} {at} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
    "cpu": "31 23 0:27 {root} {at}/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
    "memory": "32 23 0:28 {root} {at}/memory rw shared:9 - cgroup cgroup rw,memory",
    "unified": "33 23 0:29 {root} {at}/unified rw - cgroup2 cgroup2 rw",
    "other": "34 23 0:30 / /proc rw - proc proc rw",
}


class Machine:
    """A folder for /proc/self and one for the control groups."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.at = folder / "proc", folder / "cgroup"
        self.proc.mkdir()
        self.at.mkdir()

    def in_groups(self, *groups: str, mounts: str, root: str = "/") -> None:
        (self.proc / "cgroup").write_text("".join(f"{line}\n" for line in groups))
        lines = [MOUNTS[name].format(root=root, at=self.at) for name in ["other", *mounts.split()]]
        (self.proc / "mountinfo").write_text("".join(f"{line}\n" for line in lines))

    def write(self, group: str, **files: str) -> None:
        folder = self.at / group
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text + "\n")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine of 64 cores, 32 of them for this process."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(32)), raising=False)
    monkeypatch.setattr("psutil.cpu_count", lambda logical=True: 64)
    return Machine(tmp_path)


STAT = "usage_usec 5\nnr_periods 100\nnr_throttled {}\nthrottled_usec 7"


def test_without_control_groups_the_affinity_is_what_there_is(made: Machine) -> None:
    limits = read_limits(made.proc)
    assert limits == Limits(tuple(range(32)), None, None)
    assert (limits.cores, limits.threads, held(made.proc)) == (32.0, None, None)


def test_in_a_container_of_version_2_its_own_group_is_the_root(made: Machine) -> None:
    made.in_groups("0::/", mounts="v2")
    made.write("", cpu__max="150000 100000", memory__max="1073741824", cpu__stat=STAT.format(9))
    limits = read_limits(made.proc)
    assert (limits.quota, limits.cores, limits.threads) == (1.5, 1.5, 2)
    assert limits.memory_bytes == 2**30
    assert held(made.proc) == (100, 9)


def test_of_nested_groups_the_tightest_counts(made: Machine) -> None:
    made.in_groups("0::/pod/box/step", mounts="v2")
    made.write("pod", cpu__max="200000 100000", memory__max="max", cpu__stat=STAT.format(50))
    made.write("pod/box", cpu__max="max 100000", memory__max="4096", cpu__stat=STAT.format(99))
    made.write("pod/box/step", cpu__max="400000 100000", memory__max="8192", cpu__stat="broken")
    limits = read_limits(made.proc)
    assert (limits.quota, limits.memory_bytes) == (2.0, 4096)
    assert held(made.proc) == (100, 50)


def test_in_a_container_of_version_1_the_paths_are_those_of_the_host(made: Machine) -> None:
    path = "/docker/0123"
    made.in_groups(
        f"4:memory:{path}", f"3:cpu,cpuacct:{path}", "0::/", mounts="cpu memory", root=path
    )
    made.write("cpu,cpuacct", cpu__cfs_quota_us="50000", cpu__cfs_period_us="100000",
               cpu__stat="nr_periods 10\nnr_throttled 4\nthrottled_time 1")  # fmt: skip
    made.write("memory", memory__limit_in_bytes="2147483648")
    limits = read_limits(made.proc)
    assert (limits.quota, limits.threads, limits.memory_bytes) == (0.5, 1, 2**31)
    assert held(made.proc) == (10, 4)


def test_version_1_tells_a_huge_number_or_minus_one_where_there_is_no_limit(made: Machine) -> None:
    made.in_groups("2:memory:/", "1:cpu:/", "0::/", mounts="unified cpu memory")
    made.write("cpu,cpuacct", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    made.write("memory", memory__limit_in_bytes="9223372036854771712")
    assert read_limits(made.proc) == Limits(tuple(range(32)), None, None)


def test_a_quota_above_our_cores_limits_nothing(made: Machine) -> None:
    made.in_groups("0::/", mounts="v2")
    made.write("", cpu__max="6400000 100000")
    assert read_limits(made.proc).quota is None


@pytest.mark.parametrize("broken", ["", "nonsense", "max", "-1 -1", "1 0", "\x00"])
def test_files_that_make_no_sense_are_no_limit(made: Machine, broken: str) -> None:
    made.in_groups("0::/a", "garbage", mounts="v2")
    assert read_limits(made.proc).quota is None
    made.in_groups("0::/a", mounts="v2")
    made.write("a", cpu__max=broken, memory__max=broken, cpu__stat=broken)
    assert read_limits(made.proc) == Limits(tuple(range(32)), None, None)
    assert held(made.proc) is None


def test_torchs_own_threads_follow_the_quota_unless_somebody_named_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    granted = Limits(tuple(range(8)), 2.5, None)
    monkeypatch.setattr("bench.measure.environment.read_limits", lambda: granted)
    monkeypatch.setattr("psutil.cpu_count", lambda logical=True: 8)
    assert inherited()["OMP_NUM_THREADS"] == inherited()["MKL_NUM_THREADS"] == "3"
    (line,) = limit_lines()
    assert line == "this container has 2.5 of 8 cores' time: torch's own number of threads is 3"
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert inherited()["OMP_NUM_THREADS"] == "5"
    assert "MKL_NUM_THREADS" not in inherited()
    assert limit_lines() == ["this container has 2.5 of 8 cores' time"]
    monkeypatch.setattr("psutil.cpu_count", lambda logical=True: 2)  # of a core's two threads one
    assert limit_lines() == []


@pytest.fixture
def group() -> Iterator[Path]:
    """A real control group with a quota of one core, whichever version; skips without the right."""
    name = f"crossover-test-{os.getpid()}"
    version_1 = Path("/sys/fs/cgroup/cpu")
    folder = (version_1 if version_1.is_dir() else Path("/sys/fs/cgroup")) / name
    try:
        folder.mkdir()
        if version_1.is_dir():
            (folder / "cpu.cfs_period_us").write_text("100000")
            (folder / "cpu.cfs_quota_us").write_text("100000")
        else:
            (folder / "cpu.max").write_text("100000 100000")
    except OSError as error:
        if folder.is_dir():
            folder.rmdir()
        pytest.skip(f"no control group can be made here: {error}")
    yield folder
    folder.rmdir()


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core is what there is anyway")
def test_in_a_real_quota_of_one_core_there_is_one_thread_and_the_run_says_so(
    group: Path, tmp_path: Path
) -> None:
    path = tmp_path / "box.json"
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "bench"]
    command += ["--workloads", "mlp", "--batch-sizes", "64", "--epochs", "1", "--samples", "128"]
    command += ["--devices", "cpu", "--blocks", "1", "--busy-ok", "--benchmark-json", str(path)]
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}

    def enter() -> None:
        (group / "cgroup.procs").write_text(str(os.getpid()))

    done = subprocess.run(
        command, cwd=ROOT, env=environment, preexec_fn=enter, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "cores' time: torch's own number of threads is 1" in done.stdout
    content = json.loads(path.read_text())
    machine, own = content["machine_info"]["crossover"], content["crossover"]
    assert machine["container_limit"]["cpus"] == machine["cores_usable"] == 1.0
    assert machine["torch_threads"] == 1
    assert {process["threads"] for process in own["processes"]} == {1}
    (first, *_) = own["blocks"]
    assert first["others_share"] is None
    assert 0.0 <= first["held_share"] <= 1.0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare")
def test_where_the_kernels_counters_are_denied_a_run_measures_without_them(tmp_path: Path) -> None:
    path, empty = tmp_path / "box.json", tmp_path / "denied"
    empty.mkdir()
    hidden = ("/proc/stat", "/proc/vmstat", "/proc/loadavg", "/proc/cpuinfo", "/proc/meminfo")
    (empty / "file").touch()
    binds = "; ".join(f"mount --bind {empty / 'file'} {name}" for name in hidden)
    run = " ".join(
        [sys.executable, "-m", "pytest", *STUBBED, "bench", "--workloads", "mlp", "--devices",
         "cpu", "--batch-sizes", "8", "--blocks", "1", "--benchmark-json", str(path)]
    )  # fmt: skip
    script = f"set -e; {binds}; exec {run}"
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    possible = subprocess.run(
        ["unshare", *user, "--mount", "true"], capture_output=True, check=False
    )
    if possible.returncode != 0:
        pytest.skip("no namespace can be made here")
    done = subprocess.run(
        ["unshare", *user, "--mount", "bash", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout
    content = json.loads(path.read_text())
    (block,) = content["crossover"]["blocks"]
    assert block["others_share"] is None
    assert block["steal_share"] is None
    assert block["swapped_bytes"] is None
    assert block["suspect"] == []
    assert content["crossover"]["complete"] is True
