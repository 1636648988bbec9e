"""WHAT IT MEANS: result files in, tables, verdicts, figures and reports out."""

import os

# Before matplotlib is imported. Inherited from a notebook, the variable may name a backend that
# this environment lacks, which ends the import; figures are only ever written to files.
os.environ["MPLBACKEND"] = "agg"
