"""Faults of the harness: edits that make numbers or words wrong, and the fast test that finds each.

A room of the house has one at least. `test_mutations.py` makes each of them in a copy.
"""

from tests.faults.busy import BUSY
from tests.faults.measuring import MEASURING
from tests.faults.reporting import REPORTING
from tests.faults.training import TRAINING
from tests.faults.words import WORDS

FAULTS = MEASURING | BUSY | TRAINING | REPORTING | WORDS
