"""The last words of a learning run: epochs to the target, what was not reached, what to type."""

from statistics import median

from rich.console import Console
from rich.table import Table

from bench.console.say import say_next
from bench.learning.run import LearnRun, NotReached


def print_learn_summary(run: LearnRun, console: Console) -> None:
    """Prints a table of epochs to the target for every workload, and what to type next."""
    assert run.facts is not None  # noqa: S101 - the caller asked
    for workload, target in run.facts.targets.items():
        metric = run.facts.workloads[workload]["goal_metric"].replace("_", " ")
        console.print(_table(run, workload, f"{workload}: epochs to {metric} {target:g}"))
    read = f"python scripts/advise.py {run.path} results/*.json --workload NAME"
    say_next(run, console, figure="run", done="trained", command=read)


def _table(run: LearnRun, workload: str, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("batch size", "optimiser", "learning rate", "epochs", "seeds"):
        table.add_column(name, justify="right")
    for cell in run.cells:
        if cell.workload != workload:
            continue
        outcome = run.outcome(cell)
        if isinstance(outcome, NotReached):
            words = ("", outcome.reason, "")
        else:
            spread = f"{median(outcome.epochs):.3g}"
            spread += f" [{min(outcome.epochs):.3g}, {max(outcome.epochs):.3g}]"
            words = (f"{outcome.learning_rate:g}", spread, str(len(outcome.epochs)))
        table.add_row(str(cell.batch_size), cell.optimizer, *words)
    return table
