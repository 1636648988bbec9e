"""Faults of what reads and reports: scripts/."""

from tests.faults.fault import Fault

REPORTING = {
    "a software rasteriser taken for a card": Fault(
        "scripts/sections/machines/cards.py",
        'analysis.work[~analysis.work["device_label"].map(is_software)]',
        "analysis.work",
        "share/test_cards.py",
    ),
    "paths shared": Fault(
        "scripts/sharing/private.py",
        '_PATH.sub("<path>", text)',
        "text",
        "share/test_private.py",
    ),
    "one-sided test called two-sided": Fault(
        "scripts/judge/rule.py",
        "np.stack([2 * slower, ",
        "np.stack([slower, ",
        "judge/test_verdict_rule.py",
    ),
    "no adjustment for many cells": Fault(
        "scripts/judge/rule.py",
        "ordered * count / (rank + 1)",
        "ordered",
        "judge/test_verdict_rule.py",
    ),
    "noise that the blocks show charged twice": Fault(
        "scripts/judge/rule.py",
        "if p < GATE else 0.0",
        "if p < 2 else 0.0",
        "judge/test_verdict_family.py",
    ),
    "cells of one process taken for independent": Fault(
        "scripts/judge/moderate.py",
        "prior = np.minimum(prior, most)",
        "most = np.inf",
        "judge/test_moderate.py",
    ),
    "clipped rounds counted as sound": Fault(
        "scripts/judge/moderate.py", "* blocks / sound", "", "judge/test_moderate.py"
    ),
    "a curve's second crossing overlooked": Fault(
        "scripts/judge/crosses_at.py",
        "(points == 1) & (count == 1)",
        "points == 1",
        "judge/test_crosses_at.py",
    ),
    "side and base exchanged": Fault(
        "scripts/judge/pairs.py",
        'log_ratio=np.log(both["side_seconds"]) - np.log(both["base_seconds"])',
        'log_ratio=np.log(both["base_seconds"]) - np.log(both["side_seconds"])',
        "judge/test_known_answers.py",
    ),
    "suspect cells judged": Fault(
        "scripts/judge/verdicts.py",
        'return rows[rows["suspect"] == ""]',
        "return rows",
        "judge/test_verdict.py",
    ),
    "crossover read backwards": Fault(
        "scripts/judge/crossover.py",
        "INTERVAL if before == SLOWER else REVERSE",
        "REVERSE if before == SLOWER else INTERVAL",
        "judge/test_crossover.py",
    ),
    "break-even without the cold start": Fault(
        "scripts/judge/break_even.py",
        "side = self.side_cold + epochs * self.side_epoch",
        "side = epochs * self.side_epoch",
        "judge/test_crossover_epochs.py",
    ),
    "a job queued again starts anew": Fault(
        "scripts/cluster/job.py",
        '["--resume", "--same-machine"] if',
        '["--overwrite"] if',
        "cluster/test_jobs.py::test_a_job_goes_on_from_its_journal_and_a_finished_one_does_nothing",
    ),
    "machines exchanged": Fault(
        "scripts/machines/two_runs.py",
        "mean=own.mean - base.mean",
        "mean=base.mean - own.mean",
        "machines/test_means.py",
    ),
    "a refused file is status 0": Fault(
        "scripts/read/__main__.py",
        "return 2 if found else 0",
        "return 0",
        "read/test_check.py",
    ),
    "a rasteriser called a GPU": Fault(
        "scripts/read/text.py",
        "    if software:\n",
        "    if not software:\n",
        "write/test_table_text.py",
    ),
    "figures differ from run to run": Fault(
        "scripts/figures/style.py",
        '    "svg.hashsalt": "crossover",\n',
        "",
        "figures/test_figures.py::test_the_same_table_gives_the_same_bytes",
    ),
    "each file a machine": Fault(
        "scripts/tables/told.py", "groupby(ids)", 'groupby("file")', "machines/test_rates.py"
    ),
    "every cause is the launch": Fault(
        "scripts/why/causes.py", "HOST_SHARE = 0.8", "HOST_SHARE = 0.2", "causes/test_causes.py"
    ),
    "a contest of too few blocks decided": Fault(
        "scripts/target/contest.py",
        "    if few < FEWEST_BLOCKS:\n",
        "    if few < 1:\n",
        "target/test_contest.py",
    ),
    "a fit through seeds that did not arrive": Fault(
        "scripts/target/critical.py",
        'own[(own["reason"] == "") & (own["reached"] == own["seeds"])]',
        'own[own["reason"] == ""]',
        "target/test_critical.py::test_a_batch_size_that_a_seed_did_not_reach_is_left_out_and_named",
    ),
    "derived totals marked as measured": Fault(
        "scripts/tables/derived.py",
        'marks = [machine in machines for machine in table["machine"]]',
        'marks = [False for machine in table["machine"]]',
        "read/test_derived.py::test_rows_about_all_totals_of_a_machine_are_marked_where_one_of_them_is_derived",
    ),
    "infinity on the page": Fault(
        "scripts/sections/section.py",
        'return float(f"{value:.5g}") if math.isfinite(value) else None',
        'return float(f"{value:.5g}")',
        "write/test_table_text.py::test_a_table_is_packed_without_losing_a_value",
    ),
    "a formula runs in a spreadsheet": Fault(
        "scripts/write/folder.py",
        'return _FORMULA.sub(r"\\1\'", text)',
        "return text",
        "read/untrusted/test_written.py",
    ),
    "a cell twice in a file": Fault(
        "scripts/read/breach.py",
        "        if key in seen:\n",
        "        if key is seen:\n",
        "read/refusals/test_relations.py",
    ),
    "a file that asks for terabytes read": Fault(
        "scripts/read/breach.py",
        "    if count > most:\n",
        "    if count < 0:\n",
        "read/refusals/test_bytes.py",
    ),
    "a total that is not its parts": Fault(
        "scripts/read/checks/rounds.py",
        "    _totals_add_up(rounds)\n",
        "",
        "read/refusals/test_relations.py",
    ),
    "a side told in two ways read": Fault(
        "scripts/read/timing.py",
        "    check_sides(file)\n",
        "",
        "read/refusals/test_sides.py",
    ),
    "a cell's own unit and its column's both counted": Fault(
        "scripts/published/numbers.py",
        "UNITS[unit]\n",
        "UNITS[unit] * factor\n",
        "published/test_import.py",
    ),
    "a killed report's processes stay": Fault(
        "scripts/read/workers.py",
        "        parent.join()\n",
        "        return\n",
        "read/test_workers.py::test_the_processes_of_a_killed_report_end",
    ),
    "a file that fills the memory parsed": Fault(
        "scripts/read/json_text.py",
        "for mark, cost in COSTS.items()) > MOST_HELD_BYTES:",
        "for mark, cost in COSTS.items()) < 0:",
        "read/refusals/test_memory.py",
    ),
    "of a key that stands twice the last": Fault(
        "scripts/read/json_text.py",
        'return document if again.count(b":") == content.count(b":") else None',
        "return document",
        "read/test_json_text.py",
    ),
    "waiting threads called page faults": Fault(
        "scripts/why/faults.py",
        'system.clip(upper=SECONDS_PER_FAULT * steps["minor_faults_per_step"])',
        "system",
        "causes/test_faults.py::test_system_seconds_without_page_faults_are_something_else",
    ),
    "page faults called computing": Fault(
        "scripts/why/causes.py",
        'if cell["fault_share"] >= QUARTER and not',
        'if cell["fault_share"] >= 2 and not',
        "causes/test_faults.py",
    ),
    "a crossover drawn where there is none": Fault(
        "scripts/figures/grid.py",
        "np.argwhere(here * there < 0)",
        "np.argwhere(here * there > 0)",
        "figures/test_figures.py::test_the_crossover_line_is_drawn_where_the_sign_changes_and_nowhere_else",
    ),
    "published curves met by a straight line over batch sizes": Fault(
        "scripts/published/points.py",
        "return float(1 / inverse)",
        'return float((1 - share) * before["batch_size"] + share * after["batch_size"])',
        "published/test_known_answers.py",
    ),
    "contradicting totals imported": Fault(
        "scripts/read/checks/published.py",
        "beside < -TOLERANCE",
        "beside < -1",
        "published/test_import.py",
    ),
    "a bound by the most that a launch costs": Fault(
        "scripts/bound/floor.py",
        "host().launch_seconds.low",
        "host().launch_seconds.high",
        "bound/test_floor.py",
    ),
}
