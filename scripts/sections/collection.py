"""The page about many machines: shares of them with each verdict, and where their curves cross."""

from collections.abc import Iterator

from scripts.judge.collection import SORTS, crossings, shares
from scripts.judge.verdicts import WORDS
from scripts.sections.section import Line, Part, Picture, Table, column
from scripts.words.derived import epoch_column
from scripts.write.collection import KEY, from_words
from scripts.write.view import View

_PICTURES = "The share of the machines with each verdict, by batch size and workload"


def across_machines(view: View) -> Iterator[Part]:
    """Figures and tables of all files together, where there are too many to show one by one."""
    if view.analysis.many and len(view.analysis.crossovers):
        yield Part(
            key="machines-together",
            title="On how many machines is the GPU slower?",
            lines=[Line(KEY)],
            pictures=list(_pictures(view)),
            tables=[_crossings_table(view), _shares_table(view)],
        )


def _pictures(view: View) -> Iterator[Picture]:
    for name in view.pictures.named("machines-"):
        what = name.removeprefix("machines-").replace("-", " ")
        words = f"{_PICTURES}: {what}."
        alt = f"{words} The numbers are in the table of shares."
        yield from view.picture(name, caption=words, alt=alt)


def _crossings_table(view: View) -> Table:
    rows = crossings(view.analysis.crossovers)
    words = [from_words(row) for row in rows.to_dict("records")]
    titles = dict(
        zip(SORTS, ("cross", "slower throughout", "faster throughout", "other"), strict=True)
    )
    return Table(
        name="crossings",
        caption="Where the machines' curves cross, once warm",
        columns=[
            column(rows, "workload", "workload"),
            column(rows, "machines", "machines"),
            *[column(rows, key, title) for key, title in titles.items()],
            column(rows, "median", "faster from", words=words),
            *[column(rows, key) for key in ("quarter", "three_quarters")],
        ],
    )


def _shares_table(view: View) -> Table:
    rows = shares(view.analysis.verdicts)
    return Table(
        name="shares",
        caption="How many machines have which verdict",
        columns=[
            column(rows, "workload", "workload"),
            column(rows, "epochs", "epochs", words=epoch_column(rows)),
            column(rows, "batch_size", "batch size"),
            column(rows, "machines", "machines"),
            *[column(rows, word, word) for word in WORDS],
            *[column(rows, key) for key in ("ratio_low", "ratio", "ratio_high")],
        ],
        choices=["workload"],
    )
