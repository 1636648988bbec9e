"""The table and the picture of host reads."""

from pathlib import Path

import numpy as np
import pytest

from tests.evidence import host_reads_figure as host_reads

TABLE = """workload,sequences,gather,batch_size,host_reads,operations
rnn,packed,list,8,11,100
rnn,packed,list,32,35,100
rnn,padded,vectorised,8,0,90
rnn,padded,vectorised,32,0,90
"""


def test_the_figure_shows_every_count(tmp_path: Path) -> None:
    path = tmp_path / "reads.csv"
    path.write_text(TABLE)
    figure = host_reads.reads_figure(host_reads.read(path))
    lines = {
        line.get_label(): np.asarray(line.get_ydata()).tolist() for line in figure.axes[0].lines
    }
    assert lines["as taught: packed, Python list"] == [11, 35]
    assert lines["lean: padded, one gather"] == [0, 0]


def test_both_formats_are_written(tmp_path: Path) -> None:
    path = tmp_path / "reads.csv"
    path.write_text(TABLE)
    assert host_reads.main([str(path), "--out", str(tmp_path / "out")]) == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "host-reads.png",
        "host-reads.svg",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "workload: is missing"),
        (TABLE.replace("11,", "many,"), "host_reads: is no count"),
        ("", "cannot be read"),
    ],
)
def test_another_file_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    path = tmp_path / "reads.csv"
    path.write_text(text)
    assert host_reads.main([str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(str(path))
    assert words in said
    assert said.count("\n") == 1
