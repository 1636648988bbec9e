"""What a workload is, as plain values for the record."""

import ast
import hashlib
import inspect
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.own import ROOT, load_workload, parts_of
from models.registry import WORKLOADS
from models.samples import data_of
from models.workload import Split, Workload

LONGEST = 5000
"""Characters of a network's description."""


def define(reference: str, most: int | None = None) -> dict[str, Any]:
    """Describe a workload in JSON scalars: one of `models.own.load_workload`.

    "definition" is 12 hex digits that differ whenever two timings of this name are not of the same
    work: the network's code and parameters, the loss, the shape and type of a sample. Of somebody's
    own file it is the content.
    """
    workload = load_workload(reference, most)
    dataset = data_of(workload)
    with torch.random.fork_rng(devices=[]):  # a look must not move the caller's seed
        network = workload.build()
    return {
        "description": workload.description,
        "network": str(network)[:LONGEST],
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "dataset": dataset.name,
        "dataset_sha256": dataset.sha256,
        "dataset_source": dataset.source,
        "train_samples": dataset.train_samples,
        "held_out_samples": len(dataset.held_out.targets),
        "goal_metric": workload.score.name,
        "goal_better": workload.score.better,
        "goal_unit": workload.score.unit,
        "goal_value": workload.goal,
        "definition": (
            _definition(workload, network, dataset.train)
            if reference in WORKLOADS
            else content_hash(reference)
        ),
    }


def _definition(workload: Workload, network: nn.Module, train: Split) -> str:
    source = Path(inspect.getfile(type(network))).read_text(encoding="utf-8")
    facts = [workload.dataset, workload.loss.__name__, str(network), code_of(source)]
    facts += [f"{name} {tuple(value.shape)}" for name, value in network.named_parameters()]
    tensors = (*train.inputs, train.targets)
    facts += [f"{tensor.dtype} {tuple(tensor.shape[1:])}" for tensor in tensors]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


def code_of(source: str) -> str:
    """Return Python source without its comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return ast.unparse(tree)


def content_hash(reference: str) -> str:
    """Return 12 hex digits of a loaded file's content and of its neighbours that it imported."""
    path, function = parts_of(reference)
    names = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    files = sorted(Path(name) for name in names if name and _is_neighbour(Path(name), path))
    digest = hashlib.sha256(function.encode())
    for file in (path, *files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _is_neighbour(file: Path, path: Path) -> bool:
    """Whether a module's file stands beside or below somebody's own, and is no installed one."""
    apart = {ROOT / "models", ROOT / "bench", Path(sys.prefix), Path(sys.base_prefix)}
    beside = file != path and path.parent in file.parents
    return beside and "site-packages" not in file.parts and not apart.intersection(file.parents)
