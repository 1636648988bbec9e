"""Faults of the rules of busy machines: what was measured beside others is told unmarked."""

from tests.faults.fault import Fault

BUSY = {
    "a block begun that ends too late": Fault(
        "bench/measure/rounds.py",
        "whole = block < LEAST_ROUNDS or sum(costs) <= room()",
        "whole = True",
        "measure/budget/test_aim.py",
    ),
    "a busy host not looked at": Fault(
        "bench/measure/host/busy.py",
        "    if not words:\n        return\n",
        "    if begun:\n        return\n",
        "measure/test_busy.py",
    ),
    "a timeout under load not repeated": Fault(
        "bench/measure/repeats.py",
        "if loaded and known.timed_out(key)}",
        "if not loaded and known.timed_out(key)}",
        "measure/test_repeats.py",
    ),
    "a timeout under load called the device's": Fault(
        "bench/record/outcome.py",
        "absence.detail + _doubt(key, block, measurements) * late",
        "absence.detail",
        "measure/test_repeats.py",
    ),
    "a busy look at the machine's peaks not marked": Fault(
        "bench/record/tables.py",
        "[] if absence else block_suspicions(key, (0,), found)",
        "[]",
        "why/test_studies.py::test_a_loaded_diagnosis_makes_no_cell_suspect",
    ),
    "the mark dropped from tables": Fault(
        "scripts/words/warnings.py",
        'row.get("doubt") or row.get("verdict") == SUSPECT',
        'row.get("verdict") == SUSPECT',
        "bound/test_sections.py::test_a_busy_host_is_marked_in_sentence_table_and_picture",
    ),
    "the mark dropped from pictures": Fault(
        "scripts/figures/marks.py",
        "        mark_doubt(axes, float(place), float(value))\n",
        "        pass\n",
        "bound/test_sections.py::test_a_busy_host_is_marked_in_sentence_table_and_picture",
    ),
    "the mark dropped from CSV files": Fault(
        "scripts/read/columns.py",
        '"suspect": suspicions(rounds) + [""] * lost,',
        '"suspect": [""] * (len(suspicions(rounds)) + lost),',
        "read/test_table.py",
    ),
    "suspect cells not counted in the first line": Fault(
        "scripts/judge/doubt.py",
        'return table[table["suspect"] > 0].reset_index(drop=True)',
        "return table[:0]",
        "judge/test_doubt.py",
    ),
    "a container's quota overlooked": Fault(
        "bench/measure/host/limits.py",
        "return quota / period if quota > 0 else None",
        "return None",
        "machine/test_limits.py",
    ),
}
