"""What a reader has to know before any number: unlike software or work, runs cut short."""

import pandas as pd

from scripts.read.text import counted
from scripts.words.names import listed

_UNEQUAL = "Unequal software between the files"


def software_warnings(files: pd.DataFrame, work: pd.DataFrame) -> list[str]:
    """Unequal software and unequal work between files."""
    lines = []
    for name, words in (("torch", "torch"), ("python", "Python")):
        groups = files.groupby(name, sort=False)["machine"].apply(list)
        if len(groups) > 1:
            parts = [f"{words} {version} on {listed(who)}" for version, who in groups.items()]
            lines.append(f"{_UNEQUAL}: {'; '.join(parts)}.")
    if not lines and files["software_id"].nunique() > 1:
        lines.append(f"{_UNEQUAL}: torch and Python agree, but operating system or drivers differ.")
    lines += [
        f"{file['machine']}: of {file['loosely']} the losses are compared only loosely, because "
        "devices draw other numbers in training (dropout) or normalise by the batch."
        for file in files.to_dict("records")
        if file["loosely"]
    ]
    kinds = work.groupby("workload", sort=False)[["definition", "learning_rate"]].nunique()
    unequal = kinds.index[(kinds > 1).any(axis=1)]
    if len(unequal):
        lines.append(f"Not the same work in all files, so not to be compared: {listed(unequal)}.")
    return lines + [
        f"The files differ in {name}: {listed(work[name].unique())}."
        for name in ("samples", "precision", "optimizer", "optimizer_implementation")
        if work[name].nunique() > 1
    ]


def learning_warnings(files: pd.DataFrame, times: pd.DataFrame) -> list[str]:
    """Learning runs that were cut short, and times to the target that stand on doubtful seconds."""
    lines = [
        f"{file['machine']}: the learning run was cut short ({counted(file['planned'], 'cell')} "
        f"planned, {counted(file['runs'], 'training')} done): targets that are not reached may be "
        "reached by settings that are still to come."
        for file in files.to_dict("records")
        if not file["complete"]
    ]
    suspect = int((times["suspect"] != "").sum()) if len(times) else 0
    if suspect:
        lines.append(
            f"{counted(suspect, 'time')} to the target of {len(times)} stand on seconds that are "
            "suspect; the tables of times to the target say which."
        )
    return lines
