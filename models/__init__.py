"""WHAT is trained: networks and real data, as workloads. Imports torch only."""

from models.data import describe_repeat, load_dataset, timed_split
from models.define import define
from models.own import OwnError, blaming, load_workload, place_in_own
from models.registry import WORKLOADS
from models.samples import WrongError, data_of
from models.workload import Dataset, Loader, Score, Split, Workload

__all__ = [
    "WORKLOADS",
    "Dataset",
    "Loader",
    "OwnError",
    "Score",
    "Split",
    "Workload",
    "WrongError",
    "blaming",
    "data_of",
    "define",
    "describe_repeat",
    "load_dataset",
    "load_workload",
    "place_in_own",
    "timed_split",
]
