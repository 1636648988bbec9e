"""What a fault of the harness is."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One edit of a file, and the test below tests/ (or the file of tests) that has to turn red."""

    file: str
    was: str
    becomes: str
    found_by: str
