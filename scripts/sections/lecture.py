"""The slides of a lecture on training: each one's picture, title, caption and source."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from scripts.figures.lecture.batches import batches_figure
from scripts.figures.lecture.descent import descent_slide
from scripts.figures.lecture.epochs import epochs_figure
from scripts.figures.lecture.filters import FIRST, filters_figure
from scripts.figures.lecture.gradient import gradient_figure
from scripts.figures.lecture.kinds import table_slide
from scripts.figures.lecture.mask import mask_figure
from scripts.figures.lecture.skier import X, Y, loss, path, skier_figure
from scripts.figures.style import labelled
from scripts.figures.target.descent import descents
from scripts.read.learning import CELL
from scripts.read.text import file_stem, seconds_in_words
from scripts.sections.target.kinds import with_crossovers
from scripts.tables.lecture import Lecture, command_of
from scripts.target.time import times_to_target
from scripts.target.turning import end_runs
from scripts.words import lecture as words
from scripts.words.target.kinds import KINDS, kinds_line
from scripts.words.target.learning import score_text
from scripts.words.target.turning import lowest_text, turning_line
from scripts.words.warnings import key, marked

RATES = {"too small": 0.02, "right": 0.2, "too large": 0.56}
STEPS = 8


@dataclass(frozen=True)
class Slide:
    """A picture by the name of its files; its `source` is a file, which a `command` made."""

    name: str
    said: words.Said
    source: str
    command: str
    drawing: Callable[..., Any]

    def draw(self) -> Any:
        """Return the figure, its source below its caption."""
        caption = f"{self.said.caption} Source: {self.source}."
        return self.drawing(title=self.said.title, caption=caption)


def slides(lecture: Lecture) -> Iterator[Slide]:
    """Yield the slides in a lecture's order; those without data are left out."""
    yield _skier()
    yield from _of_table(lecture, "gradients", _gradients)
    yield from _descent(lecture)
    yield _batches(lecture)
    yield from _epochs(lecture)
    yield from _kinds(lecture)
    yield from _of_table(lecture, "filters", _filters)
    yield from _of_table(lecture, "mask", _mask)


def _of_table(
    lecture: Lecture, name: str, made: Callable[[pd.DataFrame], Slide]
) -> Iterator[Slide]:
    if name in lecture.tables:
        yield made(lecture.tables[name])


def _skier() -> Slide:
    ends = [
        f"{float(loss(path(rate, steps=STEPS)[-1])):.2g} ({name})" for name, rate in RATES.items()
    ]
    said = words.skier(float(loss(float(X @ Y / (X @ X)))), ends, STEPS)
    source = ("scripts/figures/lecture/skier.py", "python scripts/lecture.py")
    return Slide("skier", said, *source, partial(skier_figure, RATES, steps=STEPS))


def _gradients(own: pd.DataFrame) -> Slide:
    middle = own[own["precision"] == "double"].groupby(["network", "h"])["error"].median()
    best = float(middle.groupby("network").min().max())
    said = words.gradients(best)
    return Slide("gradient-check", said, *_evidence("gradients"), partial(gradient_figure, own))


def _descent(lecture: Lecture) -> Iterator[Slide]:
    """Yield what was trained by single samples and the whole set too, in seconds of one side."""
    learned = lecture.learned
    sgd = learned.runs[learned.runs["optimizer"] == "sgd"]
    for (file, workload), own in sgd.groupby(["file", "workload"], sort=False):
        kinds = descents(own)
        if len(kinds) < 3:
            continue
        cells = learned.epochs[learned.epochs["file"] == file]
        timed = _fullest(times_to_target(cells[cells["workload"] == workload], learned.rounds))
        side = f"{timed['label'].iloc[0]} of {timed['machine'].iloc[0]}" if len(timed) else ""
        said = words.descent(str(workload), side, ", ".join(kinds))
        said = _doubted(said, timed["suspect"] if len(timed) else [])
        source = _file(learned.files, str(file))
        yield Slide("descent", said, *source, partial(descent_slide, own, timed))
        return


def _fullest(times: pd.DataFrame) -> pd.DataFrame:
    """Return the SGD rows of the side of a file that has most of their seconds."""
    if times.empty:
        return times
    known = labelled(times[(times["optimizer"] == "sgd") & times["seconds"].notna()])
    sides = list(known.groupby(["file", "side"], sort=False))
    return max((own for _side, own in sides), key=len, default=known)


def _batches(lecture: Lecture) -> Slide:
    rounds = lecture.analysis.trusted
    own = rounds[rounds["file"] == rounds["file"].iloc[0]]
    said = words.batches(str(own["machine"].iloc[0]), int(own["samples"].iloc[0]))
    said = _doubted(said, own["doubt"])
    source = _file(lecture.analysis.results.files, own["file"].iloc[0])
    return Slide("batch-size", said, *source, partial(batches_figure, own))


def _epochs(lecture: Lecture) -> Iterator[Slide]:
    """Yield the setting whose held-out loss turns up most surely."""
    turning = lecture.learned.turning
    if turning.empty:
        return
    turned = turning[turning["turns"]].sort_values("lo", ascending=False)
    for row in turned[:1].to_dict("records"):
        runs = end_runs(lecture.learned.runs)
        own = runs[(runs[CELL] == [row[name] for name in CELL]).all(axis=1)]
        said = words.epochs(row["workload"], turning_line(row))
        source = _file(lecture.learned.files, row["file"])
        yield Slide("epochs", said, *source, partial(epochs_figure, own, row))


def _kinds(lecture: Lecture) -> Iterator[Slide]:
    rows = lecture.learned.kinds
    if rows.empty:
        return
    rows = with_crossovers(rows, lecture.analysis.crossovers)
    for dataset, own in rows.groupby("dataset", sort=False):
        said = words.kinds(str(dataset), KINDS, kinds_line(own))
        said = _doubted(said, own["suspect"].fillna(""))
        source = _file(lecture.learned.files, own["learning_file"].iloc[0])
        draw = partial(table_slide, *_table(own))
        yield Slide(file_stem("kinds", dataset), said, *source, draw)


def _doubted(said: words.Said, doubts: Iterable[str]) -> words.Said:
    """Return the words with what the mark means, where a figure of the slide has it."""
    told = key(pd.DataFrame({"doubt": list(doubts)}))
    return said._replace(caption=" ".join([said.caption, *(f"{one}." for one in told)]))


def _table(rows: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return titles and texts: a row per network, a column for each side of one timed file, of
    that which has most of them.
    """
    networks = rows.groupby("file", sort=False)["workload"].nunique()
    timed = rows[rows["file"] == networks.idxmax()] if len(networks) else rows[:0]
    sides = list(dict.fromkeys(timed["side"]))
    titles = ["network", "score", "epochs", *(f"an epoch,\n{side}" for side in sides)]
    titles += ["crossover batch size"] * bool(len(sides) > 1)
    texts = []
    for workload, own in rows.groupby("workload", sort=False):
        row: dict[Any, Any] = own.iloc[0].to_dict()
        there = timed[timed["workload"] == workload].drop_duplicates("side").set_index("side")
        seconds = [there.loc[side] if side in there.index else None for side in sides]
        crossings = there.loc[there["base"] != "", "crossover_batch_size"]
        text = [str(workload), score_text(row["metric"], row["score_best"]), lowest_text(row)]
        text += list(map(_an_epoch, seconds))
        texts.append(text + ["; ".join(crossings)] * bool(len(sides) > 1))
    return titles, texts


def _an_epoch(row: "pd.Series | None") -> str:
    if row is None or pd.isna(row["epoch_seconds"]):
        return "not timed"
    return marked(seconds_in_words(row["epoch_seconds"]), {"doubt": row["suspect"]})


def _filters(own: pd.DataFrame) -> Slide:
    said = words.filters(FIRST, own["seed"].nunique())
    return Slide("filters", said, *_evidence("filters"), partial(filters_figure, own))


def _mask(own: pd.DataFrame) -> Slide:
    last = own[own["epoch"] == own["epoch"].max()]
    ends = last.groupby(["trained", "looked"])["bits"].median()
    ways = {"on": ("mask on",) * 2, "off": ("mask off",) * 2, "used": ("mask off", "mask on")}
    said = words.mask({name: float(ends[way]) for name, way in ways.items()})
    return Slide("mask", said, *_evidence("mask"), partial(mask_figure, own))


def _evidence(name: str) -> tuple[str, str]:
    return f"results/lecture/{name}.csv", command_of(name)


def _file(files: pd.DataFrame, file: str) -> tuple[str, str]:
    """Return a result file's name and the command that made it."""
    [command] = files.loc[files["file"] == file, "command"]
    return file.rpartition("/")[2], str(command)
