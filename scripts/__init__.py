"""WHAT IT MEANS: result files in, tables, verdicts, figures and reports out."""

import os
import signal
import sys
from pathlib import Path

# Before matplotlib is imported. Inherited from a notebook, the variable may name a backend that
# this environment lacks, which ends the import; figures are only ever written to files.
os.environ["MPLBACKEND"] = "agg"

# A door that is run, as a file or as `-m scripts.NAME`, imports for seconds. Until it listens
# (`door.py`), Ctrl-C ends it as SIGTERM does, without a traceback.
_RUN = Path(getattr(sys.modules["__main__"], "__file__", None) or "-").resolve()
_PYTHONS = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not ignored
_AS_MODULE = sys.argv[:1] == ["-m"]  # so long as Python looks for it
if _PYTHONS and (_AS_MODULE or _RUN.parent == Path(__file__).resolve().parent):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
