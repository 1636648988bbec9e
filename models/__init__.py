"""WHAT is trained: networks and real data, as workloads. Imports torch only."""

from models.data import describe_repeat, load_dataset, timed_split
from models.define import define
from models.registry import WORKLOADS
from models.workload import Dataset, Score, Split, Workload

__all__ = [
    "WORKLOADS",
    "Dataset",
    "Score",
    "Split",
    "Workload",
    "define",
    "describe_repeat",
    "load_dataset",
    "timed_split",
]
