"""What to know before anything is measured: what will not be, and what it will not tell."""

from bench.measure.budget import LEAST_ROUNDS
from bench.record.state import Facts, TimingRun
from bench.workloads import WORKLOAD_NAMES


def missing_lines(facts: Facts) -> list[str]:
    """Returns what to know beforehand: which devices are not measured, how losses are compared."""
    missing = facts.missing_devices.items()
    lines = [f"{device}: {why['reason']}: {why['detail']}" for device, why in missing]
    note = facts.machine["accelerator_note"]
    compared = {name: about.get("losses_compared") for name, about in facts.workloads.items()}
    lines += [f"{name}: losses are compared {how}" for name, how in compared.items() if how]
    return [*lines, note] if note else lines


def plan_lines(run: TimingRun, facts: Facts) -> list[str]:
    """Returns what to know beforehand of the plan: too few blocks, what an epoch is of own data."""
    blocks, lines = run.settings.blocks, []
    if blocks < LEAST_ROUNDS and len(run.settings.sides) > 1:
        lines.append(f"--blocks {blocks}: no cell gets a verdict; that takes {LEAST_ROUNDS} blocks")
    for name, about in facts.workloads.items():
        real, samples = about.get("train_samples"), run.settings.samples
        if name not in WORKLOAD_NAMES and real not in (None, samples):
            lines.append(
                f"{name}: an epoch is {samples:,} samples, its data {about['timed_from']}; "
                f"--samples {real} is all of it once"
            )
    return lines
