"""A workload out of anybody's file: `my_network.py:make`, and whose fault it is when it fails."""

import ast
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

import torch
from torch import nn

from models.registry import WORKLOADS
from models.samples import ByName, WrongError, data_of
from models.workload import Workload

SEED = 0
"""Of what make() draws, in every process alike."""
LOADED: set[str] = set()
"""The files whose functions this process has called."""
_HAS_TO = (
    "it has to return network, inputs, targets, loss; network, dataset, loss; or a models.Workload"
)
ROOT = Path(__file__).resolve().parents[1]


class OwnError(Exception):
    """What is wrong in somebody's file, in one line that names the file and the line."""


@dataclass
class Remade:
    """The network of a make(), with other weights where torch has another seed: made again."""

    make: Callable[[], nn.Module]
    network: nn.Module
    seed: int = SEED

    def __call__(self) -> nn.Module:
        """Return a network of its own."""
        if (seed := torch.initial_seed()) != self.seed:
            with as_it_was():
                self.network, self.seed = self.make(), seed
        return deepcopy(self.network)


def load_workload(reference: str, most: int | None = None) -> Workload:
    """Return a workload by its name, or that of a file by `path.py:function`, its data read.

    `most`: of a Dataset or DataLoader only so many samples.

    Raises:
        ValueError: there is no workload of this name.
        OwnError: the file or its function fails, or makes no workload.
    """
    if reference in WORKLOADS:
        return WORKLOADS[reference]
    if ":" not in reference:
        raise ValueError(f"no workload {reference!r}: choose from {', '.join(WORKLOADS)}")
    return _load(reference, most)


@cache
def _load(reference: str, most: int | None) -> Workload:
    path, function = parts_of(reference)
    with blaming(reference), as_it_was():
        make = _function(_module(path), function)
        LOADED.add(str(path))
        seed_everything()
        made = _workload(make(), make)
        data = data_of(made, most)
        data = replace(data, name=path.name, source="its own")
        build = made.build
        if data.names:
            build = partial(_by_name, build, data.names)
        return replace(
            made,
            build=build,
            dataset=data,
            held_out=None,
            description=made.description or _first_line(path) or path.stem,
        )


@contextmanager
def as_it_was() -> Iterator[None]:
    """Set back what somebody's file sets of torch: threads, algorithms and checks are the run's."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    searching, checking = torch.backends.cudnn.benchmark, torch.is_anomaly_enabled()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict)
        torch.backends.cudnn.benchmark = searching
        torch.autograd.set_detect_anomaly(checking)


def _by_name(build: Callable[[], nn.Module], names: tuple[str, ...]) -> nn.Module:
    return ByName(build(), names)


def parts_of(reference: str) -> tuple[Path, str]:
    """Return the file and the function of `path.py:function`."""
    path, _, function = reference.rpartition(":")
    return Path(path), function


def seed_everything() -> None:
    """Seed what a make() may draw from."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(SEED)


def _module(path: Path) -> ModuleType:
    """Run a file as a module; its neighbours can be imported, and it by a DataLoader's workers."""
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.append(folder)
    name = path.stem if path.stem not in sys.modules else f"own_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WrongError("is no Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _function(module: ModuleType, name: str) -> Callable[[], Any]:
    make = getattr(module, name, None)
    if not callable(make):
        raise WrongError(f"has no function {name}")
    found: Callable[[], Any] = make
    return found


def _workload(made: Any, make: Callable[[], Any]) -> Workload:
    if isinstance(made, Workload):
        if isinstance(made.build, nn.Module):
            raise WrongError("gives a network as build; give what makes one, as build=Net")
        return made
    if not isinstance(made, tuple) or len(made) not in (3, 4):
        what = (
            f"{len(made)} values"
            if isinstance(made, tuple)
            else f"one of type {type(made).__name__}"
        )
        raise WrongError(f"returns {what}; {_HAS_TO}")
    network, *data, loss = made
    if not isinstance(network, nn.Module):
        raise WrongError(
            f"returns a network of type {type(network).__name__}, no nn.Module; {_HAS_TO}"
        )
    if not callable(loss):
        raise WrongError(
            f"returns a loss of type {type(loss).__name__}, which cannot be called; {_HAS_TO}"
        )
    build = Remade(partial(_network_of, make), network)
    return Workload(build, data[0] if len(data) == 1 else tuple(data), loss)


def _network_of(make: Callable[[], Any]) -> nn.Module:
    network: nn.Module = make()[0]
    return network


@contextmanager
def blaming(reference: str) -> Iterator[None]:
    """Turn whatever is raised inside into an OwnError that names the user's file and line."""
    try:
        yield
    except OwnError:
        raise
    except (Exception, SystemExit) as error:
        raise OwnError(_blame(error, reference)) from error


def _blame(error: BaseException, reference: str) -> str:
    path, function = parts_of(reference)
    where, line = "", None
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line, said = error.lineno, f"{type(error).__name__}: {error.msg}"
    else:
        frames = [one for one in extract_tb(error.__traceback__) if one.filename == str(path)]
        if frames:
            line, name = frames[-1].lineno, frames[-1].name
            where = "" if name == "<module>" else f", in {name}"
        lines = [one.strip() for one in str(error).splitlines() if one.strip()]
        said = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        if isinstance(error, SystemExit):
            said = f"it ended the process with sys.exit({error.code!r})"
        elif isinstance(error, WrongError):
            said = str(error)
        if line is None:
            line, where = _line_of(path, function), f", in {function}"
    told = [said[:300], *_mends(error), *getattr(error, "__notes__", ())]
    return f"{path}:{line or 1}{where}: {'; '.join(told)}"


def _mends(error: BaseException) -> Iterator[str]:
    """Yield the way out of what Python alone has no advice for."""
    if isinstance(error, ImportError) and "relative import" in str(error):
        yield "import a file beside this one without the dot"
    if isinstance(error, FileNotFoundError):
        yield f"paths begin at {ROOT}; that of this file is Path(__file__).parent"


def place_in_own(error: BaseException) -> str:
    """Return where in somebody's own file an error came from: `net.py:12: `, or nothing."""
    frames = [one for one in extract_tb(error.__traceback__) if one.filename in LOADED]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""


def _line_of(path: Path, function: str) -> int | None:
    """Return where a function begins; None where it does not."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None
    found = (one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == function)
    return next((one.lineno for one in found), None)


def _first_line(path: Path) -> str:
    """Return the first line of a file's docstring."""
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]
