"""Faults of what trains: models/, and of bench/ train, why and learning."""

from tests.faults.fault import Fault

TRAINING = {
    "unequal parts of a minibatch weigh alike": Fault(
        "bench/train/group.py",
        "loss_function(output, targets) * weight",
        "loss_function(output, targets)",
        "train/test_group.py",
    ),
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
    "page faults of every epoch counted since the first": Fault(
        "bench/train/usage.py",
        "+= count - self.before[name]",
        "+= count",
        "train/test_usage.py::test_only_what_is_used_inside_counts_and_it_is_told_per_step",
    ),
    "warm-up dropped": Fault(
        "bench/train/epochs.py",
        "first, warm, first_loss = warm_up(trainer, batch_size)",
        "first, warm, first_loss = 0.0, 0.0, 2.3",
        "train/test_epochs.py::test_the_first_steps_surplus_is_in_the_cold_start_and_in_no_epoch",
    ),
    "an epoch in which the machine slept kept": Fault(
        "bench/train/pauses.py",
        "slept = one.slept_seconds > SLEPT_SECONDS",
        "slept = False",
        "train/test_pauses.py",
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
    "learning rate chosen by the luckiest seed": Fault(
        "bench/learning/search.py",
        "mean = sum(steps) / len(steps) if steps else math.inf",
        "mean = min(steps) if steps else math.inf",
        "learning/test_search.py",
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
        "models/data/__init__.py",
        "places = torch.arange(samples) % len(split.targets)",
        "places = torch.arange(samples).flip(0) % len(split.targets)",
        "models/data/test_timed.py",
    ),
    "a lack of memory called a failure": Fault(
        "bench/train/errors.py",
        '        return "oom"\n',
        '        return "failed"\n',
        "train/test_errors.py",
    ),
    "TF32 where true fp32 was asked for": Fault(
        "bench/train/numerics.py",
        'fp32 = "tf32" if precision == "tf32" else "ieee"',
        'fp32 = "tf32"',
        "train/test_numerics.py",
    ),
    "a network for one batch size passes the check": Fault(
        "bench/train/check.py",
        "SIZES = (4, 3)",
        "SIZES = (4, 4)",
        "models/test_own_faults.py",
    ),
    "threads that somebody's file sets are measured": Fault(
        "models/own.py",
        "        torch.set_num_threads(threads)",
        "        torch.get_num_threads()",
        "train/test_check.py",
    ),
    "a device that somebody's file has started is timed": Fault(
        "bench/machine/own.py",
        "        if started():",
        "        if not started:",
        "machine/test_own.py",
    ),
    "another file is the same work": Fault(
        "models/define.py",
        "        digest.update(file.read_bytes())",
        "        digest.update(file.name.encode())",
        "models/test_own.py",
    ),
    "a user's DataLoader has an order of its own": Fault(
        "bench/train/own_loader.py",
        "for place in permutation.tolist()]",
        "for place in range(len(permutation))]",
        "train/test_own_loader.py",
    ),
    "more bits per character called better": Fault(
        "models/workload.py",
        "return value <= goal if",
        "return value >= goal if",
        "models/test_losses.py",
    ),
    "a dying worker of learning asked for ever": Fault(
        "bench/learning/pool.py",
        "        return failed(job, said)",
        "        return self.ask(job)",
        "learning/test_pool.py::test_what_is_no_answer_is_a_failure_not_a_crash",
    ),
    "damaged data trained on": Fault(
        "models/data/shipped.py",
        "if hashlib.sha256(content).hexdigest() == SHA256[name]:",
        "if content:",
        "models/data/test_shipped.py::test_the_file_of_another_dataset_is_refused",
    ),
}
