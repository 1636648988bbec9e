"""The list of faults fits the house: each can still be made, and each room has one."""

import pytest

from tests.faults.every import FAULTS
from tests.house import HALVES, ROOT, sources


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_edit_of_a_file_and_its_test_is_there(name: str) -> None:
    fault = FAULTS[name]
    assert (ROOT / fault.file).read_text().count(fault.was) == 1, f"{fault.file}: mend this fault"
    assert fault.was != fault.becomes
    file, _, test = fault.found_by.partition("::")
    assert f"def {test}" in (ROOT / "tests" / file).read_text()


def test_every_room_has_a_fault() -> None:
    rooms = {file.rpartition("/")[0] for file in sources(*HALVES)}
    records = {"scripts/read/records", "models/examples"}  # fields of files, texts to copy
    below = {room for room in rooms if room.startswith(("scripts/figures/", "scripts/sections/"))}
    found = {fault.file.rpartition("/")[0] for fault in FAULTS.values()}
    assert rooms - records - below - found - {"scripts"} == set()
    assert len(FAULTS) >= 45
