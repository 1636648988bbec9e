"""Findings of a comparison on the terminal: upgrades, moved crossovers, cost to a target."""

import pandas as pd
from rich.console import Console
from rich.text import Text

from scripts.machines.shift import base_curves
from scripts.machines.upgrade import changed as changes
from scripts.words.learning import cost_text, setting_text, time_text
from scripts.words.machines import upgrade_words
from scripts.words.verdicts import crossover_words, ratio_words
from scripts.write.comparison import epochs_text, first_rows, new_table, show_table, work_text

MOST_CHANGES = 20
_LEFT = frozenset({"crossover", "base's", "to", "change", "device", "setting", "time"})


def show_upgrades(upgrades: pd.DataFrame, console: Console) -> None:
    """Prints, for the base's hardware with other software, what became slower and what faster."""
    for _machine, own in upgrades.groupby("machine", sort=False):
        console.print(Text(f"\nUpgrade check: {upgrade_words(own)}", style="bold"))
        changed = changes(own)
        if changed.empty:
            continue
        table = new_table("change", "work", "batch size", "epochs", "ratio", left=_LEFT)
        for row in changed.head(MOST_CHANGES).to_dict("records"):
            table.add_row(
                row["change"], work_text(row), str(row["batch_size"]), epochs_text(row),
                ratio_words(row),
            )  # fmt: skip
        console.print(table)
        if len(changed) > MOST_CHANGES:
            more = f"{len(changed) - MOST_CHANGES} more: --out writes all of them to upgrade.csv"
            console.print(Text(more))


def show_moves(moves: pd.DataFrame, console: Console) -> None:
    """Prints where each machine's warm crossover batch size lies against the base's."""
    warm = moves[moves["scope"] == "warm"]
    if warm.empty:
        return
    console.print()
    table = new_table("work", "machine", "crossover", "base's", "to", left=_LEFT)
    table.title = "How the crossover batch size moves, once warm"
    for row, there in zip(first_rows(warm), base_curves(warm), strict=False):
        table.add_row(
            work_text(row), Text(row["machine"]), Text(crossover_words(row)),
            Text(crossover_words(there)), Text(row["moves"]),
        )  # fmt: skip
    show_table(table, warm, console)


def show_costs(costs: pd.DataFrame, console: Console) -> None:
    """Prints time and cost to the target on every device, the cheapest first."""
    if costs.empty:
        return
    console.print()
    table = new_table("work", "machine", "device", "setting", "time", "USD", left=_LEFT)
    table.title = "Time and cost to the target, each device at its soonest setting"
    for row in first_rows(costs):
        table.add_row(
            Text(row["workload"]), Text(row["machine"]), Text(row["label"]),
            Text(setting_text(row)), time_text(row), cost_text(row),
        )  # fmt: skip
    show_table(table, costs, console)
