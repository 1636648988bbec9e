"""The machines: what they are, how noisy they were, their software and commands."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.noise import COPIED, floor_of
from scripts.judge.verdicts import WORDS, expected_wrong
from scripts.sections.columns import table
from scripts.sections.inputs import Report
from scripts.sections.section import Line, Section
from scripts.words.names import is_software, listed
from scripts.words.noise import noise_lines, tolerance_line

_ABOUT = (
    "file machine command started torch precision python os drivers preset software_id machine_id"
)
_PAIR = ["file", "machine", "side", "base"]
_SHOWN = (
    "machine sides noise_floor_warm margin_warm noise_floor_total margin_total "
    "repeats_called_different decided expected_wrong undecided suspect:withheld not_measured"
)
_COLUMNS = ["file", *_SHOWN.replace(":withheld", "").split()]
_RASTERISER = (
    "computes on the CPU: its figures show that the instrument works and say nothing about GPUs."
)
_NOTE = (
    "Noise floor: by how much a side differed from itself in this run (the 95th percentile over "
    "its A/A cells). Only a difference beyond the margin counts: 5 %, more only where the A/A "
    "cells differ by more than their own blocks explain. “Called different” tries the rule with a "
    "margin of 5 % on the A/A cells, where every such word is wrong."
)


def hardware(report: Report) -> Iterator[Section]:
    """Yield a row per file: its processor, its devices and how many cells it has."""
    files = _shown(report).assign(
        run=lambda own: own["complete"].map({True: "whole", False: "cut short"})
    )
    work = report.analysis.work
    labels = work[work["file"].isin(report.files)].drop_duplicates(["file", "device_label"])
    known = labels["device_label"]
    files["devices"] = files["file"].map(known.groupby(labels["file"]).agg(listed))
    shown = "machine cpu cores_physical devices measured_cells absent_cells run"
    yield Section(
        key="machines",
        title="The machines",
        notes=[Line(f"{label} {_RASTERISER}") for label in known.unique() if is_software(label)],
        tables=[table(files, "machines", "The machines", shown)],
    )


def software(report: Report) -> Iterator[Section]:
    """Yield a row per file: its software, and the exact command that measured or trained it."""
    files = _shown(report)
    if report.learned is not None:
        files = pd.concat([files, report.learned.files])
    yield software_of(files)


def software_of(files: pd.DataFrame) -> Section:
    """Return the section about these files."""
    own = files[_ABOUT.split()].astype(str)
    caption = "The exact command and the software of each file"
    return Section(
        key="software",
        title="Commands and software",
        tables=[table(own, "software", caption, _ABOUT)],
    )


def _shown(report: Report) -> pd.DataFrame:
    files = report.analysis.results.files
    return files[files["file"].isin(report.files)]


def sure(report: Report) -> Iterator[Section]:
    """Yield a row per machine and pair of sides: noise floor, margin, A/A cells, verdicts."""
    analysis = report.analysis
    tables = (analysis.verdicts, analysis.repeats, analysis.contests)
    verdicts, repeats, contests = (own[own["file"].isin(report.files)] for own in tables)
    rows = pd.DataFrame(_rows(verdicts, repeats), columns=_COLUMNS, dtype=object)
    notes = (_NOTE, tolerance_line(contests))
    caption = "How noisy each run was, and how many of its verdicts may be wrong"
    yield Section(
        key="sure",
        title="How sure is this?",
        lines=list(_noise(report)),
        notes=[*map(Line, filter(None, notes))] if len(rows) else [],
        tables=[table(rows, "noise", caption, _SHOWN, "file")] if len(rows) else [],
    )


def _noise(report: Report) -> Iterator[Line]:
    """Yield what each file's noise floor is, and what the rule says where nothing differs."""
    analysis = report.analysis
    for file in _shown(report)[["file", "machine"]].to_dict("records"):
        own = (analysis.in_file(file["file"], one) for one in (analysis.verdicts, analysis.repeats))
        for text in noise_lines(*own):
            yield Line(text, lead=f"{file['machine']}: ", machine=file["machine"])


def _rows(verdicts: pd.DataFrame, repeats: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield a row per pair of sides, and of files without one a row per side.

    These have the noise floor only.
    """
    for key, own in verdicts.groupby(_PAIR, sort=False):
        file, machine, side, base = key
        again = repeats[(repeats["file"] == file) & repeats["side"].isin([side, base])]
        place = {"file": file, "machine": machine, "sides": f"{side} against {base}"}
        yield place | _margins(own) | _called(again) | _counts(own)
    alone = repeats[~repeats["file"].isin(verdicts["file"]) & repeats["log_ratio"].notna()]
    for (file, machine, side), again in alone.groupby(_PAIR[:3], sort=False):
        place = {"file": file, "machine": machine, "sides": side}
        yield place | _floors(again) | _called(again)


def _margins(verdicts: pd.DataFrame) -> dict[str, float]:
    """Return the noise floor and the margin that all verdicts of a pair share, by scope."""
    first = verdicts.drop_duplicates("scope").set_index("scope")
    names = ("noise_floor", "margin")
    return {f"{name}_{scope}": first.loc[scope, name] for scope in first.index for name in names}


def _floors(repeats: pd.DataFrame) -> dict[str, float]:
    return {
        f"noise_floor_{scope}": float(np.expm1(floor_of(own.to_numpy(dtype=np.float64))))
        for scope, own in repeats.groupby("scope")["log_ratio"]
    }


def _called(repeats: pd.DataFrame) -> dict[str, str]:
    different = int((repeats["verdict"] == "differs").sum())
    told = int((repeats["verdict"] != COPIED).sum())
    words = f"{different} of {told}" if told else "none measured"
    return {"repeats_called_different": words}


def _counts(verdicts: pd.DataFrame) -> dict[str, Any]:
    counts = verdicts["verdict"].value_counts().reindex(WORDS, fill_value=0)
    return {
        "decided": int(counts[list(WORDS[:3])].sum()),
        "expected_wrong": round(expected_wrong(verdicts), 3),
        **{word.replace(" ", "_"): int(counts[word]) for word in WORDS[3:]},
    }
