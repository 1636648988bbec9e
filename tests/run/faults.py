"""Faults of the harness: edits that make numbers or words wrong, and the fast test that finds each.

A room of the house has one at least. `found_by` is a file or a test below tests/.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """One edit of a file, and what has to turn red."""

    file: str
    was: str
    becomes: str
    found_by: str


FAULTS = {
    "last synchronise dropped": Fault(
        "bench/train/clock.py",
        "            end_event.record()\n        self.synchronise()\n",
        "            end_event.record()\n",
        "train/test_clock.py::test_work_still_queued_when_the_loop_returns_is_waited_for",
    ),
    "first synchronise dropped": Fault(
        "bench/train/clock.py",
        "        self.synchronise()\n        start = self.now()\n",
        "        start = self.now()\n",
        "train/test_clock.py::test_work_queued_before_is_not_charged_to_the_timed_work",
    ),
    "warm-up dropped": Fault(
        "bench/train/epochs.py",
        "first, warm, first_loss = warm_up(trainer, batch_size)",
        "first, warm, first_loss = 0.0, 0.0, 2.3",
        "train/test_epochs.py::test_the_first_steps_surplus_is_in_the_cold_start_and_in_no_epoch",
    ),
    "wrong device measured": Fault(
        "bench/train/epochs.py",
        "    check_device(trainer, network)\n",
        "",
        "train/test_epochs.py::test_training_elsewhere_than_on_the_jobs_device_is_an_error",
    ),
    "gradients kept from step to step": Fault(
        "bench/train/lean_loop.py",
        "        stop = start + batch_size\n        optimizer.zero_grad()\n",
        "        stop = start + batch_size\n",
        "train/test_loops.py",
    ),
    "rounds pooled over processes": Fault(
        "bench/record/outcome.py",
        "seconds = [total_seconds(line, cell.epochs, measured_epochs=trained) for line in lines]",
        "seconds = [epoch for line in lines for epoch in line['epoch_seconds']]",
        "record/test_outcome.py::test_a_cell_has_one_round_a_process",
    ),
    "first step's surplus forgotten": Fault(
        "bench/record/outcome.py",
        'line["transfer_seconds"] + surplus)',
        'line["transfer_seconds"])',
        "record/test_outcome.py",
    ),
    "derived epochs by the fastest one": Fault(
        "bench/record/outcome.py",
        "(epochs - trained) * median(seconds)",
        "(epochs - trained) * min(seconds)",
        "record/test_outcome.py",
    ),
    "both arms in one process": Fault(
        "bench/measure/blocks.py",
        "job = self._job(plan, arm, order)\n        if self.pace:",
        "job = self._job(plan, next(iter(plan.batch_sizes)), order)\n        if self.pace:",
        "measure/test_blocks.py::test_a_block_is_one_fresh_process_per_device",
    ),
    "CPU always first": Fault(
        "bench/measure/order.py",
        "return order if block % 2 == 0 else order[::-1]",
        "return order",
        "measure/test_blocks.py::test_devices_alternate_forwards_and_backwards",
    ),
    "journal not fsynced": Fault(
        "bench/measure/journal.py",
        "            self.sync(self.file.fileno())\n",
        "",
        "measure/test_journal.py::test_each_line_is_fsynced_after_it_was_written",
    ),
    "a journal line's checksum not compared": Fault(
        "bench/measure/journal.py",
        "if checksum != _checksum(text):",
        "if not checksum:",
        "measure/test_journal.py::test_every_byte_that_is_changed_damages_the_line_that_it_is_in",
    ),
    "a finished result not read back": Fault(
        "bench/plugin.py",
        "why = refusal(run.path) if run.checked else None",
        "why = None",
        "record/test_reader.py::test_a_result_that_its_reader_refuses_keeps_its_journal_and_says_so",
    ),
    "stolen time overlooked": Fault(
        "bench/measure/quiet.py",
        '(block["steal_share"] or 0.0) > STEAL_SHARE',
        '(block["steal_share"] or 0.0) > 1.0',
        "measure/test_quiet.py",
    ),
    "falsifying variables inherited": Fault(
        "bench/measure/environment.py",
        "for name, value in os.environ.items() if name not in LEFT_OUT}",
        "for name, value in os.environ.items()}",
        "measure/test_environment.py",
    ),
    "private values recorded": Fault(
        "bench/measure/environment.py",
        'return value if plain else "set"',
        "return value",
        "measure/test_environment.py",
    ),
    "learning rate chosen by the luckiest seed": Fault(
        "bench/learning/search.py",
        "mean = sum(steps) / len(steps) if steps else math.inf",
        "mean = min(steps) if steps else math.inf",
        "learning/test_search.py",
    ),
    "done answers counted as left": Fault(
        "bench/console/progress.py",
        "left += max(0, planned - done) * each",
        "left += planned * each",
        "run/test_progress.py",
    ),
    "second Ctrl-C heard": Fault(
        "bench/signals.py",
        "            signal.signal(getattr(signal, name), signal.SIG_IGN)\n        raise",
        "            pass\n        raise",
        "run/test_signals.py",
    ),
    "copies charged to the forward pass": Fault(
        "bench/why/parts.py",
        '        laps.take("copy")\n        optimizer.zero_grad()',
        "        optimizer.zero_grad()",
        "why/test_parts.py",
    ),
    "a step that overflowed the queue believed": Fault(
        "bench/why/queued.py",
        "if queued < SURELY * ahead:",
        "if queued >= 0:",
        "why/test_queued.py",
    ),
    "nats called bits": Fault(
        "models/losses.py", "return nats / math.log(2)", "return nats", "models/test_losses.py"
    ),
    "momentum forgotten": Fault(
        "models/optimizers.py",
        "momentum=0.9",
        "momentum=0.0",
        "models/test_optimizers.py",
    ),
    "timed samples out of order": Fault(
        "models/timed.py",
        "places = torch.arange(samples) % len(split.targets)",
        "places = torch.arange(samples).flip(0) % len(split.targets)",
        "models/data/test_timed.py",
    ),
    "one-sided test called two-sided": Fault(
        "scripts/judge/rule.py",
        "slower = 2 * special.stdtr(freedom, -above)",
        "slower = special.stdtr(freedom, -above)",
        "judge/test_verdict_rule.py",
    ),
    "no adjustment for many cells": Fault(
        "scripts/judge/rule.py",
        "np.where(tested, ordered * left, 0.0)",
        "np.where(tested, ordered, 0.0)",
        "judge/test_verdict_rule.py",
    ),
    "margin of half the noise": Fault(
        "scripts/judge/noise.py",
        "2 * np.expm1(floor))",
        "np.expm1(floor))",
        "judge/test_verdict.py",
    ),
    "GPU and CPU exchanged": Fault(
        "scripts/judge/pairs.py",
        'log_ratio=np.log(both["gpu_seconds"]) - np.log(both["cpu_seconds"])',
        'log_ratio=np.log(both["cpu_seconds"]) - np.log(both["gpu_seconds"])',
        "judge/test_known_answers.py",
    ),
    "suspect cells judged": Fault(
        "scripts/judge/verdicts.py",
        'np.where(suspect != "", SUSPECT,',
        'np.where(suspect == "never", SUSPECT,',
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
        "gpu = self.gpu_cold + epochs * self.gpu_epoch",
        "gpu = epochs * self.gpu_epoch",
        "judge/test_crossover_epochs.py",
    ),
    "machines exchanged": Fault(
        "scripts/machines/means.py",
        "mean=one.mean - other.mean",
        "mean=other.mean - one.mean",
        "machines/test_means.py",
    ),
    "derived numbers not called derived": Fault(
        "scripts/words/derived.py",
        'return f"{epochs} (derived)" if derived else str(epochs)',
        "return str(epochs)",
        "read/test_derived.py",
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
    "every cause is the launch": Fault(
        "scripts/why/causes.py", "HOST_SHARE = 0.8", "HOST_SHARE = 0.2", "causes/test_causes.py"
    ),
}
