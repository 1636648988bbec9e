"""What a file tells of a cell among its axes, where other tools read it."""

from msgspec import UNSET

from scripts.read.records.fields import Count, Device, Maybe, Name, Record, Text, Threads


class Params(Record):
    """A cell's axes, and of the settings of its side those in which the file's sides differ."""

    workload: Name
    batch_size: Count
    epochs: Count
    device: Device
    devices: Maybe[Count] = UNSET
    threads: Maybe[Threads] = UNSET
    precision: Maybe[Text] = UNSET
    compile: Maybe[Text] = UNSET
    memory_format: Maybe[Text] = UNSET
    flush_denormals: Maybe[bool] = UNSET
    optimizer_implementation: Maybe[Text] = UNSET
    loader: Maybe[Text] = UNSET
    placement: Maybe[Text] = UNSET
    gather: Maybe[Text] = UNSET
    sequences: Maybe[Text] = UNSET
    evaluate: Maybe[Text] = UNSET
    deterministic: Maybe[bool] = UNSET
    malloc: Maybe[Text] = UNSET


SETTINGS = Params.__struct_fields__[Params.__struct_fields__.index("devices") :]
