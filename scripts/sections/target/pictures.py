"""The pictures about learning: epochs, rates, curves, descent and times to the target."""

from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd

from scripts.figures.style import Drawing
from scripts.figures.target.curves import curves_figure
from scripts.figures.target.descent import descent_figure, descents
from scripts.figures.target.epochs import epochs_figure
from scripts.figures.target.fit import fit_figure
from scripts.figures.target.rates import rates_figure
from scripts.figures.target.time import time_figure
from scripts.read.text import file_stem
from scripts.sections.section import Picture
from scripts.tables.learned import Learned
from scripts.target.time import by_hardware
from scripts.words.target.learning import score_text

_CAPTIONS = {
    "time": "Time to the target against batch size, a line per side, the fastest ringed",
    "curves": "Learning curves against epochs and against seconds",
    "descent": "Gradient descent by single samples, minibatches and the whole set",
    "epochs": "Epochs and steps to the target against batch size, with the critical batch size",
    "fit": "Training and held-out loss and score after every epoch",
    "rates": "How fast each learning rate was",
}


def target_pictures(learned: Learned, workload: str) -> list[Picture]:
    """Return the pictures of a workload, of each file that has learned it."""
    runs = learned.of(workload, learned.runs)
    files = runs.groupby("file", sort=False) if len(runs) else ()
    return [picture for _file, own in files for picture in _of_file(learned, own)]


def _of_file(learned: Learned, runs: pd.DataFrame) -> Iterator[Picture]:
    """Yield the pictures in seconds, of every timed computer, then those in epochs only."""
    first = runs.iloc[0]
    machine, workload = str(first["machine"]), str(first["workload"])
    place = f"{workload}, learned on {machine}"
    target = f"to {score_text(first['metric'], first['target'])}"
    times = learned.of(workload, learned.times)
    if len(times):  # of two learning files that have a workload, one serves it
        times = times[times["learned_on"] == machine]
    timed = by_hardware(times) if len(times) else {"": times}
    drawn = [
        (kind, other, own, draw)
        for other, own in timed.items()
        for kind, draw in _timed(runs, own, place, target).items()
    ]
    for kind in ("time", "curves", "descent"):
        for other, own, draw in ((o, t, d) for k, o, t, d in drawn if k == kind):
            # Each timed computer has its times; its curves differ in the scale of seconds only.
            seen = kind == "time" or other == next(iter(timed))
            where = f"{place}, timed on {_files(own)}" if other else place
            name = file_stem(kind, *filter(None, (machine, workload, other)))
            apart = len(timed) > 1 and own["machine"].nunique() == 1
            yield _picture(kind, name, draw, where, machine=other if apart else "", seen=seen)
    for kind, draw in _trained(learned, runs, f"{place}: {target}").items():
        yield _picture(kind, file_stem(kind, machine, workload), draw, place)


def _picture(
    kind: str, name: str, draw: Drawing, where: str, *, machine: str = "", seen: bool = True
) -> Picture:
    caption = f"{_CAPTIONS[kind]}: {where}."
    alt = f"{caption} The tables of this part have the numbers."
    return Picture(name, draw, caption=caption if seen else "", alt=alt, machine=machine)


def _timed(
    runs: pd.DataFrame, times: pd.DataFrame, place: str, target: str
) -> Mapping[str, Drawing]:
    """Return who draws what is told in seconds; in epochs only where nothing was timed."""
    where = f"; timed on {_files(times)}" if len(times) else ""
    drawings: dict[str, Drawing] = {
        "curves": partial(curves_figure, runs, times, title=f"{place}: {target}{where}")
    }
    if len(times) and times["seconds"].notna().any():
        drawings["time"] = partial(time_figure, times, title=f"{place}: time {target}{where}")
    sgd = runs[runs["optimizer"] == "sgd"]
    if len(sgd):
        own = times[times["optimizer"] == "sgd"] if len(times) else times
        kinds = ", ".join(descents(sgd))
        title = f"{sgd['workload'].iloc[0]}: gradient descent by {kinds}{where}"
        drawings["descent"] = partial(descent_figure, sgd, own, title=title)
    return drawings


def _trained(learned: Learned, runs: pd.DataFrame, title: str) -> Mapping[str, Drawing]:
    """Return who draws what is told in epochs."""
    file, workload = runs[["file", "workload"]].iloc[0]
    epochs, fitted, turning = (
        own[(own["file"] == file) & (own["workload"] == workload)] if len(own) else own
        for own in (learned.epochs, learned.critical, learned.turning)
    )
    drawings: dict[str, Drawing] = {"rates": partial(rates_figure, runs, title=title)}
    if epochs["epochs"].notna().any():
        drawings = {"epochs": partial(epochs_figure, epochs, fitted, title=title)} | drawings
    if len(turning):
        drawings = {"fit": partial(fit_figure, runs, turning, title=title)} | drawings
    return drawings


def _files(times: pd.DataFrame) -> str:
    """`xeon, xeon-adam`: the files that the seconds of a figure are from."""
    known = times[times["seconds"].notna()]
    return ", ".join(dict.fromkeys((known if len(known) else times)["machine"]))
