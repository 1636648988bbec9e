"""What a machine with an accelerator is asked: `python -m tests.evidence.accelerator`."""

NO_DEVICE = 3
"""What the checks end with where the device cannot be opened."""
