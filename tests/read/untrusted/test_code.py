"""Nothing that is read can run: no pickle anywhere, no evaluated text, no unsafe loader."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted(
    path for folder in ("bench", "models", "scripts") for path in (ROOT / folder).rglob("*.py")
)
OWN = {
    "scripts/cluster/queue.py": ["cloudpickle"],
    "scripts/crossover.py": ["pickle", "cloudpickle"],
}
"""What is pickled there are a user's own objects, for processes that this one starts."""
PICKLING = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
EVALUATING = {"eval", "exec", "compile", "__import__"}
UNPICKLING = {"read_pickle", "to_pickle", "full_load", "unsafe_load"}


def faults(source: str) -> list[str]:
    """What in a module would let a file that it reads run code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.split(".")[0] in PICKLING]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLING:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += _call_faults(node)
    return found


def _call_faults(call: ast.Call) -> list[str]:
    given = {word.arg: word.value for word in call.keywords}
    name = ast.unparse(call.func)
    short = name.rpartition(".")[2]
    if name in EVALUATING or short in UNPICKLING:
        return [name]
    if name == "torch.load" and not _is(given.get("weights_only"), True):
        return ["torch.load without weights_only=True"]
    if "allow_pickle" in given and not _is(given["allow_pickle"], False):
        return [f"{name} with allow_pickle"]
    return ["shell=True"] if "shell" in given and not _is(given["shell"], False) else []


def _is(value: ast.expr | None, constant: object) -> bool:
    return isinstance(value, ast.Constant) and value.value is constant


def test_there_is_source_to_look_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == {"bench", "models", "scripts"}
    assert any("json.loads" in path.read_text(encoding="utf-8") for path in SOURCES)


def test_no_module_can_run_what_it_reads() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): faults(path.read_text(encoding="utf-8"))
        for path in SOURCES
    }
    assert {path: names for path, names in found.items() if names} == OWN


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import a, joblib.b",
        "from dill import loads",
        "pd.read_pickle(path)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=chosen)",
        "np.load(path, allow_pickle=True)",
        "eval(text)",
        "exec(text)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_what_would_run_is_found(source: str) -> None:
    assert len(faults(source)) == 1


@pytest.mark.parametrize(
    "source", ["torch.load(path, weights_only=True)", "np.load(path)", "network.eval()", "x.load()"]
)
def test_what_cannot_run_is_left_alone(source: str) -> None:
    assert faults(source) == []
