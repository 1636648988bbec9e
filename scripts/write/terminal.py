"""The report on the terminal: warnings first, then an answer and two small tables a device pair."""

from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.judge.derived_errors import derived_errors
from scripts.judge.verdicts import WORDS
from scripts.read.text import counted, seconds_in_words
from scripts.tables.analysis import Analysis, Pair
from scripts.words import verdicts as words
from scripts.words.derived import MARK, derived_line, errors_line
from scripts.words.fits import estimate_words, fit_lines
from scripts.words.noise import noise_lines
from scripts.words.why import sum_line, why_lines
from scripts.write.collection import show_collection

MOST_WARNINGS = 50


def show(analysis: Analysis, console: Console) -> None:
    """Prints the whole summary."""
    for warning in warnings(analysis):
        console.print(Text(f"Warning: {warning}", style="bold red"))
    if analysis.many:
        show_collection(analysis, console)
        return
    for file in analysis.results.files.to_dict("records"):
        _show_machine(analysis, file, console)


def warnings(analysis: Analysis) -> list[str]:
    """What a reader must know before any figure: files cut short, cells without a verdict."""
    lines = []
    cells = analysis.verdicts["file"].value_counts()
    withheld = analysis.verdicts[analysis.verdicts["verdict"] == "suspect"]
    reasons_of = {file: own["reason"] for file, own in withheld.groupby("file")}
    for file in analysis.results.files.to_dict("records"):
        if not file["complete"]:
            known = f"{file['measured_cells']} of {file['planned']} cells measured"
            lines.append(f"{file['machine']}: the run was cut short ({known})")
        if file["file"] in reasons_of:
            texts = reasons_of[file["file"]]
            reasons = sorted({reason for text in texts for reason in text.split("; ")})
            more = f" and {len(reasons) - 3} more reasons" if len(reasons) > 3 else ""
            verdicts = counted(int(cells[file["file"]]), "verdict")
            count = f"{len(texts)} of {verdicts} withheld as suspect"
            lines.append(f"{file['machine']}: {count}: {'; '.join(reasons[:3])}{more}")
    further = len(lines) - MOST_WARNINGS
    words = f"{further} more files were cut short or have verdicts withheld: see verdicts.csv"
    return [*lines[:MOST_WARNINGS], words] if further > 0 else lines


def _show_machine(analysis: Analysis, file: dict[Any, Any], console: Console) -> None:
    own = analysis.verdicts[analysis.verdicts["file"] == file["file"]]
    console.print()
    console.print(Text(file["machine"], style="bold underline"))
    console.print(
        Text(
            f"{file['cpu']}; {file['os']}; Python {file['python']}, torch {file['torch']}, "
            f"{file['precision']}; "
            f"{counted(file['measured_cells'], 'cell')} measured, {file['absent_cells']} absent"
        )
    )
    if file["accelerator_note"]:
        console.print(Text(file["accelerator_note"]))
    for line in _headlines(analysis, file["file"], own):
        console.print(Text(line, style="bold"))
    rounds, most = analysis.in_file(file["file"], analysis.rounds), file["measured_epochs"]
    if line := derived_line(rounds, measured_epochs=most):
        console.print(Text(line))
    if line := errors_line(derived_errors(rounds)):
        console.print(Text(line))
    for line in noise_lines(rounds, own, analysis.in_file(file["file"], analysis.repeats)):
        console.print(Text(line))
    if len(own):
        console.print(Text(words.sure_words(own)))
    if line := sum_line(analysis.causes[analysis.causes["file"] == file["file"]]):
        console.print(Text(line))
    for pair in analysis.pairs(file["file"]):
        _show_pair(analysis, pair, console)


def _headlines(analysis: Analysis, file: str, verdicts: pd.DataFrame) -> list[str]:
    """A sentence a device pair, or why there is none."""
    rounds = analysis.rounds
    if verdicts.empty and (rounds.loc[rounds["file"] == file, "device"] == "cpu").any():
        return ["No accelerator was measured: these are the CPU's times alone."]
    if verdicts.empty:
        return ["The CPU was not measured: there is nothing to compare with."]
    lines = {}
    for pair in analysis.pairs(file):
        same = (verdicts["device"] == pair.device) & (verdicts["threads"] == pair.threads)
        lines[pair.device, pair.threads] = words.headline(pair.label, pair.cpu, verdicts[same])
    return list(lines.values())


def _show_pair(analysis: Analysis, pair: Pair, console: Console) -> None:
    console.print()
    console.print(Text(pair.title, style="bold"))
    cells, curves = analysis.of(pair, analysis.verdicts), analysis.of(pair, analysis.crossovers)
    if len(cells):
        warm = curves[curves["scope"] == "warm"].iloc[0]
        answer = words.answer(cells, curves)
        console.print(Text(" ".join(filter(None, [answer, estimate_words(warm)]))))
    if (~cells["verdict"].isin(words.NOT_COMPARED)).any():
        console.print(_counts_table(cells, curves))
        console.print(_batch_table(cells, analysis.of(pair, analysis.break_even)))
    else:
        console.print(_seconds_table(analysis.rounds_of(pair)))
    rounds, fits = analysis.rounds_of(pair), analysis.fits_of(pair)
    for line in fit_lines(rounds, fits, device=pair.device, threads=pair.threads):
        console.print(Text(line))
    for device in dict.fromkeys(filter(None, (pair.device, "cpu"))):
        for line in why_lines(analysis.studies(pair, device)):
            console.print(Text(f"{device}: {line}"))
    for line in words.absences(analysis.rounds_of(pair)):
        console.print(Text(f"not measured: {line}", style="dim"))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="italic", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="left" if name in _LEFT else "right", overflow="fold")
    return table


_STYLES = {"gpu slower": "yellow", "gpu faster": "blue", "too close": "", "suspect": "bold red"}
_LEFT = ("", "crossover batch size", "warm: GPU / CPU seconds", "verdict", "break-even epochs")


def _counts_table(cells: pd.DataFrame, curves: pd.DataFrame) -> Table:
    """A row a curve: how many cells have which verdict, and where the curve crosses."""
    present = [word for word in WORDS if (cells["verdict"] == word).any()]
    table = _table("", *present, "crossover batch size")
    for curve in curves.to_dict("records"):
        warm = curve["scope"] == "warm"
        own = cells[cells["epochs"].isna() if warm else cells["epochs"] == curve["epochs"]]
        counts = own["verdict"].value_counts()
        derived = " (derived)" if curve["derived"] else ""
        name = "warm" if warm else counted(curve["epochs"], "epoch") + derived
        numbers = [str(counts.get(word, 0)) for word in present]
        table.add_row(name, *numbers, words.crossover_words(curve))
    return table


def _batch_table(cells: pd.DataFrame, break_even: pd.DataFrame) -> Table:
    """A row a batch size: the warm ratio with its verdict, and break-even."""
    table = _table("batch size", "warm: GPU / CPU seconds", "verdict", "break-even epochs")
    warm = cells[cells["scope"] == "warm"].merge(
        break_even[["batch_size", "kind", "epochs", "lower", "upper"]],
        on="batch_size", suffixes=("_cell", ""),
    )  # fmt: skip
    for row in warm.to_dict("records"):
        even = words.break_even_words(row)
        table.add_row(
            str(row["batch_size"]), words.ratio_words(row), _verdict(row["verdict"]), Text(even)
        )
    return table


def _verdict(word: str) -> Text:
    return Text(word, style=_STYLES.get(word, "dim"))


def _seconds_table(rounds: pd.DataFrame) -> Table:
    """A row a device and batch size: step, samples a second, totals."""
    known = rounds.drop_duplicates("epochs").sort_values("epochs")
    epochs = known["epochs"].tolist()
    names = [
        counted(number, "epoch") + MARK * derived
        for number, derived in zip(epochs, known["derived"], strict=True)
    ]
    table = _table("", "batch size", "step", "samples a second", *names)
    measured = rounds[rounds["block"].notna()]
    for (label, size), own in measured.groupby(["label", "batch_size"]):
        totals = own.groupby("epochs")["total_seconds"].median()
        table.add_row(
            Text(str(label)), str(size), seconds_in_words(own["step_seconds"].median()),
            f"{own['samples_a_second'].median():,.0f}",
            *[seconds_in_words(totals[n]) if n in totals else "" for n in epochs],
        )  # fmt: skip
    return table
