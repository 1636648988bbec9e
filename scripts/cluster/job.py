"""What a job does on its node: `pytest bench`, from its journal where it was ended before.

It is pickled by value: a node needs this clone's folder and its environment, nothing else.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parents[2] / "bench"
WIDE = "200"
"""Columns of a job's log: a line of progress stays one."""
CARDS = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True)
class Job:
    """A run with a result file of its own: `what` is trained there, with these options.

    `folder` is where they were typed, `cards` what CUDA may see there.
    """

    name: str
    result: Path
    what: str
    options: tuple[str, ...]
    folder: Path
    cards: str | None = field(default_factory=lambda: os.environ.get(CARDS))

    @property
    def journal(self) -> Path:
        """Where the run's journal lies until its result is whole."""
        return self.result.with_name(f"{self.result.stem}.journal.jsonl")

    @property
    def finished(self) -> bool:
        """Whether the result is whole."""
        return self.result.exists() and not self.journal.exists()

    def __call__(self) -> int:
        """Measures or trains what is missing and returns pytest's exit status.

        A journal may be of another node of the same kind, which counts as the same machine. The run
        has a session of its own: where it is local, a Ctrl-C is not meant for it.
        """
        if self.finished:
            return 0  # its node was lost after the last line
        again = ["--resume", "--same-machine"] if self.journal.exists() else []
        options = [*self.options, "--benchmark-json", str(self.result), *again]
        command = [sys.executable, "-m", "pytest", self.what, *options]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), start_new_session=True, check=False
        )
        return done.returncode

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, "COLUMNS": WIDE}
        if environment.get("SUBMITIT_EXECUTOR") == "local":  # which hides all cards
            del environment[CARDS]
            environment |= {CARDS: self.cards} if self.cards is not None else {}
        return environment

    def checkpoint(self) -> Any:
        """Returns what submitit queues again before the time is over: the same job."""
        from submitit.helpers import DelayedSubmission  # noqa: PLC0415 - needed on a node only

        return DelayedSubmission(self)
