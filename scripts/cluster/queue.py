"""Jobs in Slurm's queue, or on this machine: submitted, found again, asked for their state."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import psutil

from scripts.cluster import job as by_value
from scripts.cluster.job import Job
from scripts.read.document import ResultError

SLURM, LOCAL = "slurm", "local"
RUNNING = "running"
"""A state, in Slurm's own word."""
MINUTES = 240
"""After which a job is queued again, to go on where it was, unless its options say otherwise."""


@dataclass
class Queue:
    """Where jobs run. `folder` holds their ids and logs, and outlives this process."""

    cluster: str
    folder: Path
    ids: dict[str, str] = field(default_factory=dict)
    """By the names of the jobs."""

    def find(self, jobs: Sequence[Job]) -> None:
        """Finds jobs that were submitted before; raises ResultError for those of other options."""
        for job in jobs:
            known = self._note(job)
            if not known.exists():
                continue
            try:
                noted = json.loads(known.read_text())
            except ValueError:
                raise ResultError(known, "", "is not whole; remove it") from None
            if noted["options"] != list(job.options):
                was = shlex.join(noted["options"]) or "no options"
                raise ResultError("", "--out", f"{self.folder.parent} is of {was}; name another")
            self.ids[job.name] = noted["id"]

    def missing(self, jobs: Sequence[Job]) -> list[Job]:
        """Returns the jobs that neither finished nor wait nor run; ResultError if unknown."""
        left = [job for job in jobs if not job.finished]
        states = self.states() if any(job.name in self.ids for job in left) else {}
        if states is None:
            raise ResultError("", "--cluster", "squeue does not answer; try again, where Slurm is")
        return [job for job in left if self.ids.get(job.name) not in states]

    def submit(self, jobs: Sequence[Job], partition: str, asked: Mapping[str, Any]) -> None:
        """Submits jobs with these options of sbatch, as an array; ResultError if refused."""
        executor = self._executor(partition, asked)
        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a local job inherits that
        try:
            with redirect_stderr(StringIO()), executor.batch():  # the error says it again
                submitted = [executor.submit(job) for job in jobs]
        except self._submitit.core.utils.FailedJobError as error:
            said = str(error).strip().splitlines()[-1]
            said = said.removeprefix("sbatch: ").removeprefix("error: ").removeprefix("fatal: ")
            raise ResultError("", "sbatch", f"{partition}: {said}") from None
        finally:
            signal.signal(signal.SIGINT, heard)
        for job, sent in zip(jobs, submitted, strict=True):
            self.ids[job.name] = sent.job_id
            noted = {"id": sent.job_id, "options": job.options}
            self._note(job).write_text(json.dumps(noted))

    def _note(self, job: Job) -> Path:
        return self.folder / f"{job.name}.json"

    @cached_property
    def _submitit(self) -> Any:
        try:
            import cloudpickle  # noqa: PLC0415 - an optional dependency
            import submitit  # noqa: PLC0415 - likewise
        except ImportError:
            words = "submitit is not installed: uv sync --group cluster, or pip install submitit"
            raise ResultError("", "--cluster", words) from None
        cloudpickle.register_pickle_by_value(by_value)
        return submitit

    def _executor(self, partition: str, asked: Mapping[str, Any]) -> Any:
        submitit = self._submitit
        if self.cluster == LOCAL:
            executor = submitit.LocalExecutor(self.folder)
            executor.update_parameters(timeout_min=MINUTES)
            return executor
        # Without srun: a step of one task would be bound to one core of a node that is ours. Python
        # takes the place of the script's shell, which is what hears that the time is nearly over.
        python = f"exec {shlex.quote(sys.executable)}"
        try:
            executor = submitit.SlurmExecutor(self.folder, python=python)
        except RuntimeError:
            words = (
                "slurm: there is no srun here; start this where Slurm is, or add --cluster local"
            )
            raise ResultError("", "--cluster", words) from None
        executor.update_parameters(
            partition=partition,
            use_srun=False,
            stderr_to_stdout=True,
            additional_parameters={
                "time": MINUTES,
                "signal": "B:USR2@90",
                "requeue": True,
                **asked,
            },
        )
        return executor

    def states(self) -> dict[str, str] | None:
        """Returns the states of the jobs that have not ended, by id; None where nobody tells."""
        if self.cluster == LOCAL:
            alive = filter(_lives, self.ids.values())
            return dict.fromkeys(alive, RUNNING)
        asked = ["squeue", "--me", "--array", "--noheader", "--format=%i %T"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None  # the controller is busy or starts anew: no job has ended by that
        states = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
        return {one: state.strip().lower() for one, state in states.items()}

    def log(self, job: Job) -> Path:
        """Where a job's output goes."""
        return self.folder / f"{self.ids[job.name]}_0_log.out"


def _lives(process: str) -> bool:
    """Whether a process is one of submitit's that has not ended."""
    try:
        return "submitit.local._local" in psutil.Process(int(process)).cmdline()
    except psutil.Error:
        return False
