"""What a worker does at each batch size, by the task of its job. Imports torch."""

from collections.abc import Callable
from pkgutil import resolve_name

from bench.answer import Diagnosis, Dispatch, Epochs, Peaks
from bench.job import Job
from bench.train.device import first_line
from bench.train.errors import classify, is_of_compiling
from bench.train.trainer import Trainer

Figures = Epochs | Diagnosis | Dispatch | Peaks
Work = Callable[[Trainer, int], Figures]


def work_of(job: Job) -> Work:
    """Returns the function that answers for a batch size of an open trainer."""
    work: Work = resolve_name(job.task)  # what a worker does not need it does not import
    return _compiling(work) if job.compiled else work


def _compiling(work: Work) -> Work:
    """The same; what torch.compile cannot do on this machine is unsupported, not a failure."""

    def compiled(trainer: Trainer, batch_size: int) -> Figures:
        try:
            return work(trainer, batch_size)
        except Exception as error:
            if not is_of_compiling(error):
                raise
            cause = getattr(error, "inner_exception", error)
            if classify(cause)[0] == "oom":
                raise cause from None
            raise NotImplementedError(f"torch.compile: {first_line(cause)}") from error

    return compiled
