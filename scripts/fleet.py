"""One run per kind of node of a Slurm cluster, then all of them side by side.

python scripts/fleet.py --partitions a100,v100,cpu --out results/fleet [options of pytest bench]

Each kind is one job that has its node to itself. With --learning each cell is a job of an array.
Ctrl-C leaves the jobs running. The same command again finds them, and submits those anew that
ended unfinished: they go on from their journals.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a file: make `scripts` importable instead of its folder
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import scripts  # noqa: F401 - names the backend before matplotlib is imported

from scripts import report
from scripts.cluster.gather import gathered
from scripts.cluster.job import Job
from scripts.cluster.plan import LEARNED, batches_of, cells_of, kinds_of
from scripts.cluster.queue import LOCAL, SLURM, Queue
from scripts.cluster.watch import watch
from scripts.door import answered
from scripts.options import new_parser, place
from scripts.read.document import ResultError
from scripts.write.folder import write_whole
from scripts.write.say import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Submits, waits and reports; 2 and one line on stderr for what is refused or unfinished."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options, typed = _parser().parse_known_args(given)
    command = shlex.join(["python", "scripts/fleet.py", *given])
    return answered(lambda: _fleet(options, typed, command))


def _fleet(options: argparse.Namespace, typed: list[str], command: str) -> None:
    try:
        options.out = options.out.resolve()
    except (OSError, RuntimeError) as error:  # no folder is here any more; links in a circle
        raise ResultError(options.out, "", f"cannot be used: {error}; name another place") from None
    kinds, cells = kinds_of(options.partitions, options.slurm), cells_of(typed)
    if options.cluster == LOCAL and cells:
        raise ResultError("", "--cluster", "local: nothing queues here; use `pytest bench`")
    if options.cluster == LOCAL and len(kinds) > 1:
        raise ResultError("", "--partitions", "this machine is one kind of node; name one")
    batches = batches_of(kinds, cells, typed, options.out)
    jobs = [job for batch in batches for job in batch.jobs]
    queue = Queue(options.cluster, options.out / "jobs")
    queue.find(jobs)
    for batch in batches:
        if missing := queue.missing(batch.jobs):
            queue.submit(missing, batch.partition, batch.asked)
    try:
        for line in watch(queue, jobs):
            print(line, flush=True)
    except KeyboardInterrupt:
        say(["the jobs go on; the same command, typed again, finds them"])
        raise
    _conclude(jobs, options.out, command if cells else None)


def _conclude(jobs: list[Job], out: Path, learning: str | None) -> None:
    """Reports on what is finished; raises ResultError where something is not."""
    done = [job.result for job in jobs if job.finished]
    left = len(jobs) - len(done)
    if learning and not left:
        whole = json.dumps(gathered(done, command=learning), indent=1).encode()
        write_whole(out / LEARNED, whole)
        done = [out / LEARNED]
    if done and not (learning and left):
        report.main([*map(str, done), "--out", str(out / "report")])
    if left:
        words = "ended unfinished; the same command lets them go on from their journals"
        raise ResultError("", "", f"{left} of {len(jobs)} jobs {words}")


def _parser() -> argparse.ArgumentParser:
    parser = new_parser(__doc__, abbreviated=False)  # what is not ours is pytest's
    parser.add_argument(
        "--partitions",
        required=True,
        metavar="KIND,...",
        help="kinds of node: a partition, or NAME@PARTITION; the name is the machine's in reports",
    )
    parser.add_argument(
        "--slurm",
        action="append",
        default=[],
        metavar="[KIND:]OPTION=VALUE",
        help="an option of sbatch, of all jobs or of one kind: account=me, a100:gres=gpu:a100:1,\n"
        "v100:constraint=v100, time=60 (minutes, after which a job is queued again)",
    )
    parser.add_argument(
        "--out",
        type=place,
        default=Path("results/fleet"),
        help="folder of results, logs and report, which all nodes see (default: results/fleet)",
    )
    parser.add_argument(
        "--cluster",
        choices=(SLURM, LOCAL),
        default=SLURM,
        help="local: the same path on this machine, without Slurm",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
