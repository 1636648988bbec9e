"""The machines: what they are, how noisy they were, their software and commands."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scripts.judge.noise import COPIED, floor_of
from scripts.judge.verdicts import WORDS, expected_wrong
from scripts.read.text import counted
from scripts.sections.columns import table
from scripts.sections.report import Report
from scripts.sections.section import Line, Section
from scripts.words.names import against_cpu, listed
from scripts.words.noise import noise_lines
from scripts.words.verdicts import sure_words

_ABOUT = (
    "file machine command started torch precision python os drivers preset software_id machine_id"
)
_PAIR = ["file", "machine", "device", "threads"]
_SHOWN = (
    "machine device noise_floor_warm margin_warm noise_floor_total margin_total "
    "repeats_called_different decided expected_wrong undecided suspect:withheld not_measured"
)
_COLUMNS = ["file", *_SHOWN.replace(":withheld", "").split()]
_NOTE = (
    "Noise floor: by how much a device differed from itself in this run (the 95th percentile over "
    "its A/A cells). Only a difference beyond the margin counts: 5 %, more only where the A/A "
    "cells differ by more than their own blocks explain. “Called different” tries the rule with a "
    "margin of 5 % on the A/A cells, where every such word is wrong."
)


def hardware(report: Report) -> Iterator[Section]:
    """Yield a row per file: its processor, its devices and how many cells it has."""
    files = _shown(report).assign(
        run=lambda own: own["complete"].map({True: "whole", False: "cut short"})
    )
    labels = report.analysis.work.drop_duplicates(["file", "device"]).groupby("file")
    devices = labels["device_label"].agg(listed)
    files["devices"] = files["file"].map(devices)
    shown = "machine cpu cores_physical devices measured_cells absent_cells run"
    yield Section(
        key="machines",
        title="The machines, and how noisy they were",
        part="before",
        tables=[table(files, "machines", "The machines", shown)],
        brief={(file["machine"], ""): list(_about(file)) for file in report.all_files},
    )


def software(report: Report) -> Iterator[Section]:
    """Yield a row per file: its software, and the exact command that measured or trained it."""
    files = _shown(report)
    if report.learned is not None:
        files = pd.concat([files, report.learned.files])
    own = files[_ABOUT.split()].astype(str)
    caption = "The exact command and the software of each file"
    yield Section(
        key="software",
        title="Commands and software",
        tables=[table(own, "software", caption, _ABOUT)],
    )


def _shown(report: Report) -> pd.DataFrame:
    files = report.analysis.results.files
    return files[files["file"].isin(report.files)]


def _about(file: Mapping[Any, Any]) -> Iterator[Line]:
    yield Line(
        f"{file['cpu']}; {file['os']}; Python {file['python']}, torch {file['torch']}, "
        f"{file['precision']}; "
        f"{counted(file['measured_cells'], 'cell')} measured, {file['absent_cells']} absent"
    )
    if file["accelerator_note"]:
        yield Line(file["accelerator_note"])


def noise(report: Report) -> Iterator[Section]:
    """Yield a row per machine and device: noise floor, margin, A/A cells, verdicts."""
    analysis = report.analysis
    rounds = analysis.rounds[analysis.rounds["file"].isin(report.files)]
    verdicts = analysis.verdicts[analysis.verdicts["file"].isin(report.files)]
    rows = pd.DataFrame(_rows(rounds, verdicts, analysis.repeats), columns=_COLUMNS, dtype=object)
    caption = "How noisy each run was, and how many of its verdicts may be wrong"
    yield Section(
        key="noise",
        part="before",
        notes=[Line(_NOTE)] if len(rows) else [],
        tables=[table(rows, "noise", caption, _SHOWN, "file")] if len(rows) else [],
        brief=report.by_machine(_noise_lines),
    )


def _noise_lines(report: Report, file: str) -> Iterator[Line]:
    analysis = report.analysis
    rounds, verdicts, repeats = (
        analysis.in_file(file, own)
        for own in (analysis.rounds, analysis.verdicts, analysis.repeats)
    )
    yield from map(Line, noise_lines(rounds, verdicts, repeats))
    if len(verdicts):
        yield Line(sure_words(verdicts))


def _rows(
    rounds: pd.DataFrame, verdicts: pd.DataFrame, repeats: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield a row per device that is compared, and of files without a pair one per device.

    These have the noise floor only.
    """
    devices = rounds.drop_duplicates(_PAIR)
    labels = devices.set_index(["file", "device"])["device_label"]
    labels = labels[~labels.index.duplicated()]
    for key, own in verdicts.groupby(_PAIR, sort=False):
        place = dict(zip(_PAIR, key, strict=True))
        again = repeats[
            (repeats["file"] == place["file"]) & repeats["device"].isin(["cpu", place["device"]])
        ]
        again = again[(again["device"] != "cpu") | (again["threads"] == place["threads"])]
        yield _named(place, labels) | _margins(own) | _called(again) | _counts(own)
    for alone in devices.loc[~devices["file"].isin(verdicts["file"]), _PAIR].to_dict("records"):
        same = (repeats["file"] == alone["file"]) & (repeats["device"] == alone["device"])
        again = repeats[same & (repeats["threads"] == alone["threads"])]
        again = again[again["log_ratio"].notna()]
        yield _named(alone, labels) | _floors(again) | _called(again)


def _named(place: Mapping[Any, Any], labels: "pd.Series[str]") -> dict[str, Any]:
    label = labels[place["file"], place["device"]]
    return {**place, "device": against_cpu(label, place["threads"])}


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
