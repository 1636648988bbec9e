"""A Slurm of three nodes on this host, for tests: on loopback only, and it ends with them."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

TOOLS = ("munged", "slurmctld", "slurmd", "sbatch")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
WAIT_SECONDS = 120.0
CONFIGURATION = """\
ClusterName=crossover
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthType=auth/munge
AuthInfo=socket={root}/munge.socket
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool-%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd-%n.pid
SlurmctldLogFile={root}/slurmctld.log
SlurmdLogFile={root}/slurmd-%n.log
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
ReturnToService=2
SlurmdTimeout=5
KillWait=2
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
NodeName=n3 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[3]} CPUs=1
PartitionName=fast Nodes=n1 Default=YES
PartitionName=slow Nodes=n2,n3
"""


def lacking() -> list[str]:
    """What is not installed of what a Slurm of one's own needs."""
    return [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]


@dataclass
class Slurm:
    """A running Slurm; `nodes` are the processes of its nodes."""

    root: Path
    environment: dict[str, str]
    nodes: dict[str, psutil.Popen] = field(default_factory=dict)

    def ask(self, *command: str) -> str:
        """What one of Slurm's commands answers."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout.strip()

    def state(self, node: str) -> str:
        """What the controller says of a node."""
        with suppress(subprocess.CalledProcessError):  # it only starts
            return self.ask("sinfo", "--noheader", f"--nodes={node}", "--format=%T")
        return ""

    def lose_node(self, name: str, job: str) -> None:
        """Ends a node by its pid, and what of a job ran there, as a power cut does."""
        for process in [self.nodes[name], *self._of_job(job)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.nodes[name].wait()
        self.wait(lambda: self.state(name).startswith("down"))
        del self.nodes[name]

    def _of_job(self, job: str) -> list[psutil.Process]:
        """The processes of this Slurm's job: its environment names both."""
        mine = {"SLURM_CONF": self.environment["SLURM_CONF"], "SLURM_JOB_ID": job}
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if mine.items() <= process.environ().items():
                    found.append(process)
        above = [parent for one in found if (parent := one.parent())]
        return [one for one in above if one.name().startswith("slurmstepd")] + found

    def wait(self, true: Callable[[], object]) -> None:
        """Returns when something is true; fails where it does not come to be."""
        until = time.monotonic() + WAIT_SECONDS
        while not true():
            assert time.monotonic() < until, self._logs()
            time.sleep(0.1)

    def _logs(self) -> str:
        return "\n".join(log.read_text()[-2000:] for log in self.root.glob("*.log"))

    def _daemon(self, *command: str) -> psutil.Popen:
        with (self.root / f"{command[0]}.out").open("ab") as out:
            return psutil.Popen(command, env=self.environment, stdout=out, stderr=out)


@contextmanager
def running(root: Path) -> Iterator[Slurm]:
    """A Slurm of two kinds of node, a partition each: `fast` has one, `slow` has two."""
    slurm = Slurm(root, dict(os.environ) | {"SLURM_CONF": f"{root}/slurm.conf", "PATH": PATH})
    (root / "state").mkdir()
    (root / "munge.key").write_bytes(os.urandom(128))
    (root / "munge.key").chmod(0o400)
    facts = {"host": socket.gethostname().split(".")[0], "user": getpass.getuser()}
    text = CONFIGURATION.format(root=root, ports=_free_ports(4), **facts)
    (root / "slurm.conf").write_text(text)
    files = {"key-file": "munge.key", "pid-file": "munge.pid", "log-file": "munge.log"}
    files |= {"socket": "munge.socket", "seed-file": "munge.seed"}
    options = [f"--{name}={root / file}" for name, file in files.items()]
    with ExitStack() as daemons:
        for command in (["munged", "--foreground", "--force", *options], ["slurmctld", "-D", "-i"]):
            daemon = slurm._daemon(*command)
            daemons.callback(_end, daemon)
            if command[0] == "munged":
                slurm.wait((root / "munge.socket").exists)
        slurm.wait(lambda: slurm.state("n1"))
        for name in ("n1", "n2", "n3"):
            slurm.nodes[name] = slurm._daemon("slurmd", "-D", "-N", name)
            daemons.callback(_end, slurm.nodes[name])
        slurm.wait(lambda: all(slurm.state(name) == "idle" for name in slurm.nodes))
        yield slurm
        slurm.ask("scancel", "--me")
        slurm.wait(lambda: not slurm.ask("squeue", "--noheader"))


def _end(process: psutil.Popen) -> None:
    """Ends one of our daemons."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(10)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
