"""Any table becomes a file, as it was meant, or is refused in one sentence that names the place."""

from pathlib import Path
from typing import Any

import pytest

from scripts import import_table
from scripts.published.numbers import NumberError, decimal_of, number
from scripts.read.records.published import PublishedRow
from tests.published.tables import HEAD, published, refusal

ROUNDS = "workload,batch_size,device,round,epoch_seconds"
STEPS = f"{HEAD},steps,samples,drop_last"


def first(text: str, **said: Any) -> PublishedRow:
    return published(text, **said).rows[0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Netz;Batchgröße;Gerät;Epochendauer (ms)\nmlp;1.024;CPU;1.234,5\n", 1.2345),
        ("Netz;Batchgröße;Gerät;Sekunden pro Epoche\nmlp;1024;CPU;1,5\n", 1.5),
        ("workload,batch_size,device,ms/epoch\nmlp,1024,cpu,1200\n", 1.2),
        ("workload,batch_size,device,epoch time\nmlp,1024,cpu,1200 ms\n", 1.2),
        ("workload,batch_size,device,epochTime\nmlp,1024,/cpu:0,2 min\n", 120.0),
        ("model\tbs\tdevice\ts_per_epoch\nmlp\t1024\tcpu\t1.5\n", 1.5),
        ("|Model|Batch|Device|s/epoch|\n|---|--:|---|---|\n| mlp | 1,024 | CPU | 1.5 |\n", 1.5),
        ("sep=;\nmodel;bs;device;epoch time [ms]\nmlp;1024;CPU;1500\n", 1.5),
        (f"# taken from a page\n{HEAD}\nmlp,1024,cpu,1.5\n\n", 1.5),
        (f"{HEAD}\nmlp,1024,cpu,~1.5\n", 1.5),
        ("workload,batch_size,device,epoch time (ms)\nmlp,1024,cpu,1.2 s\n", 1.2),
        ("workload,batch_size,device,training time per epoch (s)\nmlp,1024,cpu,1.5\n", 1.5),
        ("workload,batch_size,device,wall time in min/epoch\nmlp,1024,cpu,2\n", 120.0),
        ("workload,batch_size,device,Epochendauer / ms,\nmlp,1024,cpu,1200,\n", 1.2),
        ("workload,batch_size,device,epoch_seconds,step/s\nmlp,1024,cpu,1.5,80\n", 1.5),
        (f"{HEAD}\nmlp,1024,cpu,1.5\n{HEAD}\nmlp,1024,gpu,1\n", 1.5),
    ],
)  # fmt: skip
def test_tables_as_people_write_them_are_read_as_they_are_meant(text: str, seconds: float) -> None:
    row = first(text)
    assert (row.workload, row.batch_size, row.device) == ("mlp", 1024, "cpu")
    assert row.epoch_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("cell", "value"), [("1.2-1.4", 1.3), ("1.2 to 1.4", 1.3), ("1.3 ± 0.1", 1.3), ("1.3 (2)", 1.3)]
)
def test_a_range_counts_as_its_middle_and_is_told(cell: str, value: float) -> None:
    file = published(f"{HEAD}\nmlp,32,cpu,{cell}\n")
    assert file.rows[0].epoch_seconds == pytest.approx(value)
    assert file.flags == [f"line 2: epoch_seconds {cell!r} counts as 1.3"]


def test_what_nobody_measured_is_null() -> None:
    row = first(f"{HEAD}\nmlp,32,cpu,1\n")
    told = {name for name in row.__struct_fields__ if getattr(row, name) is not None}
    assert told == {"workload", "batch_size", "device", "epoch_seconds"}


def test_a_missing_batch_size_stays_missing_and_a_row_without_a_time_is_left_out() -> None:
    file = published(f"{HEAD}\nmlp,,cpu,1\nmlp,64,cuda,OOM\n")
    assert [row.batch_size for row in file.rows] == [None]
    assert file.flags == [
        "line 3: has no time and was left out",
        "line 2: tells no batch size: it is in no curve",
    ]


def test_another_tools_columns_are_named_and_the_rest_is_said_for_all() -> None:
    text = "command,mean,stddev\ntrain.py,1.5,0.1\n"
    assert "--column epoch_seconds=COLUMN" in refusal(text)
    row = first(
        text,
        columns={"workload": "command", "total_seconds": "mean"},
        constants={"device": "cuda:0", "batch_size": "64", "epochs": "3"},
    )
    assert (row.workload, row.device, row.batch_size, row.epochs) == ("train.py", "cuda", 64, 3)
    assert row.total_seconds == 1.5


def test_a_row_that_was_made_of_others_is_left_out() -> None:
    file = published(f"{HEAD}\nmlp,32,cpu,1\nMean:,,,1\n")
    assert len(file.rows) == 1
    assert file.flags == ["line 3: was made of other rows and was left out"]


def test_throughput_is_no_epoch() -> None:
    row = first("model,bs,device,Throughput (images/sec)\nresnet,32,gpu,1200\n")
    assert (row.samples_per_second, row.epoch_seconds, row.step_seconds) == (1200, None, None)


@pytest.mark.parametrize(
    ("rows", "fine"),
    [
        ("mlp,32,cpu,1,31,1000,true", True),
        ("mlp,32,cpu,1,32,1000,false", True),
        ("mlp,32,cpu,1,31,1000,", True),
        ("mlp,32,cpu,1,31,1000,false", False),
        ("mlp,,cpu,1,600,1000,", False),
        ("mlp,,cpu,1,500,1000,", True),
        ("mlp,32,cpu,1,100,,\nmlp,64,cpu,1,50,,", True),
        ("mlp,32,cpu,1,100,,\nmlp,64,cpu,1,100,,", False),
    ],
)
def test_steps_have_to_be_those_of_some_batch_size(rows: str, fine: bool) -> None:
    said = refusal(f"{STEPS}\n{rows}\n")
    assert said == "" if fine else "steps_per_epoch" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD},epochs,total_seconds\nmlp,32,cpu,1,10,6\n", "40% less than its 10 epochs"),
        (f"{HEAD}\nmlp,32,cpu,1\nmlp,32,cpu,2\n", "line 3"),
        (f"{HEAD}\nmlp,16-32,cpu,1\n", "'16-32' is no whole number"),
        (f"{HEAD}\nmlp,32,cpu,<5\n", "is a bound"),
        (f"{HEAD}\nmlp,32,cpu,1:23\n", "'1:23' is no number"),
        (f"{HEAD}\nmlp,32,cpu,3 GB\n", "has the unit GB"),
        (f"{HEAD}\nmlp,32 min,cpu,3\n", "'32 min' has the unit min: only a number is meant here"),
        (f"{HEAD}\nmlp,full,cpu,3\n", "'full' is no number"),
        (f"{HEAD}\nmlp,32,cpu,3\n,64,cpu,4\n", "line 3: names no workload; a cell that stands"),
        (f"{HEAD}\nmlp,32,,3\n", "line 2: names no device"),
        (f"{HEAD}\nTotal,,,3\n", "has no row with a time"),
        (f"{HEAD},precision\nmlp,32,cpu,1,fp32\nmlp,32,cpu,2,bf16\n", "not read: precision"),
        ("workload,batch_size,device,min epoch time\nmlp,32,cpu,3\n", "minutes or a minimum"),
        ("workload,batch_size,device,epoch seconds (ms)\nmlp,32,cpu,3\n", "has two units"),
        ("workload,batch_size,device,epoch/s\nmlp,32,cpu,3\n", "no column of seconds"),
        ("model,batch,CPU epoch (s),GPU epoch (s)\nmlp,32,3,1\n", "a row is of one device"),
        ("gpu,resnet50,bert\nT4,1,2\n", "no column of seconds"),
        (f"{HEAD}\nmlp,32,cpu,-1\n", "epoch_seconds"),
        (f"{HEAD}\nmlp,32,RTX 3090,1\n", "'RTX 3090' is no device"),
        (f"{HEAD}\nmlp,32,cpu,1,2\n", "has 5 values, the header 4"),
        (f'{HEAD}\nmlp,32,cpu,"1,5"\nmlp,32,gpu,1.5\n', "write all numbers alike"),
        ("workload;batch_size;device;total ms\nmlp;32;cpu;1.234\n", "--decimal"),
        ("workload,batch_size,device,time\nmlp,32,cpu,1\n", "--column epoch_seconds=COLUMN"),
        ("a,batch_size,device,epoch_seconds\nmlp,32,cpu,1\n", "--column workload=COLUMN"),
        (f"{HEAD},epoch_time\nmlp,32,cpu,1,1\n", "are both epoch_seconds"),
        (
            f"{HEAD},epoch\nmlp,32,cpu,1,0\nmlp,32,cpu,1,\n",
            "line 3: is an epoch without its number",
        ),
        (f"{HEAD},epoch\nmlp,32,cpu,1,0\nmlp,32,cpu,1,2\n", "not each once, in order"),
        ("", "no table"),
        ('{"a": 1}', "no table"),
        ("PK\x03\x04", "is a spreadsheet, or packed; save it as CSV"),
    ],
)
def test_what_is_no_sound_table_is_refused_in_one_sentence(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (f"{ROUNDS},val_acc", [f"mlp,32,cpu,{n},1.{n},0.{n + 5}" for n in range(4)]),
        (f"{ROUNDS},pid", [f"mlp,32,cpu,{n},1.{n},4711" for n in range(4)]),
    ],
)
def test_epochs_of_one_process_are_refused_as_rounds(columns: str, rows: list[str]) -> None:
    text = "\n".join([columns, *rows, ""])
    assert "epochs of one process; name that column epoch: --column epoch=round" in refusal(text)
    row = first(text, columns={"epoch": "round"})
    assert row.each_epoch_seconds == [1.0, 1.1, 1.2, 1.3]
    assert row.one_epoch_seconds == pytest.approx(1.15)


def test_true_rounds_are_rounds() -> None:
    rows = [f"mlp,32,cpu,{n},1.{n},{pid}" for n, pid in enumerate((7, 8, 9))]
    assert len(published("\n".join([f"{ROUNDS},pid", *rows, ""])).rows) == 3


def test_a_noise_floor_of_zero_and_equal_rounds_are_told_by_name() -> None:
    told = published(f"{HEAD},noise_floor\nmlp,32,cpu,1,0\n")
    assert told.rows[0].noise_floor is None
    assert told.flags == ["line 2: a noise_floor of 0 is no measurement: it counts as not told"]
    equal = published(f"{ROUNDS}\nmlp,32,cpu,1,2\nmlp,32,cpu,2,2\n")
    assert equal.flags == ["line 2: begins 2 rounds that are equal to the digit"]


def test_what_a_total_holds_beside_its_epochs_is_told() -> None:
    file = published(f"{HEAD},epochs,total_seconds,note\nmlp,32,cpu,1,10,13,one warm-up epoch\n")
    assert [flag.partition(":")[0] for flag in file.flags] == ["line 2", "line 2"]
    assert "the rest is in no epoch" in file.flags[0]
    assert "untimed_epochs" in file.flags[1]


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1.5"], "point"), (["1,5"], "comma"), (["1.234,5"], "comma"), (["1,234.5"], "point"),
        (["1.234.567"], "comma"), (["0.123"], "point"), (["12"], "point"), (["1.234"], None),
    ],
)  # fmt: skip
def test_the_mark_before_decimals_is_told_by_the_numbers(
    texts: list[str], decimal: str | None
) -> None:
    assert decimal_of(texts) == decimal


def test_a_number_of_the_other_mark_is_none() -> None:
    with pytest.raises(NumberError):
        number("1.5", "comma")


@pytest.mark.parametrize(
    "said", [("--set", "device=cpu"), ("--column", "device=device"), ("--column", "device=x")]
)
def test_what_is_said_twice_is_refused(
    said: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"{HEAD}\nmlp,32,cpu,1\n")
    about = ("--out", str(tmp_path / "t.json"), "--source", "them", "--licence", "MIT")
    assert import_table.main([str(table), *about, "--set", "device=gpu", *said]) == 2
    assert capsys.readouterr().err == "--column, --set: device is said twice; say it once\n"
    assert not (tmp_path / "t.json").exists()
